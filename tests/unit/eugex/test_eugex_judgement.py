# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is declared of EUGEX beside what was found: what differs, and who is told to do what."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.comparison import compare
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.eugex import judgement

VIEW, OTHER, TABLE = "HUB.EXAMS", "HUB.STUDENTS", "HUB.INVIGILATORS"
LINES = ("2.3", "2.4", "4.1", "4.2", "4.7")
OWNER = "Database team"

DECLARED: dict[str, Any] = {
    "views": {"schema": "HUB", "digest": "d1", "only_signed_off": True},
    "account": {
        "reads": {"views": [VIEW, OTHER], "tables": [TABLE]},
        "refused": ["SITS.STUDENTS"],
        "system_privileges": ["CREATE SESSION"],
    },
    "invigilators_data": {"csv": "/srv/{odd}/invigilators.csv"},
    "streams": {
        "capture": ["C"],
        "apply": ["A"],
        "maximum_lag_seconds": 900,
        "columns": {"SITS.ADJUSTMENTS": {"SCRIBE": "CHAR(1)"}},
    },
    "phase": 2,
    "phase_2_fields": {VIEW: ["IS_RESIT"]},
}


def found() -> dict[str, Any]:
    """Return results of modules that show all as declared."""
    unchanged = {"changed": False, "changes": []}
    return {
        "views": {**unchanged, "digest": "d1", "views": {"EXAMS": {"valid": True}, "STUDENTS": {"valid": True}}},
        "table": dict(unchanged),
        "rows": dict(unchanged),
        "account": dict(unchanged),
        "access": {
            "readable": [VIEW, TABLE, OTHER],
            "unclear": [],
            "writable": [],
            "system_privileges": ["CREATE SESSION"],
            "roles": [],
            "roles_not_enabled": [],
            "objects": {name: {"readable": True, "error": None} for name in (VIEW, OTHER, TABLE)},
            "refused": {"SITS.STUDENTS": {"refused": True, "error": "ORA-00942"}},
        },
        "streams": {
            "capture": [{"name": "C", "status": "ENABLED", "error": None, "lag_seconds": 3}],
            "apply": [
                {"name": "A", "status": "ENABLED", "error": None, "lag_seconds": None, "failed_transactions": 0},
                {"name": "SOMEBODY_ELSES", "status": "ABORTED", "error": "ORA-26714", "lag_seconds": 10**6},
            ],
            "tables": {
                "SITS.ADJUSTMENTS": {"columns": {"SCRIBE": {"exists": True, "replicated": True, "filled": 250}}},
                VIEW: {"columns": {"IS_RESIT": {"exists": True, "varies": True}}},
            },
        },
    }


