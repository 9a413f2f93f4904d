# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What publication wants of CalSync's services."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.publication import judgement


def told(start_mode: str, state: str, declared: str = "auto", host: str = "calsync.example") -> dict[str, Any]:
    item = [host, {"name": "CalSync", "start_mode": declared}]
    return {"item": item, "services": [{"name": "CalSync", "start_mode": start_mode, "state": state}]}


MODE, STATE = "calsync.example: CalSync: start mode", "calsync.example: CalSync: state"


def test_that_a_held_service_is_stopped_and_disabled() -> None:
    found = judgement([told("auto", "started")], "held")
    assert found["expected"] == {MODE: "disabled", STATE: "stopped"}
    assert found["found"] == {MODE: "auto", STATE: "started"}
    assert "who started CalSync" in found["remedies"][STATE]


def test_that_an_open_one_is_as_declared_and_one_that_is_manual_may_be_in_any_state() -> None:
    assert judgement([told("disabled", "stopped")], "open")["expected"] == {MODE: "auto", STATE: "started"}
    assert judgement([told("manual", "stopped", "manual")], "open")["expected"] == {MODE: "manual"}


def test_that_what_is_not_there_is_not_found() -> None:
    found = judgement([{**told("auto", "started"), "services": []}], "held")
    assert (found["found"], set(found["expected"])) == ({}, {MODE, STATE})


SILENT = {"item": ["other.example", {"name": "CalSync", "start_mode": "auto"}], "unreachable": True, "msg": "no route"}


def test_that_a_host_which_is_silent_hides_nothing_that_is_known_of_another() -> None:
    found = judgement([SILENT, told("auto", "started")], "held")
    assert (found["silence"], found["differs"]) == ("other.example: no route", True)
    assert found["found"]["other.example: CalSync: state"] == "no answer"
    assert not judgement([told("disabled", "stopped"), SILENT], "held")["differs"], "it is not known"


def test_that_a_service_which_is_not_there_is_known_and_no_silence() -> None:
    found = judgement([{**told("auto", "started"), "services": []}], "held")
    assert (found["silence"], found["differs"]) == ("", True)
    assert not judgement([told("disabled", "stopped")], "held")["differs"]


def test_that_another_word_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="exam_publication='shut'"):
        judgement([told("auto", "started")], "shut")
