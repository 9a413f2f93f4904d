# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account can read and do, by its own login: the declared objects, and nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import oracledb
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.comparison import compare
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle._oracledb import _Context
from tests.integration.oracle_modules.databases import Accounts, Emulator, Runner, Trips, execute, rows

VIEW = "CREATE VIEW timetable (exam_id, code) AS SELECT exam_id, code FROM exams"


@pytest.fixture
def owner(emulator: Emulator, hub: str) -> Iterator[oracledb.Connection]:
    """Return a connection of the hub, which has a view of its exams."""
    with emulator.connect(hub) as connection:
        execute(connection, VIEW)
        yield connection


@pytest.fixture
def declared(owner: oracledb.Connection, hub: str, reader: str) -> str:
    """Return the account that may read the view."""
    execute(owner, f"GRANT SELECT ON timetable TO {reader}")
    return reader


@pytest.fixture
def names(system: oracledb.Connection, hub: str, declared: str) -> Iterator[dict[str, str]]:
    """Return the schema, the account that may read its view, and a role."""
    role = f"ROLE{secrets.token_hex(4)}".upper()
    execute(system, f"CREATE ROLE {role}")
    yield {"hub": hub, "reader": declared, "role": role}
    execute(system, f"DROP ROLE {role}")


Looker = Callable[..., dict[str, Any]]


@pytest.fixture
def look(run: Runner, hub: str, declared: str) -> Looker:
    """Return what runs the module as the account, about what it shall read and what it shall not."""

    def looker(*, check: bool = False, **arguments: Any) -> dict[str, Any]:
        given = {"objects": [f"{hub}.timetable"], "refused": [f"{hub}.EXAMS", f"{hub}.ENROLMENTS"], **arguments}
        result = run("oracle_access_info", declared, check=check, **given)
        assert not result.get("failed"), result["msg"]
        assert result["changed"] is False
        return result

    return looker


def differing(result: dict[str, Any], hub: str) -> list[str]:
    """Return which items of the proof differ: the one that the module's documentation shows."""
    expected = {
        "readable": [f"{hub}.TIMETABLE"],
        "tried": [True],
        "refused": [True, True],
        "unclear": [],
        "writable": [],
        "system_privileges": ["CREATE SESSION"],
        "roles": [],
        "roles_not_enabled": [],
    }
    tried = [each["readable"] for each in result["objects"].values()]
    refused = [each["refused"] for each in result["refused"].values()]
    found = {**result, "tried": tried, "refused": refused}
    return [each.what for each in compare(expected, found, where="EUGEX")]


def test_that_an_account_reads_exactly_what_is_declared(
    look: Looker, hub: str, declared: str, owner: oracledb.Connection
) -> None:
    result = look()
    assert differing(result, hub) == []
    assert (result["user"], result["version"], result["connection"]["protocol"]) == (declared, "19.21.0.0.0", "tcps")
    assert result["expires_in_days"] in (179, 180)
    assert result["objects"] == {f"{hub}.TIMETABLE": {"readable": True, "populated": False, "error": None}}
    assert list(result["refused"]) == [f"{hub}.EXAMS", f"{hub}.ENROLMENTS"]
    assert "ORA-00942" in result["refused"][f"{hub}.EXAMS"]["error"]
    execute(owner, "INSERT INTO exams (exam_id, code) VALUES (1, 'MATH08057')", "COMMIT")
    before = rows(owner, "SELECT exam_id, code FROM exams")
    assert look()["objects"][f"{hub}.TIMETABLE"]["populated"] is True
    assert look(check=True)["readable"] == [f"{hub}.TIMETABLE"]
    assert rows(owner, "SELECT exam_id, code FROM exams") == before


@pytest.mark.parametrize(
    ("grants", "differs"),
    [
        (["GRANT SELECT ON {hub}.enrolments TO {reader}"], ["readable", "refused"]),
        (["GRANT READ ON {hub}.enrolments TO {reader}"], ["readable", "refused"]),
        (["GRANT SELECT ON {hub}.enrolments TO {role}", "GRANT {role} TO {reader}"], ["readable", "refused", "roles"]),
        (["GRANT SELECT ON {hub}.enrolments TO PUBLIC"], ["readable", "refused"]),
        (["GRANT SELECT ANY TABLE TO {reader}"], ["readable", "refused", "system_privileges"]),
        (["GRANT READ ANY TABLE TO {reader}"], ["readable", "refused", "system_privileges"]),
        (["GRANT UPDATE (code) ON {hub}.exams TO {reader}"], ["writable"]),
        (["GRANT UPDATE ON {hub}.exams TO {reader}"], ["writable"]),
        (["GRANT DELETE ON {hub}.exams TO PUBLIC"], ["writable"]),
        (["GRANT INSERT ON {hub}.exams TO {role}", "GRANT {role} TO {reader}"], ["writable", "roles"]),
        (["GRANT SELECT ON {hub}.timetable TO {reader} WITH GRANT OPTION"], ["writable"]),
        (["GRANT EXECUTE ON dbms_lock TO {reader}"], ["writable"]),
        (["GRANT SELECT ON dba_users TO {reader}"], ["readable"]),
        (["GRANT CREATE TABLE TO {reader}"], ["system_privileges"]),
        (["CREATE TABLE {reader}.own (a NUMBER)"], ["readable", "writable"]),
        (["REVOKE SELECT ON {hub}.timetable FROM {reader}"], ["readable", "tried"]),
    ],
)
def test_a_right_too_many_or_too_few(
    look: Looker, system: oracledb.Connection, names: dict[str, str], grants: list[str], differs: list[str]
) -> None:
    execute(system, *(each.format(**names) for each in grants))
    assert differing(look(), names["hub"]) == differs


