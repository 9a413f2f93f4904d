# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is set of a server's configuration, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.configuration_planner import (
    Setting,
    plan_configuration,
    settings_from,
    waiting_for_restart,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem

MEMORY = Setting("max server memory (MB)", 2147483647, 2147483647, 128, 2147483647, advanced=True)
LEAST = Setting("min server memory (MB)", 0, 16, 0, 2147483647, advanced=True)
USERS = Setting("user connections", 0, 0, 0, 32767, dynamic=False, advanced=True)
BACKUP = Setting("backup checksum default", 0, 0, 0, 1)
PRESENT = {each.name: each for each in (MEMORY, LEAST, USERS, BACKUP)}


def planned(declared: dict[str, int], *changed: Setting) -> list[tuple[str, object, object]]:
    present = PRESENT | {each.name: each for each in changed}
    return [(change.item, change.before, change.after) for change in plan_configuration(declared, present)]


def test_that_only_what_differs_is_set() -> None:
    assert planned({BACKUP.name: 1, MEMORY.name: 2147483647, USERS.name: 100}) == [
        ("setting backup checksum default", 0, 1),
        ("setting user connections", 0, 100),
    ]


def test_that_what_waits_for_reconfigure_is_put_into_use_and_what_waits_for_a_restart_is_told() -> None:
    assert planned({BACKUP.name: 1}, replace(BACKUP, value=1)) == [("setting backup checksum default", 0, 1)]
    waiting = replace(USERS, value=100)
    assert planned({USERS.name: 100}, waiting) == []
    assert waiting_for_restart({USERS.name: 100}, {USERS.name: waiting}) == [USERS.name]


def test_that_the_least_memory_that_a_server_says_it_uses_is_no_difference() -> None:
    assert planned({LEAST.name: 0}) == []
    assert planned({LEAST.name: 0, BACKUP.name: 1}) == [("setting backup checksum default", 0, 1)]


def test_that_what_somebody_else_left_waiting_is_not_put_into_use_unless_it_is_declared() -> None:
    waiting = replace(BACKUP, value=1)
    with pytest.raises(Problem, match="found backup checksum default = 1, 0 in use"):
        planned({MEMORY.name: 4096}, waiting)
    assert len(planned({MEMORY.name: 4096, BACKUP.name: 1}, waiting)) == 2
    assert planned({MEMORY.name: 2147483647}, waiting) == []


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({}, "nothing is declared"),
        ({"backup checksum default": "often"}, r"settings\[backup checksum default\]='often' is refused"),
        ({"backup checksum default": 1.5}, "no whole number"),
        ({"backup checksum default": 2}, "Give 0 to 1"),
        ({"backup checksums": 1}, "the server has no such setting"),
    ],
)
def test_bad_input(declared: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        plan_configuration(settings_from(declared), PRESENT)