def put(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    """Return what sets a value in nested results; names are joined by `/`."""

    def change(seen: dict[str, Any]) -> None:
        *heads, last = path.split("/")
        place: Any = seen
        for head in heads:
            place = place[int(head) if head.isdigit() else head]
        place[last] = value

    return change


def differences(
    line: str, seen: dict[str, Any], declared: dict[str, Any] | None = None, *, ours: bool = True
) -> dict[str, tuple[str, str]]:
    """Return by item what was found and the remedy, as `prove` concludes."""
    judged = judgement(line, declared or DECLARED, seen, OWNER, ours=ours)
    assert judged["no_answer"] == ""
    compared = compare(judged["expected"], judged["found"], where="hub", remedies=judged["remedies"])
    return {each.what: (each.found, each.remedy) for each in compared}


@pytest.mark.parametrize("line", LINES)
def test_that_nothing_differs_where_all_is_as_declared(line: str) -> None:
    assert differences(line, found()) == {}


@pytest.mark.parametrize(
    ("line", "change", "item", "text"),
    [
        ("2.3", put("views/changes", [{"item": "view HUB.EXAMS"}]), "definitions, comments and rights", "HUB.EXAMS"),
        ("2.3", put("views", {"failed": True, "msg": "SITS.EXAMS is missing"}), VIEW, "missing"),
        ("2.3", put("views/digest", "d2"), "digest of the sources", "d2"),
        ("2.3", put("views/views/EXAMS/valid", False), VIEW, "invalid"),
        ("2.4", put("account/changes", [{"item": "profile P"}]), "profile and rights", "differs in profile P"),
        ("2.4", put("access", {"failed": True, "msg": "ORA-28000: locked"}), "login", "ORA-28000: locked"),
        ("2.4", put("access/system_privileges", ["CREATE SESSION", "X"]), "system privileges", "X"),
        ("2.4", put("access/roles", ["DBA"]), "roles", "DBA"),
        ("2.4", put("access/roles_not_enabled", ["DBA"]), "roles", "DBA"),
        ("2.4", put("access/readable", [VIEW, TABLE, OTHER, "SITS.X"]), "all that it can read", "SITS.X"),
        ("2.4", put("access/unclear", ["HUB.V: ORA-04063"]), "what cannot be told", "ORA-04063"),
        ("2.4", put("access/writable", ["INSERT on HUB.T"]), "all that it can change", "INSERT on HUB.T"),
        ("2.4", put(f"access/objects/{VIEW}", {"readable": False, "error": "E1"}), f"reading {VIEW}", "E1"),
        (
            "2.4",
            put("access/refused/SITS.STUDENTS", {"refused": False, "error": None}),
            "trying SITS.STUDENTS",
            "it reads",
        ),
        (
            "2.4",
            put("access/refused/SITS.STUDENTS", {"refused": None, "error": "ORA-04063"}),
            "trying SITS.STUDENTS",
            "ORA-04063",
        ),
        ("4.1", put("table", {"skipped": True}), "table", "not looked at"),
        ("4.1", put("rows/changes", [{"item": "rows of HUB.T"}]), "rows", "differs in rows of HUB.T"),
        ("4.2", put("streams/capture", None), "capture process C", "not visible"),
        ("4.2", put("streams/capture", []), "capture process C", "missing"),
        ("4.2", put("streams/apply/0/status", "ABORTED"), "apply process A", "ABORTED"),
        ("4.2", put("streams/capture/0/lag_seconds", 901), "capture process C, lag", "901"),
        ("4.2", put("streams/apply/0/failed_transactions", 2), "apply process A, transactions not applied", "2"),
        (
            "4.2",
            put("streams/apply/0/failed_transactions", None),
            "apply process A, transactions not applied",
            "not visible",
        ),
        ("4.2", put("streams/tables", {}), "SITS.ADJUSTMENTS.SCRIBE", "missing"),
        (
            "4.2",
            put("streams/tables/SITS.ADJUSTMENTS/columns/SCRIBE/replicated", False),
            "SITS.ADJUSTMENTS.SCRIBE",
            "there, not replicated, populated",
        ),
        (
            "4.2",
            put("streams/tables/SITS.ADJUSTMENTS/columns/SCRIBE", {"exists": True, "replicated": None, "filled": None}),
            "SITS.ADJUSTMENTS.SCRIBE",
            "there, not visible whether replicated, not visible whether populated",
        ),
        (
            "4.2",
            put("streams/tables/SITS.ADJUSTMENTS/columns/SCRIBE/filled", 0),
            "SITS.ADJUSTMENTS.SCRIBE",
            "there, replicated, empty",
        ),
        ("4.7", put(f"streams/tables/{VIEW}/columns/IS_RESIT/varies", False), f"{VIEW}.IS_RESIT", "the same in all"),
        ("4.7", put(f"streams/tables/{VIEW}/columns/IS_RESIT/varies", None), f"{VIEW}.IS_RESIT", "not visible whether"),
        ("4.7", put("streams/tables", {}), f"{VIEW}.IS_RESIT", "missing"),
    ],
)
def test_that_what_differs_is_named(line: str, change: Callable[[dict[str, Any]], None], item: str, text: str) -> None:
    seen = found()
    change(seen)
    by_item = differences(line, seen)
    assert text in by_item[item][0]
    assert all(remedy for _found, remedy in by_item.values())


def test_that_a_process_tells_its_error() -> None:
    seen = found()
    seen["streams"]["capture"][0] |= {"status": "ABORTED", "error": "ORA-01280"}
    assert differences("4.2", seen)["capture process C"][0] == "ABORTED ORA-01280"


@pytest.mark.parametrize("line", LINES)
def test_that_nothing_is_said_of_a_hub_that_does_not_answer(line: str) -> None:
    seen = found() | {"streams": {"failed": True, "msg": "no connection"}}
    judged = judgement(line, DECLARED, seen, OWNER, ours=True)
    assert (judged["no_answer"], judged["found"]) == ("no connection", {})
    assert judged["expected"]


@pytest.mark.parametrize(
    ("line", "asked"),
    [("2.3", "views"), ("2.4", "account"), ("2.4", "access"), ("4.1", "table"), ("4.1", "rows")],
)
def test_that_nothing_is_said_of_a_line_if_the_hub_stopped_answering_half_way(line: str, asked: str) -> None:
    seen = found() | {asked: {"failed": True, "msg": "no connection", "no_answer": True}}
    judged = judgement(line, DECLARED, seen, OWNER, ours=True)
    assert (judged["no_answer"], judged["found"]) == ("no connection", {})
    for other in set(LINES) - {line}:
        assert differences(other, seen) == {}


def test_that_another_digest_is_no_difference_where_sources_are_tried() -> None:
    declared = copy.deepcopy(DECLARED)
    declared["views"]["only_signed_off"] = False
    seen = found()
    seen["views"]["digest"] = "d2"
    assert differences("2.3", seen, declared) == {}


def test_that_phase_1_asks_only_that_the_fields_are_there() -> None:
    seen = found()
    seen["streams"]["tables"][VIEW]["columns"]["IS_RESIT"] = {"exists": True, "varies": False}
    assert differences("4.7", seen, DECLARED | {"phase": 1}) == {}
    seen["streams"]["tables"][VIEW]["columns"]["IS_RESIT"] = {"exists": False, "varies": None}
    assert differences("4.7", seen, DECLARED | {"phase": 1})[f"{VIEW}.IS_RESIT"][0] == "missing"


@pytest.mark.parametrize("line", LINES)
def test_that_who_carries_a_line_out_is_told_what_is_theirs_to_do(line: str) -> None:
    nothing: dict[str, Any] = {"tables": {}, "capture": [], "apply": []}
    seen = {key: {"msg": "not there"} for key in found()} | {"streams": nothing}
    ours = differences(line, seen)
    theirs = differences(line, seen, ours=False)
    assert ours.keys() == theirs.keys()
    assert not any("playbooks/" in remedy for _found, remedy in theirs.values())
    assert not any("{" in remedy.replace("{odd}", "") for _found, remedy in (*ours.values(), *theirs.values()))
    for item, (_found, remedy) in ours.items():
        if "playbooks/live.yml --tags eugex" in remedy:
            assert "Database team does it" in theirs[item][1]
