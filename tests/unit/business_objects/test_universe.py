# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done about a universe, from what was read; and what is made of the output of lcm_cli."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects import archives
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.archives import Bound, Kept
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.host import LocalHost
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.lcm_cli import escaped, judge
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_declaration import (
    Declared,
    declared_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_planner import (
    Found,
    NoWayBack,
    differences,
    plan,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_reader import (
    Connection,
    Universe,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem
from emulators.business_objects.lcm_cli import read_properties
from emulators.estate.business_objects import write_artefact
from tests.unit.inventories.test_inventories import of_environment

VERSION, CUID = "14.3.4.4990", "AUniverse"
LIVE, OTHER = Connection("ALive", "EUGEX LIVE", "yesterday"), Connection("ATest", "EUGEX TEST", "yesterday")
UNIVERSE = Universe(5731, CUID, "Exams", "unx", "Universes/Exams", 7, "today", (LIVE,), True)
FOUND = Found("BI", VERSION, UNIVERSE, LIVE)
LOG = Path("/var/lib/x.log")
HERE = LocalHost()


def declared(tmp_path: Path, **other: Any) -> Declared:
    parameters = {
        "cuid": CUID,
        "state": "present",
        "artefact": "/a.lcmbiar",
        "digest": "0" * 64,
        "revision": 7,
        "platform_version": VERSION,
        "connection": {"cuid": "ALive", "name": "EUGEX LIVE"},
        "query": {"objects": ["Exam code"], "rows": 1},
        "cms": "bi-live:6400",
        "lcm_cli": "/opt/lcm_cli.sh",
        "lcm_timeout": 60,
        "work_directory": str(tmp_path / "work"),
        "login_user": "u",
        "login_password": "p",
        "authentication": "ldap",
    }
    return declared_from({**parameters, **other}, HERE)


def test_that_nothing_is_done_where_revision_and_connection_are_as_declared(tmp_path: Path) -> None:
    assert plan(declared(tmp_path), FOUND) == []


@pytest.mark.parametrize(
    ("universe", "action"),
    [
        (None, "create"),
        (replace(UNIVERSE, revision=6), "update"),
        (replace(UNIVERSE, revision=8), "update"),
        (replace(UNIVERSE, revision=None), "update"),
        (replace(UNIVERSE, connections=()), "update"),
        (replace(UNIVERSE, connections=(OTHER,)), "update"),
        (replace(UNIVERSE, connections=(LIVE, OTHER)), "update"),
    ],
)
def test_that_it_is_promoted_where_anything_of_it_differs(
    tmp_path: Path, universe: Universe | None, action: str
) -> None:
    (change,) = plan(declared(tmp_path), replace(FOUND, universe=universe))
    assert change.action == action
    assert change.after == {"revision": 7, "connections": ["EUGEX LIVE (ALive)"]}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (replace(FOUND, version="14.3.4.4991"), "of another version"),
        (replace(FOUND, connection=None), "is not there"),
        (replace(FOUND, connection=replace(LIVE, name="EUGEX TEST")), "not the one of this environment"),
    ],
)
def test_that_there_is_no_plan_where_it_must_not_be_promoted(tmp_path: Path, found: Found, said: str) -> None:
    with pytest.raises(Problem, match=said):
        plan(declared(tmp_path), found)


def kept(**other: Any) -> Kept:
    return Kept(**{**vars(Kept.of(CUID, replace(UNIVERSE, revision=6), VERSION, "d")), **other})


def test_that_it_is_reverted_to_what_is_kept_and_no_further(tmp_path: Path) -> None:
    reverted = declared(tmp_path, state="reverted")
    (change,) = plan(reverted, replace(FOUND, kept=kept()))
    assert change.after == {"revision": 6, "connections": ["ALive"]}
    assert plan(reverted, replace(FOUND, kept=kept(revision=7))) == []
    assert plan(reverted, replace(FOUND, universe=None, kept=Kept.of(CUID, None, VERSION, None))) == []


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (FOUND, "nothing to go back to"),
        (replace(FOUND, kept=Kept.of(CUID, None, VERSION, None)), "lcm_cli deletes nothing"),
        (replace(FOUND, kept=kept(platform_version="14.2.9.1")), "of another version"),
        (replace(FOUND, kept=kept(connections=("ATest",))), "not bound to this environment's connection"),
        (replace(FOUND, kept=kept(connections=("ALive", "ATest"))), "not bound to this environment's connection"),
    ],
)
def test_that_there_is_no_way_back_where_none_is_kept(tmp_path: Path, found: Found, said: str) -> None:
    with pytest.raises(NoWayBack, match=said):
        plan(declared(tmp_path, state="reverted"), found)


def test_that_it_is_exported_where_the_artefact_is_another(tmp_path: Path) -> None:
    exported = declared(tmp_path, state="exported")
    same = Kept.of(CUID, UNIVERSE, VERSION, "d")
    assert plan(exported, replace(FOUND, kept=same, digest="d")) == []
    for found in (replace(FOUND, kept=same, digest="e"), replace(FOUND, kept=kept(), digest="d"), FOUND):
        assert len(plan(exported, found)) == 1
    with pytest.raises(Problem, match="no universe of CUID"):
        plan(exported, replace(FOUND, universe=None))


