# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""State directories and hand-overs: made once, marked, never taken for another's."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.state_directory import MARKER, Marker, require
from tests.module_runner import run_module


def test_check_then_make_then_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "state"
    arguments = {"path": str(path), "environment": "live"}
    predicted = run_module("state_directory", arguments, check=True)
    assert not path.exists()
    made = run_module("state_directory", arguments)
    assert made["changes"] == predicted["changes"]
    assert (predicted["changed"], made["changed"]) == (True, True)
    assert path.stat().st_mode & 0o777 == 0o700
    assert run_module("state_directory", arguments)["changed"] is False
    require(path, Marker("live", rehearsal=False))


def test_a_directory_is_never_turned_into_another_environments(tmp_path: Path) -> None:
    path = tmp_path / "state"
    run_module("state_directory", {"path": str(path), "environment": "live", "rehearsal": True})
    refused = run_module("state_directory", {"path": str(path), "environment": "live"})
    assert refused["failed"]
    assert "expected LIVE; found LIVE (rehearsal)" in refused["msg"]


def test_a_directory_with_other_content_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").touch()
    refused = run_module("state_directory", {"path": str(tmp_path), "environment": "live"})
    assert "the directory holds something else" in refused["msg"]
    assert not (tmp_path / MARKER).exists()


@pytest.mark.parametrize("content", ["", "{}", "[]", "no json"])
def test_a_spoilt_marker_is_no_reason_to_start_afresh(tmp_path: Path, content: str) -> None:
    (tmp_path / MARKER).write_text(content, encoding="utf-8")
    with pytest.raises(Problem, match="cannot be read"):
        require(tmp_path, Marker("live", rehearsal=False))


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no such directory"):
        require(tmp_path / "absent", Marker("live", rehearsal=False))


HAND_OVER = {"line": "1.2", "recipient": "Network team", "title": "Firewall request", "content": "Open 1433.\n"}


def test_a_hand_over_is_predicted_written_kept_and_replaced(tmp_path: Path) -> None:
    directory = tmp_path / "hand-overs"
    arguments = {"directory": str(directory), **HAND_OVER}
    predicted = run_module("hand_over", arguments, check=True)
    assert not directory.exists()
    written = run_module("hand_over", arguments)
    assert (predicted["diff"], predicted["changes"]) == (written["diff"], written["changes"])
    assert written["waiting_for"] == "Network team"
    path = Path(written["path"])
    assert path.name == "1.2-firewall-request.md"
    assert "Open 1433." in path.read_text(encoding="utf-8")
    assert run_module("hand_over", arguments)["changed"] is False
    replaced = run_module("hand_over", {**arguments, "content": "Open 1434.\n"})
    assert replaced["changes"][0]["action"] == "update"
    assert [entry.name for entry in directory.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("parameter", "value"), [("line", "../1"), ("line", "one"), ("recipient", " "), ("content", "")]
)
def test_a_hand_over_that_says_nothing_is_refused(tmp_path: Path, parameter: str, value: str) -> None:
    refused = run_module("hand_over", {"directory": str(tmp_path / "x"), **HAND_OVER, parameter: value})
    assert refused["msg"].startswith(f"{parameter}={value!r} is refused")
    assert not (tmp_path / "x").exists()


def test_a_hand_over_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "hand-overs").mkdir()
    (tmp_path / "hand-overs" / "1.2-firewall-request.md").mkdir()
    failed = run_module("hand_over", {"directory": str(tmp_path / "hand-overs"), **HAND_OVER})
    assert failed["failed"]
    assert [entry.name for entry in (tmp_path / "hand-overs").iterdir()] == ["1.2-firewall-request.md"]


def test_a_state_directory_to_come_is_pending_in_check_mode(tmp_path: Path) -> None:
    arguments = {"directory": str(tmp_path / "absent" / "hand-overs"), **HAND_OVER}
    pending = run_module("hand_over", {**arguments, "prerequisite_line": "0"}, check=True)
    assert (pending["pending_line"], pending["changed"]) == ("0", True)
    assert run_module("hand_over", arguments, check=True)["failed"]
    assert run_module("hand_over", {**arguments, "prerequisite_line": "0"})["failed"]
