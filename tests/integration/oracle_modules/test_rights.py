# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""With the rights that docs/eugex.md asks for, and no others, each line of the hub is applied in another's schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import oracledb
import pytest

from tests.hub_rights import rights_asked_for
from tests.integration.oracle_modules.databases import Accounts, Runner, execute, rows
from tests.integration.oracle_modules.view_sets import STUDENTS, write

TABLE: dict[str, Any] = {
    "comment": "Who can invigilate exams",
    "columns": [
        {"name": "STAFF_ID", "type": "VARCHAR2(10 CHAR)", "nullable": False, "comment": "The staff system's number"},
        {"name": "EMAIL", "type": "VARCHAR2(120 CHAR)", "nullable": False},
    ],
    "constraints": [
        {"name": "INVIGILATORS_PK", "type": "primary_key", "columns": ["STAFF_ID"]},
        {"name": "INVIGILATORS_EMAIL", "type": "unique", "columns": ["EMAIL"]},
    ],
}
NOTE = {"name": "NOTE", "type": "VARCHAR2(80 CHAR)"}


def automation(new_account: Accounts, line: str, *, without: str = "") -> str:
    """Return an account that has what is asked for of a line, and of all."""
    asked = rights_asked_for()
    return new_account(*(each for each in {*asked["all"], *asked[line]} - {"CREATE SESSION", without}))


def changed(result: dict[str, Any]) -> bool:
    assert not result.get("failed"), result["msg"]
    return bool(result["changed"])


def test_that_table_and_rows_are_kept_with_the_rights_of_4_1(run: Runner, new_account: Accounts, hub: str) -> None:
    user, table = automation(new_account, "4.1"), f"{hub}.INVIGILATORS"
    people = [{"STAFF_ID": str(number), "EMAIL": f"{number}@exams.example"} for number in range(3)]
    assert changed(run("oracle_table", user, table=table, **TABLE))
    for state, wanted in {
        "replaced": people,
        "merged": [people[0] | {"EMAIL": "other@exams.example"}],
    }.items():
        assert changed(run("oracle_table_data", user, table=table, rows=wanted, state=state)), state
    assert changed(run("oracle_table_data", user, table=table, rows=[], allow_empty=True))
    more = TABLE | {"columns": [*TABLE["columns"], NOTE], "comment": "Other words"}
    assert changed(run("oracle_table", user, table=table, **more))
    assert not changed(run("oracle_table", user, table=table, **more))


def test_that_views_are_deployed_and_reverted_with_the_rights_of_2_3_and_proven_with_less(
    run: Runner, new_account: Accounts, hub: str, sources: Path, system: oracledb.Connection
) -> None:
    user, arguments = automation(new_account, "2.3"), {"schema": hub, "set_name": "exam timetabling"}
    declared = {**arguments, "sources": [str(sources)]}
    assert changed(run("oracle_views", user, **declared))
    write(sources, students=STUDENTS.replace("Students on exams", "Who sits what"))
    assert changed(run("oracle_views", user, **declared))
    execute(system, f"ALTER TABLE {hub}.enrolments ADD note VARCHAR2(9)")  # the view is compiled anew
    assert not changed(run("oracle_views", user, **declared))
    proving = new_account(*(each for each in rights_asked_for()["all"] if each != "CREATE SESSION"))
    for name in ("exams", "enrolments", "exams_to_schedule", "students_on_exams", "exam_view_history"):
        execute(system, f"GRANT SELECT ON {hub}.{name} TO {proving}")
    assert not changed(run("oracle_views", proving, check=True, **declared))
    for deployment in (1, 0):
        assert changed(run("oracle_views", user, state="reverted", deployment=deployment, **arguments))
    assert rows(system, "SELECT view_name FROM all_views WHERE owner = :1", hub) == []


def test_that_an_account_is_kept_exact_with_the_rights_of_2_4(
    run: Runner, new_account: Accounts, hub: str, system: oracledb.Connection, tmp_path: Path
) -> None:
    user, name = automation(new_account, "2.4"), f"OF_{hub}"
    arguments = {
        "name": name, "state": "exact", "password": "First-one-123", "rejected_logins": str(tmp_path / "rejected"),
        "profile": f"P_{hub}", "system_privileges": ["CREATE SESSION"],
        "object_privileges": [{"object": f"{hub}.EXAMS", "privileges": ["SELECT"]}],
    }  # fmt: skip
    for days in (1, 2):
        assert changed(run("oracle_account", user, profile_limits={"PASSWORD_ROLLOVER_TIME": days}, **arguments))
    execute(system, f"GRANT CONNECT, CREATE TABLE TO {name}", f"GRANT INSERT ON {hub}.enrolments TO {name}")
    taken = run("oracle_account", user, **arguments)
    assert changed(taken)
    assert [each["action"] for each in taken["changes"]] == ["delete"] * 3
    assert changed(run("oracle_account", user, name=name, locked=True))
    execute(system, f"DROP USER {name}", f"DROP PROFILE P_{hub}")


@pytest.mark.parametrize("line", ["2.3", "4.1"])
def test_that_a_key_in_another_s_schema_takes_the_right_to_create_its_index(
    run: Runner, new_account: Accounts, hub: str, sources: Path, line: str
) -> None:
    user = automation(new_account, line, without="CREATE ANY INDEX")
    if line == "2.3":
        refused = run("oracle_views", user, schema=hub, set_name="exam timetabling", sources=[str(sources)])
    else:
        refused = run("oracle_table", user, table=f"{hub}.INVIGILATORS", **TABLE)
    assert refused["failed"]
    assert "ORA-01031" in refused["msg"]
