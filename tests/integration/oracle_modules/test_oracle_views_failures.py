# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong with views is found before anything is touched, or put back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle import views
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.views import ViewSet
from tests.integration.oracle_modules.databases import Accounts, Emulator, Runner, execute, rows
from tests.integration.oracle_modules.view_sets import EXAMS, STUDENTS, items, views_of, write

UNTOUCHED, PUT_BACK = "The views were not touched.", "What had been replaced was put back."


def test_that_a_missing_table_or_column_is_found_before_anything_is_touched(
    emulator: Emulator, run: Runner, hub: str, sources: Path
) -> None:
    (sources / "more.sql").write_text(
        "CREATE VIEW more (a, b) AS SELECT e.exam_id, e.resit FROM exams e", encoding="utf-8"
    )
    (sources / "other.sql").write_text("CREATE VIEW other (a) AS SELECT m.a FROM rooms r, more m", encoding="utf-8")
    (sources / "third.sql").write_text("CREATE VIEW third (a) AS SELECT r.a FROM rooms r", encoding="utf-8")
    before = views_of(emulator, hub)
    for check in (True, False):
        result = run("oracle_views", hub, check=check, schema=hub, sources=[str(sources)])
        assert result["failed"]
        assert "RESIT" in result["msg"]
        assert f"view THIRD: ORA-00942: table or view does not exist (not seen: {hub}.ROOMS)" in result["msg"]
        assert "Nothing was touched" in result["msg"]
    assert views_of(emulator, hub) == before
    pending = run("oracle_views", hub, check=True, schema=hub, sources=[str(sources)], prerequisite_line="4.2")
    assert pending["pending_line"] == "4.2"


@pytest.mark.parametrize(
    ("kind", "statement", "told"),
    [
        ("drop", "^CREATE TABLE", UNTOUCHED),
        ("drop", "^INSERT INTO", UNTOUCHED),
        ("lose", "^INSERT INTO", UNTOUCHED),
        ("drop", "^CREATE OR REPLACE VIEW .*STUDENTS", PUT_BACK),
        ("drop", "^GRANT ", PUT_BACK),
        ("lose", "EXECUTE IMMEDIATE :s2_0", PUT_BACK),
        ("drop", "^UPDATE", PUT_BACK),
        ("lose", "^UPDATE", PUT_BACK),
    ],
)
def test_that_a_connection_that_is_lost_leaves_what_was_there(
    emulator: Emulator, run: Runner, hub: str, sources: Path, *, statement: str, kind: str, told: str
) -> None:
    arguments = {"schema": hub, "sources": [str(sources)]}
    with emulator.connect(hub) as connection:
        execute(
            connection,
            "CREATE VIEW exams_to_schedule (exam_id) AS SELECT exam_id FROM exams",
            "COMMENT ON COLUMN exams_to_schedule.exam_id IS 'old'",
        )
    before = views_of(emulator, hub)
    emulator.faults({"kind": kind, "match": statement, "times": 1})
    result = run("oracle_views", hub, **arguments)
    emulator.faults()
    assert result["failed"]
    assert "the connection broke" in result["msg"]
    assert told in result["msg"]
    found = [each for each in views_of(emulator, hub) if "EXAM_VIEW_HISTORY" not in each[0] and each[1] != "INDEX"]
    assert found == before
    again = run("oracle_views", hub, **arguments)
    assert items(again)[0] == ("EXAMS_TO_SCHEDULE", "update")
    assert again["history"] == [], "what was put back leaves no record"
    assert items(run("oracle_views", hub, **arguments)) == []


