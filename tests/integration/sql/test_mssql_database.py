# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""mssql_database on a server: check, nothing changed, apply, again unchanged; bad input; failures in the middle."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pyodbc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.instance import extended_properties
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session, Text, quoted
from tests.integration.sql.conftest import Opener, Runner, drop_login, rows

PASSWORD = f"{secrets.token_urlsafe(12)}!aA1"


@pytest.fixture
def name(admin: pyodbc.Connection) -> Iterator[str]:
    """Return the name of a database that is not there yet, with what a name may hold."""
    found = f"exam]'s {secrets.token_hex(4)}"
    yield found
    if admin.execute("SELECT DB_ID(?)", found).fetchval() is not None:
        escaped = found.replace("]", "]]")
        admin.execute(f"ALTER DATABASE [{escaped}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE [{escaped}]")


@pytest.fixture
def login(admin: pyodbc.Connection, name: str) -> Iterator[str]:
    del name  # which it may own, and which is therefore dropped before
    found = f"exam_{secrets.token_hex(4)}"
    admin.execute(f"CREATE LOGIN [{found}] WITH PASSWORD = '{PASSWORD}'")
    yield found
    owned = admin.execute("SELECT name FROM sys.databases WHERE owner_sid = SUSER_SID(?)", found).fetchall()
    for (database,) in owned:
        escaped = database.replace("]", "]]")
        admin.execute(f"ALTER AUTHORIZATION ON DATABASE::[{escaped}] TO [sa]")
    drop_login(admin, found)


@pytest.fixture
def directory(admin: pyodbc.Connection) -> str:
    return str(admin.execute("SELECT CAST(SERVERPROPERTY('InstanceDefaultDataPath') AS nvarchar(260))").fetchval())


def found_of(admin: pyodbc.Connection, name: str) -> list[tuple[Any, ...]]:
    """Return a database as the server's views say it, read without the module."""
    database = admin.execute(
        "SELECT collation_name, recovery_model_desc, compatibility_level, is_read_committed_snapshot_on, "
        "SUSER_SNAME(owner_sid) FROM sys.databases WHERE name = ?",
        name,
    )
    found = rows(database)
    files = admin.execute(
        "SELECT name, physical_name, size / 128, max_size, growth, is_percent_growth FROM sys.master_files "
        "WHERE database_id = DB_ID(?) ORDER BY file_id",
        name,
    )
    found += rows(files)
    if found:
        escaped = name.replace("]", "]]")
        properties = f"SELECT name, CAST(value AS nvarchar(100)) FROM [{escaped}].sys.extended_properties ORDER BY name"
        found += rows(admin.execute(properties))
    return found


def full(name: str, login: str, directory: str) -> dict[str, Any]:
    """Return a declaration of everything."""
    return {
        "name": name,
        "collation": "Latin1_General_100_CS_AS",
        "recovery_model": "simple",
        "compatibility_level": 140,
        "read_committed_snapshot": True,
        "owner": login,
        "files": [
            {"name": "first", "path": f"{directory}{login}.mdf", "size_mb": 16, "growth_mb": 16, "max_size_mb": 0},
            {"name": "log", "type": "log", "path": f"{directory}{login}.ldf", "growth_percent": 20},
        ],
        "extended_properties": {"exam_scheduling_service": "pre_live", "it's]": "é\U0001f600 '"},
    }


def test_from_nothing_to_all_of_it(
    run: Runner, admin: pyodbc.Connection, name: str, login: str, directory: str
) -> None:
    declared = full(name, login, directory)
    predicted = run("mssql_database", check=True, **declared)
    assert predicted["changed"] is True, predicted
    assert found_of(admin, name) == []
    done = run("mssql_database", **declared)
    assert done["changed"] is True, done
    assert done["changes"] == predicted["changes"]
    assert done["diff"] == predicted["diff"]
    assert done["driver"] == predicted["driver"]
    now = found_of(admin, name)
    assert now[0] == ("Latin1_General_100_CS_AS", "SIMPLE", 140, True, login)
    assert now[1][:4] == ("first", f"{directory}{login}.mdf", 16, -1)
    assert now[2][:2] == ("log", f"{directory}{login}.ldf")
    assert now[2][4:] == (20, True)
    assert now[3:] == [("exam_scheduling_service", "pre_live"), ("it's]", "é\U0001f600 '")]
    again = run("mssql_database", **declared)
    assert again["changed"] is False, again
    assert again["changes"] == []
    assert again["service_record"] == "pre_live"