def test_that_each_way_to_write_is_named(look: Looker, hub: str, declared: str, owner: oracledb.Connection) -> None:
    execute(owner, f"GRANT UPDATE (code), DELETE ON exams TO {declared}", f"GRANT ALTER ON enrolments TO {declared}")
    # what it may itself give to others is not what it has
    execute(owner, "GRANT UPDATE ON enrolments TO SYSTEM")
    result = look()
    assert result["writable"] == [
        f"ALTER on {hub}.ENROLMENTS", f"DELETE on {hub}.EXAMS", f"UPDATE (CODE) on {hub}.EXAMS",
    ]  # fmt: skip
    assert result["readable"] == [f"{hub}.TIMETABLE"]
    # it may know of them now
    assert "ORA-01031" in result["refused"][f"{hub}.EXAMS"]["error"]
    assert result["refused"][f"{hub}.EXAMS"]["refused"] is True


def test_that_an_invalid_view_is_no_refusal(look: Looker, hub: str, declared: str, owner: oracledb.Connection) -> None:
    execute(
        owner,
        "CREATE VIEW other (uun) AS SELECT uun FROM enrolments",
        f"GRANT SELECT ON other TO {declared}",
        "ALTER TABLE exams DROP COLUMN code",
    )
    result = look(refused=[f"{hub}.TIMETABLE"], objects=[f"{hub}.OTHER"])
    assert result["refused"][f"{hub}.TIMETABLE"]["refused"] is None
    assert "ORA-04063" in result["refused"][f"{hub}.TIMETABLE"]["error"]
    assert result["readable"] == [f"{hub}.OTHER"]
    (unclear,) = result["unclear"]
    assert unclear.startswith(f"{hub}.TIMETABLE: ORA-04063")
    found = look(refused=[])["objects"][f"{hub}.TIMETABLE"]
    assert (found["readable"], found["populated"]) == (False, None)
    assert "\n" not in found["error"]


def test_names_in_quotes(look: Looker, hub: str, declared: str, owner: oracledb.Connection) -> None:
    execute(owner, 'CREATE TABLE "mixed Case" (a NUMBER)', f'GRANT SELECT ON "mixed Case" TO {declared}')
    result = look(objects=[f'{hub}."mixed Case"'])
    assert result["objects"][f'{hub}."mixed Case"']["readable"] is True
    assert result["readable"] == [f'{hub}."mixed Case"', f"{hub}.TIMETABLE"]


def test_that_a_rejected_password_is_tried_once(emulator: Emulator, run: Runner, reader: str, tmp_path: Path) -> None:
    right, emulator.passwords[reader] = emulator.passwords[reader], "Wrong-one-1"
    memory = {"rejected_logins": str(tmp_path / "rejected")}
    first = run("oracle_access_info", reader, **memory)
    assert f"the login of {reader} was rejected: name or password is wrong" in first["msg"]
    assert "It was tried once, and is not tried again" in first["msg"]
    # the server is not asked again: a connection would be closed at once
    emulator.faults({"kind": "refuse"})
    again = run("oracle_access_info", reader, **memory)
    assert "no connection" in run("oracle_access_info", reader)["msg"]
    emulator.faults()
    assert f"the login of {reader} was rejected before with this same password, and is not tried again" in again["msg"]
    assert "Wrong-one-1" not in first["msg"] + again["msg"]
    emulator.passwords[reader] = right
    assert not run("oracle_access_info", reader, **memory).get("failed")


@pytest.mark.parametrize(
    ("change", "message"),
    [("ACCOUNT LOCK", "the account is locked"), ("PASSWORD EXPIRE", "the password has expired")],
)
def test_an_account_that_does_not_get_in(
    run: Runner, system: oracledb.Connection, reader: str, change: str, message: str
) -> None:
    execute(system, f"ALTER USER {reader} {change}")
    result = run("oracle_access_info", reader)
    assert result["failed"]
    assert f"the login of {reader} was rejected: {message}" in result["msg"]


def test_that_nothing_is_tried_twice(run: Runner, reader: str) -> None:
    result = run("oracle_access_info", reader, objects=["HUB.A"], refused=["hub.a"])
    assert "refused[0]='hub.a' is refused: it is given twice" in result["msg"]


def test_that_one_object_that_fails_hides_no_other(
    run: Runner, emulator: Emulator, system: oracledb.Connection, new_account: Accounts, hub: str
) -> None:
    execute(system, *(f"CREATE TABLE {hub}.t{number} (a NUMBER)" for number in range(150)))
    auditor = new_account("SELECT ANY TABLE")
    emulator.faults({"kind": "error", "match": f'"{hub}"."T3" ', "number": 1555})
    result = run("oracle_access_info", auditor)
    assert not result.get("failed"), result["msg"]
    own = [each for each in result["readable"] if each.startswith(f"{hub}.T")]
    assert len(own) == 149
    assert f"{hub}.T3" not in own
    assert [each.partition(":")[0] for each in result["unclear"]] == [f"{hub}.T3"]


def test_that_many_objects_take_hardly_more_round_trips_than_few(
    system: oracledb.Connection, look: Looker, names: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Context, "sslsocket_class", Trips)
    trips = []
    for count in (1, 151):
        for table in (f"{names['hub']}.{'few' if count == 1 else 'many'}{number}" for number in range(count)):
            execute(system, f"CREATE TABLE {table} (a NUMBER)", f"GRANT SELECT ON {table} TO {names['reader']}")
        Trips.begin()
        result = look()
        trips.append(Trips.made)
    # the view, the one, and the many
    assert len(result["readable"]) == 153
    few, many = trips
    assert many <= few + 2 <= 25, trips
