# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Views deployed, proven, recorded, reverted; and put back whatever fails."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.integration.oracle_modules.conftest import Accounts, Emulator, Runner, execute, rows

EXAMS = """
-- @comment Exams to schedule
-- @column CODE The code of the exam's course
-- @grant SELECT to {reader}
CREATE OR REPLACE VIEW exams_to_schedule (exam_id, code, title) AS
SELECT e.exam_id, e.code, e.title FROM exams e;
"""
STUDENTS = """
-- @comment Students on exams
CREATE OR REPLACE VIEW students_on_exams (uun, code) AS
SELECT n.uun, v.code FROM enrolments n JOIN exams_to_schedule v ON v.exam_id = n.exam_id;
"""


@pytest.fixture
def reader(new_account: Accounts) -> str:
    """Return the account that gets rights."""
    return new_account(prefix="READER")


@pytest.fixture
def sources(tmp_path: Path, reader: str) -> Path:
    """Return the directory of the sources."""
    directory = tmp_path / "views"
    directory.mkdir()
    write(directory, exams=EXAMS.format(reader=reader), students=STUDENTS)
    return directory


def write(directory: Path, **texts: str) -> None:
    for name, text in texts.items():
        (directory / f"{name}.sql").write_text(text, encoding="utf-8")


def items(result: dict[str, Any]) -> list[tuple[str, str]]:
    assert not result.get("failed"), result["msg"]
    return [(each["item"].split(".")[-1], each["action"]) for each in result["changes"]]


def test_that_a_set_is_deployed_in_its_order_and_a_second_run_changes_nothing(
    emulator: Emulator, run: Runner, hub: str, reader: str, sources: Path
) -> None:
    arguments = {"schema": hub, "sources": [str(sources)], "change_id": "SAS005-159"}
    expected = [
        ("EXAMS_TO_SCHEDULE", "create"),
        ("STUDENTS_ON_EXAMS", "create"),
        ("history of the views", "create"),
    ]
    predicted = run("oracle_views", hub, check=True, **arguments)
    assert items(predicted) == expected
    with emulator.connect(hub) as connection:
        assert rows(connection, "SELECT view_name FROM user_views") == []
    real = run("oracle_views", hub, **arguments)
    assert items(real) == expected
    assert real["changes"] == predicted["changes"]
    again = run("oracle_views", hub, **arguments)
    assert items(again) == []
    assert (again["changed"], again["changes"]) == (False, [])
    assert [(each["deployment"], each["action"], each["change_id"]) for each in again["history"]] == [
        (1, "deployed", "SAS005-159")
    ]
    with emulator.connect(reader) as connection:
        assert rows(connection, f"SELECT code FROM {hub}.exams_to_schedule") == []
    with emulator.connect(hub) as connection:
        found = rows(connection, "SELECT comments FROM user_col_comments WHERE table_name = 'EXAMS_TO_SCHEDULE'")
        assert ("The code of the exam's course",) in found
        assert rows(connection, "SELECT status FROM user_objects WHERE object_type = 'VIEW'") == [("VALID",)] * 2


def test_that_only_what_differs_is_replaced_and_a_difference_shows_the_text(
    emulator: Emulator, run: Runner, hub: str, reader: str, sources: Path
) -> None:
    arguments = {"schema": hub, "sources": [str(sources)]}
    items(run("oracle_views", hub, **arguments))
    write(sources, exams=EXAMS.format(reader=reader).replace("SELECT e.", "/* new */ select  E."))
    assert items(run("oracle_views", hub, **arguments)) == []
    write(
        sources, exams=EXAMS.format(reader=reader).replace("FROM exams e", "FROM exams e WHERE e.sitting IS NOT NULL")
    )
    result = run("oracle_views", hub, check=True, **arguments)
    assert items(result) == [("EXAMS_TO_SCHEDULE", "update"), ("history of the views", "create")]
    assert "sitting IS NOT NULL" in result["diff"][0]["after"]
    assert "sitting" not in result["diff"][0]["before"]
    assert run("oracle_views", hub, **arguments)["changes"] == result["changes"]
    assert items(run("oracle_views", hub, **arguments)) == []