def test_that_each_thing_that_is_not_as_it_shall_be_is_told() -> None:
    def told(after: Universe | None) -> list[str]:
        return differences(after, revision=7, connections=["ALive"], before=replace(UNIVERSE, updated="before"))

    assert told(UNIVERSE) == []
    assert told(None) == ["there is no such universe"]
    wrong = Universe(1, CUID, "Exams", "unx", "", 6, "before", (OTHER,), False)
    assert len(told(wrong)) == 4
    assert "bound to EUGEX TEST (ATest), expected ALive" in told(wrong)[1]


@pytest.mark.parametrize(
    ("other", "parameter"),
    [
        ({"cuid": "a'b"}, "cuid"),
        ({"connection": {"cuid": "", "name": "x"}}, r"connection\.cuid"),
        ({"digest": "ABC"}, "digest"),
        ({"revision": 0}, "revision"),
        ({"lcm_timeout": 0}, "lcm_timeout"),
        ({"query": {"objects": ["a"], "rows": 5000}}, r"query\.rows"),
        ({"platform_version": "14"}, "platform_version"),
        ({"work_directory": "relative"}, "work_directory"),
    ],
)
def test_that_what_cannot_be_meant_is_refused_by_name(tmp_path: Path, other: dict[str, Any], parameter: str) -> None:
    with pytest.raises(InvalidParameter, match=rf"^{parameter}="):
        declared(tmp_path, **other)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40))
def test_that_java_reads_back_each_value_that_is_written(value: str) -> None:
    line = f"LCM_password={escaped(value)}\n"
    assert line.isascii()
    assert read_properties(line) == {"LCM_password": value}


@pytest.mark.parametrize("output", ["Job Status : Success", "x\nJob Status  : Success  \n", "job status: SUCCESS"])
def test_that_a_job_has_succeeded_where_its_output_says_so(output: str) -> None:
    judge("promote", 0, output, log=LOG)


@pytest.mark.parametrize(
    ("code", "output", "said"),
    [
        (0, "Job Status  : Partial Success", "only in part"),
        (0, "Job Status  : Failure", "ended as 'Failure'"),
        (1, "Job Status  : Success", "with code 1"),
        (0, "", "did not say what became of the job"),
        (0, "Job Status : Success\nJob Status : Failure", "ended as 'Failure'"),
        (0, "Unsuccessful. Job Status : Unsuccessful", "ended as 'Unsuccessful'"),
    ],
)
def test_that_anything_else_is_no_success(code: int, output: str, said: str) -> None:
    with pytest.raises(Problem, match=said):
        judge("promote", code, output, log=LOG)


def test_that_backups_are_numbered_for_each_universe_alone(tmp_path: Path) -> None:
    for name in ("A-000001", "A-000002", "A-000001-000007"):
        Kept.of(name.rpartition("-")[0], UNIVERSE, VERSION, None).write(HERE, tmp_path / f"{name}.lcmbiar")
    assert [each.stem for each in archives.backups(HERE, tmp_path, "A")] == ["A-000002", "A-000001"]
    assert archives.next_backup(HERE, tmp_path, "A").name == "A-000003.lcmbiar"
    assert archives.next_backup(HERE, tmp_path, "B").name == "B-000001.lcmbiar"
    assert archives.read(HERE, tmp_path / "A-000002.lcmbiar") == Kept.of("A", UNIVERSE, VERSION, None)
    (tmp_path / "A-000002.json").write_text("{}", encoding="utf-8")
    with pytest.raises(Problem, match="cannot be read"):
        archives.read(HERE, tmp_path / "A-000002.lcmbiar")


@pytest.mark.parametrize(
    ("universe", "half_done"),
    [
        (replace(UNIVERSE, revision=6), False),  # nothing was written, or it was put back
        (UNIVERSE, False),  # it came to what was wanted, though nobody has seen it
        (replace(UNIVERSE, connections=(OTHER,)), True),
        (replace(UNIVERSE, revision=6, connections=(OTHER,)), True),
        (replace(UNIVERSE, revision=None), True),
        (replace(UNIVERSE, revision=8), False),  # somebody has published it since
        (None, True),
    ],
)
def test_that_what_a_promotion_may_have_left_is_told_from_what_others_brought(
    tmp_path: Path, universe: Universe | None, half_done: bool
) -> None:
    opened = kept().opened(Bound(7, ("ALive",)))
    assert opened.left_half_done(universe) is half_done
    assert not opened.closed().left_half_done(universe)
    assert not kept().left_half_done(universe)
    again = opened.opened(Bound(9, ("ALive",)))  # what the first one has left may be there still
    left = replace(UNIVERSE, connections=(OTHER,))
    assert (again.left_half_done(left), again.closed().opened(Bound(9, ())).left_half_done(left)) == (True, False)
    for each in (opened, again):
        each.write(HERE, tmp_path / "A-000001.lcmbiar")
        assert archives.read(HERE, tmp_path / "A-000001.lcmbiar") == each


@pytest.mark.parametrize("environment", ["dev", "test", "live"])
def test_that_what_the_rehearsal_has_exported_is_what_the_inventories_say_was_signed_off(
    tmp_path: Path, environment: str
) -> None:
    write_artefact(tmp_path / "artefacts/a.lcmbiar")
    digest = hashlib.sha256((tmp_path / "artefacts/a.lcmbiar").read_bytes()).hexdigest()
    assert of_environment(environment)["business_intelligence_artefact"]["digest"] == digest
