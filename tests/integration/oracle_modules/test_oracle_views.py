# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Views deployed, proven, recorded, reverted and handed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle._oracledb import _Context
from tests.integration.oracle_modules.databases import Accounts, Emulator, Runner, Trips, execute, rows
from tests.integration.oracle_modules.view_sets import EXAMS, STUDENTS, items, views_of, write


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


@pytest.mark.parametrize("taken_back", [True, False])
def test_that_a_whole_release_is_reverted_under_however_many_changes_it_was_deployed(
    run: Runner, hub: str, sources: Path, *, taken_back: bool
) -> None:
    arguments = {"schema": hub, "sources": [str(sources)]}
    back = {"schema": hub, "state": "reverted", "whole_release": True}
    items(run("oracle_views", hub, **arguments, change_id="SAS005-159"))
    write(sources, students=STUDENTS.replace("v.code FROM", "UPPER(v.code) FROM"))
    correction = run("oracle_views", hub, **arguments, change_id="SAS005-170")
    assert [each[1] for each in items(correction)] == ["update", "create"]
    if taken_back:
        items(run("oracle_views", hub, schema=hub, state="reverted"))
    assert [each[1] for each in items(run("oracle_views", hub, **back))] == ["delete", "delete", "create"]
    assert items(run("oracle_views", hub, **back)) == []
    assert items(run("oracle_views", hub, schema=hub, state="reverted")) == []
    assert items(run("oracle_views", hub, schema=hub, state="reverted", deployment=0)) == []
    refused = run("oracle_views", hub, deployment=1, **back)
    assert "whole_release=True is refused: deployment names another way back" in refused["msg"]


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
    assert next(each["item"] for each in result["changes"]) == f"view {hub}.ONE"
    assert "NOBODY_THERE" in run("oracle_views", hub, schema=hub, sources=[str(tmp_path)])["msg"]


def test_that_sources_with_another_digest_than_was_signed_off_are_refused(run: Runner, hub: str, sources: Path) -> None:
    arguments = {"schema": hub, "sources": [str(sources)]}
    refused = run("oracle_views", hub, digest="0" * 64, **arguments)
    assert "Nothing was touched" in refused["msg"]
    signed_off = run("oracle_views", hub, check=True, **arguments)["digest"]
    assert signed_off in refused["msg"]
    for path in sources.glob("*.sql"):
        path.write_text(path.read_text(encoding="utf-8") + "\n-- nothing that counts\n", encoding="utf-8")
    assert items(run("oracle_views", hub, digest=signed_off, **arguments))
    first = sorted(sources.glob("*.sql"))[0]
    first.write_text(f"-- @grant SELECT to {hub}\n" + first.read_text(encoding="utf-8"), encoding="utf-8")
    assert "not what was signed off" in run("oracle_views", hub, digest=signed_off, **arguments)["msg"]


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


def test_that_fifty_views_take_hardly_more_round_trips_than_ten(
    run: Runner, hub: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Context, "sslsocket_class", Trips)
    trips = []
    for count in (10, 50):
        for number in range(count):
            base = f"v{number - 1}" if number % 5 else "exams"
            write(tmp_path, **{f"v{number}": f"-- @comment View {number}\nCREATE VIEW v{number} (exam_id, code) AS\n"
                               f"SELECT b.exam_id, b.code FROM {base} b WHERE b.exam_id > {count}"})  # fmt: skip
        for _time in ("new", "unchanged"):
            Trips.begin()
            items(run("oracle_views", hub, schema=hub, sources=[str(tmp_path)]))
            trips.append(Trips.made)
    ten, ten_unchanged, fifty, fifty_unchanged = trips
    assert fifty_unchanged <= ten_unchanged + 2 <= 32, trips
    # a trial of each ten, and a block for each hundred statements
    assert fifty <= ten + 11 <= 60, trips


def test_that_another_account_can_deploy_and_the_history_says_who(
    emulator: Emulator, run: Runner, hub: str, reader: str, sources: Path
) -> None:
    arguments = {"schema": hub, "sources": [str(sources)]}
    missing = run("oracle_views", "SYSTEM", check=True, schema="NOT_THERE", sources=[str(sources)])
    assert "there is no schema NOT_THERE" in missing["msg"]
    predicted = run("oracle_views", "SYSTEM", check=True, **arguments)
    assert run("oracle_views", "SYSTEM", **arguments)["changes"] == predicted["changes"]
    again = run("oracle_views", hub, deployer="another", **arguments)
    assert items(again) == []
    assert [each["deployer"] for each in again["history"]] == ["SYSTEM"]
    with emulator.connect(reader) as connection:
        assert rows(connection, f"SELECT code FROM {hub}.exams_to_schedule") == []


def test_that_long_texts_other_alphabets_and_quoted_names_are_kept(
    emulator: Emulator, run: Runner, hub: str, tmp_path: Path
) -> None:
    long = ", ".join(f"LENGTH('{number:0>3900}')" for number in range(12))
    columns = ", ".join(f"c{number}" for number in range(12))
    write(
        tmp_path,
        long=f"CREATE VIEW long_one ({columns}) AS SELECT {long} FROM exams",
        quoted='-- @comment Prüfungen, "gelesen"\n-- @column "Ö ä" It\'s one\n'
        'CREATE VIEW "Mixed Case" ("Ö ä") AS\nSELECT \'Größe; -- no comment\' FROM exams WITH READ ONLY\n/\n',
        user='CREATE VIEW user_of_it (x) AS SELECT m."Ö ä" FROM "Mixed Case" m',
    )
    arguments = {"schema": hub, "sources": [str(tmp_path)]}
    predicted = run("oracle_views", hub, check=True, **arguments)
    assert len(items(predicted)) == 4
    assert run("oracle_views", hub, **arguments)["changes"] == predicted["changes"]
    assert items(run("oracle_views", hub, **arguments)) == []
    write(tmp_path, long="CREATE VIEW long_one (a) AS SELECT 1 FROM exams")
    assert items(run("oracle_views", hub, **arguments))[0] == ("LONG_ONE", "update")
    assert items(run("oracle_views", hub, schema=hub, state="reverted"))[0] == ("LONG_ONE", "update")
    with emulator.connect(hub) as connection:
        ((length,),) = rows(connection, "SELECT text_length FROM user_views WHERE view_name = 'LONG_ONE'")
        assert length > 45_000