def test_that_only_what_differs_is_altered(
    run: Runner, admin: pyodbc.Connection, database: str, directory: str
) -> None:
    more = {"name": "more", "path": f"{directory}{database}_more.ndf", "size_mb": 8, "max_size_mb": 64}
    declared = {"name": database, "recovery_model": "bulk_logged", "files": [more], "extended_properties": {"a": 1}}
    before = found_of(admin, database)
    predicted = run("mssql_database", check=True, **declared)
    assert found_of(admin, database) == before
    done = run("mssql_database", **declared)
    assert done["changes"] == predicted["changes"]
    assert [(each["item"].removeprefix(f"database {database} "), each["action"]) for each in done["changes"]] == [
        ("recovery_model", "update"),
        ("file more", "create"),
        ("extended property a", "create"),
    ]
    assert run("mssql_database", **declared)["changed"] is False
    more["max_size_mb"] = 128
    more["size_mb"] = 4  # it has grown
    done = run("mssql_database", **declared)
    assert [each["item"] for each in done["changes"]] == [f"database {database} file more"]
    assert done["changes"][0]["before"]["max_size_mb"] == 64
    assert done["changes"][0]["after"]["max_size_mb"] == 128
    removed = run("mssql_database", name=database, extended_properties={"a": None})
    assert [each["action"] for each in removed["changes"]] == ["delete"]
    assert run("mssql_database", name=database, extended_properties={"a": None})["changed"] is False


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.dictionaries(
        st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20).map(str.lower),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
        min_size=1,
        max_size=3,
    )
)
def test_that_every_text_arrives_as_it_is(server: Server, database: str, values: dict[str, str]) -> None:
    session = Session(server)
    # numbered, since a collation takes no account of some letters, and names would be the same
    values = {f"{number} {name}": value for number, (name, value) in enumerate(values.items())}
    try:
        for name, value in values.items():
            call = f"EXEC {quoted(database)}.sys.sp_addextendedproperty @name = "
            session.execute([call, Text(name), ", @value = ", Text(value)])
        found = extended_properties(session, database)
        for name in values:
            session.execute([f"EXEC {quoted(database)}.sys.sp_dropextendedproperty @name = ", Text(name)])
    finally:
        session.close()
    assert found == values


def test_what_cannot_be_altered_in_place(run: Runner, admin: pyodbc.Connection, database: str) -> None:
    before = found_of(admin, database)
    files = [{"name": database, "path": "/elsewhere/x.mdf"}]
    for check in (True, False):
        result = run("mssql_database", check=check, name=database, collation="French_CI_AS", files=files)
        assert result["failed"] is True
        assert "this cannot be altered in place: collation, path of file" in result["msg"]
        assert "Nothing was touched." in result["msg"]
    assert found_of(admin, database) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"collation": "No_Such_CI_AS"}, "collation=No_Such_CI_AS is refused"),
        ({"compatibility_level": 290}, "compatibility_level=290 is refused"),
        ({"compatibility_level": 155}, "compatibility_level=155 is refused"),
        ({"owner": "exam_nobody"}, "owner=exam_nobody is refused"),
    ],
)
def test_bad_input(run: Runner, admin: pyodbc.Connection, name: str, arguments: dict[str, Any], message: str) -> None:
    for check in (True, False):
        result = run("mssql_database", check=check, name=name, **arguments)
        assert result["failed"] is True
        assert message in result["msg"]
        assert "Nothing was touched." in result["msg"]
    assert found_of(admin, name) == []


def test_that_an_owner_whom_an_earlier_line_creates_is_pending(run: Runner, name: str) -> None:
    result = run("mssql_database", check=True, name=name, owner="exam_nobody", prerequisite_line="3.4")
    assert result["pending_line"] == "3.4"
    assert "failed" not in result


def test_that_a_failure_in_the_middle_says_what_stands_and_the_next_run_carries_on(
    run: Runner, admin: pyodbc.Connection, name: str, login: str, directory: str
) -> None:
    declared = full(name, login, directory)
    files = declared["files"]
    files.append({"name": "third", "path": f"{directory}{login}.ndf"})
    assert run("mssql_database", **{**declared, "files": files[:2], "owner": None, "extended_properties": {}})[
        "changed"
    ]
    files[2]["path"] = "/nowhere/third.ndf"
    broken = run("mssql_database", **{**declared, "recovery_model": "full"})
    assert broken["failed"] is True
    assert broken["changed"] is True
    assert broken["applied"] == [f"database {name} recovery_model"]
    assert broken["pending"] == [
        f"database {name} {each}"
        for each in ("file third", "extended property exam_scheduling_service", "extended property it's]", "owner")
    ]
    assert "Running again carries on" in broken["msg"]
    files[2]["path"] = f"{directory}{login}.ndf"
    rest = run("mssql_database", **{**declared, "recovery_model": "full"})
    assert [each["item"] for each in rest["changes"]] == broken["pending"]
    assert run("mssql_database", **{**declared, "recovery_model": "full"})["changed"] is False


def test_that_who_uses_a_database_is_named_or_disconnected(run: Runner, open_connection: Opener, database: str) -> None:
    user = open_connection(database=database)
    user.execute("SELECT 1").fetchall()
    refused = run("mssql_database", name=database, read_committed_snapshot=True)
    assert refused["failed"] is True
    assert "the database is in use" in refused["msg"]
    assert "of sa on" in refused["msg"]
    assert "close_connections" in refused["msg"]
    done = run("mssql_database", name=database, read_committed_snapshot=True, close_connections=True)
    assert done["changed"] is True
    with pytest.raises(pyodbc.Error):
        user.execute("SELECT 1").fetchall()
    assert run("mssql_database", name=database, read_committed_snapshot=True)["changed"] is False


def test_that_a_login_that_might_not_see_the_record_does_not_drop(
    run: Runner, admin: pyodbc.Connection, login: str, database: str
) -> None:
    admin.execute(f"ALTER SERVER ROLE dbcreator ADD MEMBER [{login}]")
    admin.execute(f"USE [{database}]; CREATE USER [{login}]; USE master")
    arguments = {"name": database, "state": "absent", "protected": False}
    refused = run("mssql_database", **arguments, login_user=login, login_password=PASSWORD)
    assert "might not see its record" in refused["msg"]
    kept = run(
        "mssql_database", name=database, extended_properties={"a": "b"}, login_user=login, login_password=PASSWORD
    )
    assert "might not see those that are there" in kept["msg"]
    assert admin.execute("SELECT DB_ID(?)", database).fetchval() is not None
