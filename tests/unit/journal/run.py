# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run, a task and a result, as the callback plugin makes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.run_events import Outcome, Result, Run, Task

STARTED = datetime(2027, 2, 3, 10, 15, tzinfo=UTC)


def a_run(state_directory: Path, run_id: str = "2027-02-03T101500Z-1f9c0a", **facts: Any) -> Run:
    about: dict[str, Any] = {
        "environment": "live",
        "rehearsal": False,
        "check_mode": False,
        "playbook": "playbooks/live.yml",
        "inventories": ("inventories/live",),
        "headings": {},
        "plan": [],
        "change": {},
        "command": ("ansible-playbook", "-i", "inventories/live", "playbooks/live.yml"),
    }
    return Run(run_id=run_id, started=STARTED, state_directory=state_directory, **{**about, **facts})


def a_task(
    uuid: str, *, line: str | None = "1.3", gap: bool = False, once: bool = False, only_looks: bool = False
) -> Task:
    return Task(uuid, f"uoe.exam_scheduling.dns : {uuid}", "dns", line, gap, datetime.now(UTC), once, only_looks)


def a_result(
    task: Task,
    *,
    host: str = "localhost",
    outcome: Outcome = "ok",
    content: Mapping[str, Any] | None = None,
    check_mode: bool = False,
    hidden: bool = False,
) -> Result:
    return Result(task, host, outcome, False, check_mode, content or {}, hidden, datetime.now(UTC), host)
