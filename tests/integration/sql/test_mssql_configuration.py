# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of a server that are set, put into use together, and set back if the server refuses any of them."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Iterator

import jinja2
import pyodbc
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session
from scripts.working_copy import ROOT
from tests.integration.sql.conftest import Runner, drop_login

DYNAMIC, ADVANCED, STATIC = "backup checksum default", "cost threshold for parallelism", "user connections"
Values = dict[str, tuple[int, int]]


def values(admin: pyodbc.Connection) -> Values:
    query = "SELECT name, CAST(value AS int), CAST(value_in_use AS int) FROM sys.configurations"
    return {name: (value, used) for name, value, used in admin.execute(query).fetchall()}


@pytest.fixture
def before(admin: pyodbc.Connection) -> Iterator[Values]:
    """Return the settings, which are set back afterwards."""
    found = values(admin)
    yield found
    admin.execute("EXEC sp_configure 'show advanced options', 1; RECONFIGURE")
    for name in (DYNAMIC, ADVANCED, STATIC):
        admin.execute("EXEC sp_configure ?, ?", name, found[name][0])
    admin.execute("EXEC sp_configure 'show advanced options', ?; RECONFIGURE", found["show advanced options"][0])


def test_that_settings_are_predicted_set_and_then_left_alone(
    run: Runner, admin: pyodbc.Connection, before: Values
) -> None:
    wanted = {name: 1 + before[name][0] % 2 for name in (ADVANCED, STATIC)} | {DYNAMIC: 1 - before[DYNAMIC][0]}
    predicted = run("mssql_configuration", settings=wanted, check=True)
    assert values(admin) == before
    done = run("mssql_configuration", settings=wanted)
    assert done["changes"] == predicted["changes"]
    assert {each["item"]: each["after"] for each in done["changes"]} == {f"setting {n}": v for n, v in wanted.items()}
    now = {name: (wanted[name], wanted[name]) for name in (DYNAMIC, ADVANCED)} | {
        STATIC: (wanted[STATIC], before[STATIC][1])
    }
    assert values(admin) == before | now, "advanced options are hidden again, and nothing else was touched"
    again = run("mssql_configuration", settings=wanted)
    assert (again["changed"], again["restart_needed"]) == (False, [STATIC])
    assert "restarted" in str(again["warnings"])


def test_that_nothing_is_left_waiting_if_the_server_refuses_it(
    run: Runner, admin: pyodbc.Connection, before: Values
) -> None:
    login, password = f"exam_{secrets.token_hex(4)}", f"{secrets.token_urlsafe(12)}!aA1"
    admin.execute(f"CREATE LOGIN [{login}] WITH PASSWORD = '{password}'")
    try:
        result = run(
            "mssql_configuration", settings={DYNAMIC: 1 - before[DYNAMIC][0]}, login_user=login, login_password=password
        )
        assert result["failed"] is True
        assert "permission" in result["msg"]
        assert values(admin) == before
    finally:
        drop_login(admin, login)


@pytest.mark.parametrize("cancelled_at", ["sp_configure", "RECONFIGURE"])
def test_that_settings_are_as_they_were_if_it_is_cancelled(
    run: Runner, admin: pyodbc.Connection, before: Values, monkeypatch: pytest.MonkeyPatch, cancelled_at: str
) -> None:
    plain = Session.call

    def call(session: Session, batch: str, *values: object) -> None:
        plain(session, batch, *values)
        if cancelled_at in batch:
            monkeypatch.undo()
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Session, "call", call)
    broken = run("mssql_configuration", settings={DYNAMIC: 1 - before[DYNAMIC][0]})
    assert (
        "it was cancelled, and all settings are as they were. Run again when it suits. Nothing was applied"
        in broken["msg"]
    )
    assert values(admin) == before


def test_that_a_certificate_of_a_line_to_come_is_pending(run: Runner, before: Values) -> None:
    wrong = {"server": "other.exams.example", "settings": {DYNAMIC: 1}, "prerequisite_line": "1.6"}
    assert run("mssql_configuration", check=True, **wrong)["pending_line"] == "1.6"
    result = run("mssql_configuration", **wrong)
    assert (result["failed"], result["pending_line"]) == (True, "1.6")


@pytest.mark.parametrize("shown", [0, 1])
def test_that_a_script_for_the_database_team_leaves_shown_what_was(
    admin: pyodbc.Connection, before: Values, shown: int
) -> None:
    admin.execute(f"EXEC sp_configure 'show advanced options', {shown}; RECONFIGURE")
    wanted = {ADVANCED: 1 + before[ADVANCED][0] % 2}
    template = jinja2.Template((ROOT / "roles/sql_server/templates/request.md.j2").read_text(encoding="utf-8"))
    proof = {"differences": [{"what": ADVANCED}], "not_proven": []}
    request = template.render(sql_server_proof=proof, sql_server_settings=wanted)
    admin.execute(request.partition("```sql\n")[2].partition("```")[0])
    now = values(admin)
    assert now[ADVANCED] == (wanted[ADVANCED], wanted[ADVANCED])
    assert now["show advanced options"] == (shown, shown)