def test_that_reverting_brings_back_the_set_before_and_a_second_time_changes_nothing(
    emulator: Emulator, run: Runner, hub: str, reader: str, sources: Path
) -> None:
    arguments = {"schema": hub, "sources": [str(sources)]}
    with emulator.connect(hub) as connection:
        execute(connection, "CREATE VIEW exams_to_schedule (exam_id) AS SELECT exam_id FROM exams")
    first = run("oracle_views", hub, **arguments)
    assert items(first)[0] == ("EXAMS_TO_SCHEDULE", "update")
    assert [each["action"] for each in first["changes"][-1]["after"]] == ["found", "deployed"]
    predicted = run("oracle_views", hub, check=True, schema=hub, state="reverted")
    assert items(predicted) == [
        ("EXAMS_TO_SCHEDULE", "update"),
        ("STUDENTS_ON_EXAMS", "delete"),
        ("history of the views", "create"),
    ]
    assert run("oracle_views", hub, schema=hub, state="reverted")["changes"] == predicted["changes"]
    with emulator.connect(hub) as connection:
        assert rows(connection, "SELECT view_name, text FROM user_views") == [
            ("EXAMS_TO_SCHEDULE", "SELECT exam_id FROM exams")
        ]
        assert rows(connection, "SELECT grantee FROM user_tab_privs WHERE table_name = 'EXAMS_TO_SCHEDULE'") == []
    assert items(run("oracle_views", hub, schema=hub, state="reverted")) == []
    assert [each[1] for each in items(run("oracle_views", hub, **arguments))] == ["update", "create", "create"]
    assert items(run("oracle_views", hub, schema=hub, state="reverted", deployment=2)) == []


def test_that_the_first_deployment_can_be_reverted_and_removal_too(run: Runner, hub: str, sources: Path) -> None:
    arguments = {"schema": hub, "sources": [str(sources)]}
    missing = run("oracle_views", hub, schema=hub, state="reverted")
    assert "nothing to revert to" in missing["msg"]
    items(run("oracle_views", hub, **arguments))
    assert [each[1] for each in items(run("oracle_views", hub, state="absent", **arguments))] == [
        "delete", "delete", "create"
    ]  # fmt: skip
    assert items(run("oracle_views", hub, state="absent", **arguments)) == []
    assert [each[1] for each in items(run("oracle_views", hub, schema=hub, state="reverted"))] == [
        "create", "create", "create"
    ]  # fmt: skip
    back = run("oracle_views", hub, schema=hub, state="reverted", deployment=1)
    assert items(back) == []


