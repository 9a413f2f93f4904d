# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""community.windows.win_scheduled_task_stat."""

from __future__ import annotations

from typing import Any

from emulators.windows import clock
from emulators.windows.model import ScheduledTask
from emulators.windows.module import Call, Module
from emulators.windows.modules.win_scheduled_task import REGISTRATION, SETTINGS, folder_of

NEVER = "1999-11-30T00:00:00"
LOGON_TYPES = {"token_or_password": "INTERACTIVE_TOKEN_OR_PASSWORD"}
RUN_LEVELS = {"limited": "TASK_RUNLEVEL_LUA", "highest": "TASK_RUNLEVEL_HIGHEST"}


def run(call: Call) -> None:
    """Tell of a folder of tasks, and of one task in it."""
    folder = folder_of(call["path"])
    tasks = [each for each in call.machine.state.tasks if each.path.lower() == folder.lower()]
    exists = bool(tasks) or folder == "\\"
    call.result["folder_exists"] = exists
    task = call.machine.tasks.find(folder, call["name"]) if call["name"] is not None else None
    if exists:
        call.result.update(folder_task_names=[each.name for each in tasks], folder_task_count=len(tasks))
    if call["name"] is not None:
        call.result["task_exists"] = task is not None
    if task is not None:
        call.result.update(_described(call, task))


def _described(call: Call, task: ScheduledTask) -> dict[str, Any]:
    principal = task.principal
    kind = principal.get("logon_type", "interactive_token")
    return {
        "state": {
            "last_run_time": _time(call, task.last_run),
            "last_task_result": task.last_result,
            "next_run_time": _time(call, call.machine.tasks.next_run(task)),
            "number_of_missed_runs": 0,
            "status": f"TASK_STATE_{'RUNNING' if task.running else 'READY' if task.enabled else 'DISABLED'}",
        },
        "actions": [
            {
                "id": None,
                "type": "TASK_ACTION_EXEC",
                "path": action["path"],
                "arguments": action.get("arguments"),
                "working_directory": action.get("working_directory"),
            }
            for action in task.actions
        ],
        "principal": {
            "id": "Author",
            "display_name": principal.get("display_name"),
            "user_id": principal.get("username"),
            "group_id": principal.get("group"),
            "logon_type": f"TASK_LOGON_{LOGON_TYPES.get(kind, kind.upper())}",
            "run_level": RUN_LEVELS[principal.get("run_level", "limited")],
        },
        "registration_info": {
            **{name: task.registration.get(name) for name in REGISTRATION},
            "uri": f"{task.path.rstrip(chr(92))}\\{task.name}",
        },
        "settings": {**{name: task.settings.get(name) for name in SETTINGS}, "enabled": task.enabled},
        "triggers": [
            {
                "id": None,
                "enabled": trigger.get("enabled", True),
                "start_boundary": trigger.get("start_boundary"),
                "end_boundary": trigger.get("end_boundary"),
                "execution_time_limit": trigger.get("execution_time_limit"),
                "repetition": {"duration": None, "interval": None, "stop_at_duration_end": False},
                "type": f"TASK_TRIGGER_{trigger['type'].upper()}",
            }
            for trigger in task.triggers
        ],
    }


def _time(call: Call, moment: float | None) -> str:
    if moment is None:
        return NEVER
    return f"{clock.local(moment, call.machine.state.time.timezone):%Y-%m-%dT%H:%M:%S}"


MODULE = Module("community.windows.win_scheduled_task_stat", run)
