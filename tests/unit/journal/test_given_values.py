# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs are told apart by what they were given with -e, of which nothing is kept."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.given_values import KEY, digest


def test_the_same_values_have_the_same_digest_and_others_have_not(tmp_path: Path) -> None:
    close = digest({"step": "close", "artefact": "a"}, tmp_path)
    assert digest({"artefact": "a", "step": "close"}, tmp_path) == close
    others: list[dict[str, Any]] = [
        {"step": "run", "artefact": "a"},
        {"step": "close"},
        {"step": ["close"], "artefact": "a"},
    ]
    assert digest({"a": {1: "x", "b": [{"d": 2, "c": 3}]}}, tmp_path) == digest(
        {"a": {"b": [{"c": 3, "d": 2}], 1: "x"}}, tmp_path
    )
    assert len({close, *(digest(given, tmp_path) for given in others)}) == 4
    assert stat.S_IMODE((tmp_path / KEY).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY]


def test_without_the_key_a_value_cannot_be_guessed(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    assert digest({"password": "secret"}, first) != digest({"password": "secret"}, second)


def test_what_says_only_whether_a_run_may_work_makes_no_difference(tmp_path: Path) -> None:
    emergency = {"change_control_emergency_approver": "A. Name", "change_control_emergency_reason": "fire"}
    assert digest(emergency, tmp_path) == digest({}, tmp_path) == ""
    assert not list(tmp_path.iterdir())
    assert digest({**emergency, "step": "run"}, tmp_path) == digest({"step": "run"}, tmp_path)


def test_what_a_platform_says_of_its_job_makes_no_difference(tmp_path: Path) -> None:
    jobs = [{"awx_job_id": number, "tower_job_id": number, "awx_user_name": "operations"} for number in (1, 2)]
    assert {digest(job, tmp_path) for job in jobs} == {""}
    assert {digest({**job, "step": "run"}, tmp_path) for job in jobs} == {digest({"step": "run"}, tmp_path)}