def views_of(emulator: Emulator, schema: str) -> list[tuple[Any, ...]]:
    """Return all that a deployment can change, the time of creation included: what is the same was not touched."""
    with emulator.connect(schema) as connection:
        return [
            *sorted(rows(connection, "SELECT view_name, text FROM user_views")),
            *sorted(rows(connection, "SELECT table_name, column_name, comments FROM user_col_comments"), key=str),
            *sorted(rows(connection, "SELECT table_name, grantee, privilege, grantable FROM user_tab_privs")),
            *sorted(rows(connection, "SELECT object_name, object_type, status FROM user_objects")),
        ]


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
    ("kind", "statement"),
    [
        ("drop", "^CREATE OR REPLACE VIEW .*STUDENTS"),
        ("drop", "^GRANT "),
        ("drop", "^CREATE TABLE"),
        ("drop", "^INSERT INTO"),
        ("lose", "EXECUTE IMMEDIATE"),
        ("lose", "^INSERT INTO"),
    ],
)
def test_that_a_connection_that_is_lost_leaves_what_was_there(
    emulator: Emulator, run: Runner, hub: str, reader: str, sources: Path, *, statement: str, kind: str
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
    assert "What had been replaced was put back." in result["msg"]
    found = [each for each in views_of(emulator, hub) if "EXAM_VIEW_HISTORY" not in each[0] and each[1] != "INDEX"]
    assert found == before
    assert items(run("oracle_views", hub, **arguments))[0] == ("EXAMS_TO_SCHEDULE", "update")
    assert items(run("oracle_views", hub, **arguments)) == []


@pytest.mark.parametrize(("number", "remedy"), [(54, "ddl_lock_timeout"), (4021, "uses or compiles it")])
def test_that_a_lock_that_is_not_released_leaves_what_was_there(
    emulator: Emulator, run: Runner, hub: str, reader: str, sources: Path, *, number: int, remedy: str
) -> None:
    arguments = {"schema": hub, "sources": [str(sources)], "ddl_lock_timeout": 1}
    items(run("oracle_views", hub, **arguments))
    write(sources, exams=EXAMS.format(reader=reader).replace("e.title", "UPPER(e.title)"))
    write(sources, students=STUDENTS.replace("n.uun", "LOWER(n.uun)"))
    before, invalid = views_of(emulator, hub), ("STUDENTS_ON_EXAMS", "VIEW")
    emulator.faults({"kind": "lock", "object": f"{hub}.STUDENTS_ON_EXAMS", "number": number, "seconds": 1})
    result = run("oracle_views", hub, **arguments)
    emulator.faults()
    assert result["failed"]
    assert f"ORA-{number:05d}" in result["msg"]
    assert f"view {hub}.STUDENTS_ON_EXAMS" in result["msg"]
    assert remedy in result["msg"]
    assert "To be compiled again, which their next use does: STUDENTS_ON_EXAMS." in result["msg"]
    found = views_of(emulator, hub)
    assert [each for each in found if "INVALID" not in each] == [each for each in before if each[:2] != invalid]
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
        assert rows(connection, "SELECT object_name FROM user_objects") == []


def test_that_rights_that_nobody_declares_are_named_and_taken_away_on_request(
    emulator: Emulator, run: Runner, new_account: Accounts, hub: str, *, reader: str, sources: Path
) -> None:
    arguments = {"schema": hub, "sources": [str(sources)]}
    items(run("oracle_views", hub, **arguments))
    other = new_account()
    with emulator.connect(hub) as connection:
        execute(connection, f"GRANT SELECT ON exams_to_schedule TO {other}",
                f"GRANT SELECT ON exams_to_schedule TO {reader} WITH GRANT OPTION")  # fmt: skip
    left = run("oracle_views", hub, **arguments)
    assert items(left) == []
    assert f"SELECT to {other}" in str(left["warnings"])
    predicted = run("oracle_views", hub, check=True, revoke_extra=True, **arguments)
    assert run("oracle_views", hub, revoke_extra=True, **arguments)["changes"] == predicted["changes"]
    with emulator.connect(hub) as connection:
        query = "SELECT grantee, grantable FROM user_tab_privs WHERE table_name = 'EXAMS_TO_SCHEDULE'"
        assert rows(connection, query) == [(reader, "NO")]
    assert items(run("oracle_views", hub, revoke_extra=True, **arguments)) == []


def test_that_who_gets_a_right_has_to_be_there(run: Runner, hub: str, tmp_path: Path) -> None:
    write(tmp_path, one="-- @grant SELECT to NOBODY_THERE\nCREATE VIEW one (a) AS SELECT 1 FROM DUAL")
    result = run("oracle_views", hub, check=True, schema=hub, sources=[str(tmp_path)], prerequisite_line="2.4")
    assert result["pending_line"] == "2.4"
    assert "NOBODY_THERE" in run("oracle_views", hub, schema=hub, sources=[str(tmp_path)])["msg"]


def test_that_the_scripts_of_the_hand_over_do_and_take_back_the_same(
    emulator: Emulator, run: Runner, hub: str, sources: Path
) -> None:
    arguments = {"schema": hub, "sources": [str(sources)]}
    with emulator.connect(hub) as connection:
        execute(connection, "CREATE VIEW exams_to_schedule (exam_id) AS SELECT exam_id FROM exams",
                "COMMENT ON TABLE exams_to_schedule IS 'old'")  # fmt: skip
    before = views_of(emulator, hub)
    handed = run("oracle_views", hub, check=True, **arguments)
    run_script(emulator, hub, handed["script"])
    assert items(run("oracle_views", hub, check=True, **arguments)) == [("history of the views", "create")]
    run_script(emulator, hub, handed["back_out_script"])
    assert views_of(emulator, hub) == before


def run_script(emulator: Emulator, user: str, script: str) -> None:
    """Execute a script as SQL*Plus takes it apart with its settings: at / on a line of its own."""
    statement: list[str] = []
    with emulator.connect(user) as connection:
        for line in script.splitlines():
            if not statement and (not line or line.startswith(("--", "WHENEVER", "SET "))):
                continue
            if line != "/":
                statement.append(line)
            else:
                execute(connection, "\n".join(statement))
                statement = []


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


def test_that_fifty_views_take_a_few_round_trips(emulator: Emulator, run: Runner, hub: str, tmp_path: Path) -> None:
    for number in range(50):
        base = f"v{number - 1}" if number % 5 else "exams"
        write(tmp_path, **{f"v{number}": f"-- @comment View {number}\nCREATE VIEW v{number} (exam_id, code, title) AS\n"
                           f"SELECT b.exam_id, b.code, b.title FROM {base} b WHERE b.exam_id > {number}"})  # fmt: skip
    emulator.faults({"kind": "late", "seconds": 0.05})
    begun = time.monotonic()
    assert len(items(run("oracle_views", hub, schema=hub, sources=[str(tmp_path)]))) == 51
    deployed = time.monotonic()
    assert items(run("oracle_views", hub, schema=hub, sources=[str(tmp_path)])) == []
    unchanged = time.monotonic()
    emulator.faults()
    # a round trip for each view alone would take 2.5 s
    print(f"deployed in {deployed - begun:.2f} s, unchanged in {unchanged - deployed:.2f} s")
    assert deployed - begun < 5
    assert unchanged - deployed < 2


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