@pytest.mark.parametrize("replaced", [True, False])
def test_that_a_run_that_is_killed_does_not_lose_what_was_there(
    emulator: Emulator, run: Runner, hub: str, sources: Path, monkeypatch: pytest.MonkeyPatch, *, replaced: bool
) -> None:
    arguments = {"schema": hub, "sources": [str(sources)]}
    with emulator.connect(hub) as connection:
        execute(connection, "CREATE VIEW exams_to_schedule (exam_id) AS SELECT exam_id FROM exams")
    before = [each for each in views_of(emulator, hub) if "EXAM_VIEW_HISTORY" not in each[0] and each[1] != "INDEX"]

    def cancelled(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(views, "prove_valid" if replaced else "write", cancelled)
        assert "it was cancelled" in run("oracle_views", hub, **arguments)["msg"]
    again = run("oracle_views", hub, **arguments)
    assert [each["action"] for each in again["history"]] == ["found", "deploying"]
    assert f"by {hub} at 20" in str(again["warnings"])
    assert [each[1] for each in items(again)] == (["create"] if replaced else ["update", "create", "create"])
    assert items(run("oracle_views", hub, **arguments)) == []
    assert [each[1] for each in items(run("oracle_views", hub, schema=hub, state="reverted"))] == [
        "update", "delete", "create"
    ]  # fmt: skip
    found = [each for each in views_of(emulator, hub) if "EXAM_VIEW_HISTORY" not in each[0] and each[1] != "INDEX"]
    assert found == before


@pytest.mark.parametrize(("number", "remedy"), [(54, "ddl_lock_timeout"), (4021, "uses or compiles it")])
def test_that_a_lock_that_is_not_released_leaves_what_was_there(
    emulator: Emulator, run: Runner, hub: str, reader: str, sources: Path, *, number: int, remedy: str
) -> None:
    arguments = {"schema": hub, "sources": [str(sources)], "ddl_lock_timeout": 1}
    items(run("oracle_views", hub, **arguments))
    write(sources, exams=EXAMS.format(reader=reader).replace("e.code", "SUBSTR(e.code, 1, 5)"))
    write(sources, students=STUDENTS.replace("n.uun", "LOWER(n.uun)"))
    before, name = views_of(emulator, hub), ("STUDENTS_ON_EXAMS", "VIEW")
    emulator.faults({"kind": "lock", "object": f"{hub}.STUDENTS_ON_EXAMS", "number": number, "seconds": 1})
    result = run("oracle_views", hub, **arguments)
    emulator.faults()
    assert result["failed"]
    assert f"ORA-{number:05d}" in result["msg"]
    assert f"view {hub}.STUDENTS_ON_EXAMS" in result["msg"]
    assert remedy in result["msg"]
    found = views_of(emulator, hub)
    assert [each for each in found if each[:2] != name] == [each for each in before if each[:2] != name]
    # what is locked cannot be compiled either; whether it has to be is the server's business
    invalid = (*name, "INVALID") in found
    assert ("To be compiled again, which their next use does: STUDENTS_ON_EXAMS." in result["msg"]) == invalid
    assert [each[1] for each in items(run("oracle_views", hub, **arguments))] == ["update", "update", "create"]


def test_that_what_uses_the_views_stays_valid_or_nothing_changes(
    emulator: Emulator, run: Runner, hub: str, reader: str, sources: Path
) -> None:
    arguments = {"schema": hub, "sources": [str(sources)]}
    items(run("oracle_views", hub, **arguments))
    with emulator.connect(hub) as connection:
        execute(connection, "CREATE VIEW report (title) AS SELECT title FROM exams_to_schedule")
    before = views_of(emulator, hub)
    write(sources, exams=EXAMS.format(reader=reader).replace("code, title)", "code)").replace(", e.title", ""))
    result = run("oracle_views", hub, **arguments)
    assert result["failed"]
    assert f"view {hub}.REPORT" in result["msg"]
    assert "What had been replaced was put back." in result["msg"]
    assert views_of(emulator, hub) == before
    gone = run("oracle_views", hub, state="absent", **arguments)
    assert f"view {hub}.REPORT uses EXAMS_TO_SCHEDULE" in gone["msg"]
    assert views_of(emulator, hub) == before


def test_that_a_base_that_is_granted_through_a_role_alone_is_refused_and_nothing_left(
    emulator: Emulator, run: Runner, new_account: Accounts, system: Any, *, hub: str, tmp_path: Path
) -> None:
    owner, role = new_account("CREATE VIEW", "CREATE TABLE"), f"R{hub}"
    execute(system, f"CREATE ROLE {role}", f"GRANT SELECT ON {hub}.exams TO {role}", f"GRANT {role} TO {owner}")
    write(tmp_path, own="CREATE VIEW own (a) AS SELECT 1 FROM DUAL",
          role=f"CREATE VIEW through_role (a) AS SELECT o.a FROM {hub}.exams e, own o")  # fmt: skip
    result = run("oracle_views", owner, schema=owner, sources=[str(tmp_path)])
    execute(system, f"DROP ROLE {role}")
    assert result["failed"]
    assert "directly" in result["msg"]
    with emulator.connect(owner) as connection:
        assert rows(connection, "SELECT view_name FROM user_views") == []
        assert rows(connection, "SELECT deployment FROM exam_view_history") == []


def test_that_an_error_in_a_view_or_a_circle_is_said_before_anything_is_touched(
    emulator: Emulator, run: Runner, hub: str, sources: Path
) -> None:
    write(sources, wrong="CREATE VIEW wrong (a, b) AS SELECT e.exam_id, COUNT(*) FROM exams e")
    result = run("oracle_views", hub, schema=hub, sources=[str(sources)])
    assert "view WRONG: ORA-00937" in result["msg"]
    assert "Nothing was touched" in result["msg"]
    circle = {"wrong": "other", "other": "wrong"}
    write(sources, **{name: f"CREATE VIEW {name} (a) AS SELECT u.a FROM {used} u" for name, used in circle.items()})
    result = run("oracle_views", hub, schema=hub, sources=[str(sources)])
    assert "OTHER → WRONG → OTHER" in result["msg"]
    assert not [each for each in views_of(emulator, hub) if each[1] == "VIEW"]


def test_that_a_wrong_password_is_tried_once_in_all_runs(
    emulator: Emulator, run: Runner, hub: str, *, sources: Path, system: Any, tmp_path: Path
) -> None:
    arguments = {"schema": hub, "sources": [str(sources)], "rejected_logins": str(tmp_path / "rejected")}
    wrong = {**arguments, "login_password": "Wrong-password-1"}
    assert "name or password is wrong" in run("oracle_views", hub, **wrong)["msg"]
    for _attempt in range(12):  # FAILED_LOGIN_ATTEMPTS is 10
        assert "is not tried again" in run("oracle_views", hub, **wrong)["msg"]
    assert rows(system, "SELECT account_status FROM dba_users WHERE username = :1", hub) == [("OPEN",)]
    assert not any("Wrong-password-1" in each.read_text() for each in (tmp_path / "rejected").iterdir())
    assert items(run("oracle_views", hub, **arguments))
    assert not list((tmp_path / "rejected").iterdir())


def test_that_a_locked_and_an_expired_account_are_told_apart(run: Runner, hub: str, sources: Path, system: Any) -> None:
    execute(system, f"ALTER USER {hub} ACCOUNT LOCK")
    assert "the account is locked" in run("oracle_views", hub, schema=hub, sources=[str(sources)])["msg"]
    execute(system, f"ALTER USER {hub} ACCOUNT UNLOCK", f"ALTER USER {hub} PASSWORD EXPIRE")
    assert "the password has expired" in run("oracle_views", hub, schema=hub, sources=[str(sources)])["msg"]


@pytest.mark.parametrize("step", ["read", "_check_undisturbed"])
def test_that_a_set_that_somebody_else_deploys_meanwhile_is_left_alone(
    emulator: Emulator, run: Runner, hub: str, sources: Path, monkeypatch: pytest.MonkeyPatch, *, step: str
) -> None:
    arguments: dict[str, Any] = {"schema": hub, "sources": [str(sources)], "set_name": "TIMETABLE"}
    taken = getattr(ViewSet, step)
    states: list[Any] = []

    def taken_and_waited(self: ViewSet) -> object:
        found = taken(self)
        monkeypatch.setattr(ViewSet, step, taken)
        assert run("oracle_views", hub, **arguments, deployer="somebody else")["changed"]
        states.append(views_of(emulator, hub))
        return found

    monkeypatch.setattr(ViewSet, step, taken_and_waited)
    result = run("oracle_views", hub, **arguments)
    assert result["failed"]
    assert "set TIMETABLE is being deployed by somebody else as well" in result["msg"]
    assert "deployment 1 by somebody else at 20" in result["msg"]
    assert "Nothing was touched." in result["msg"]
    assert [views_of(emulator, hub)] == states
    assert not run("oracle_views", hub, **arguments)["changed"]
