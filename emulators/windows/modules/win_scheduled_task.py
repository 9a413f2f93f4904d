# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""community.windows.win_scheduled_task: actions that are programs, triggers of the kinds time and boot."""

from __future__ import annotations

import copy
import re
from typing import Any

from emulators.windows import clock
from emulators.windows.model import ScheduledTask
from emulators.windows.module import Call, Module, ModuleFailure
from emulators.windows.tasks import TRIGGERS

SETTINGS = (
    "allow_demand_start",
    "allow_hard_terminate",
    "compatibility",
    "delete_expired_task_after",
    "disallow_start_if_on_batteries",
    "execution_time_limit",
    "hidden",
    "multiple_instances",
    "priority",
    "restart_count",
    "restart_interval",
    "run_only_if_idle",
    "run_only_if_network_available",
    "start_when_available",
    "stop_if_going_on_batteries",
    "wake_to_run",
)
REGISTRATION = ("author", "date", "description", "source", "version")
PRINCIPAL = ("display_name", "logon_type", "run_level")
TRIGGER_OPTIONS = {"type", "enabled", "start_boundary", "end_boundary", "execution_time_limit"}
SERVICE_ACCOUNTS = ("SYSTEM", "LOCAL SERVICE", "NETWORK SERVICE")


def run(call: Call) -> None:
    """Bring a task to what is declared."""
    scheduler, folder = call.machine.tasks, folder_of(call["path"])
    call.result.update({"diff": {}} if call.diff else {})
    known = scheduler.find(folder, call["name"])
    if call["state"] == "absent":
        if known is not None:
            if call.changed():
                call.machine.state.tasks.remove(known)
            _show(call, [f"-[Task]\n-{_full(folder, call['name'])}\n"])
        return
    _check_principal(call)
    triggers, actions = _triggers(call), _plain(call["actions"])
    if known is None and not actions:
        raise ModuleFailure(
            "cannot create a task with no actions, set at least one action with a path to an executable"
        )
    task = copy.deepcopy(known) if known else ScheduledTask(name=call["name"], path=folder)
    lines = _apply(call, task, actions, triggers)
    if known is None:
        _show(call, [f"+[Task]\n+{_full(folder, task.name)}\n", *lines])
    elif lines or (call["password"] is not None and call["update_password"]):
        _show(call, lines)
    else:
        return
    if call.changed():
        task.registered = call.machine.now()
        tasks = call.machine.state.tasks
        tasks[:] = [each for each in tasks if each is not known] + [task]


def folder_of(path: str) -> str:
    """Return a folder of tasks in full: with a backslash before it, and none at its end."""
    return "\\" + path.strip("\\")


def _full(folder: str, name: str) -> str:
    return f"{folder.rstrip(chr(92))}\\{name}"


def _show(call: Call, lines: list[str]) -> None:
    if call.diff:
        call.result["diff"]["prepared"] = "\n".join(lines).strip()


def _plain(entries: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    if entries is None:
        return None
    return [{name: value for name, value in entry.items() if value is not None} for entry in entries]


def _triggers(call: Call) -> list[dict[str, Any]] | None:
    triggers = _plain(call["triggers"])
    for trigger in triggers or ():
        if trigger["type"] not in TRIGGERS:
            raise ModuleFailure(f"a trigger of type {trigger['type']} is not emulated; {' and '.join(TRIGGERS)} are")
        unknown = trigger.keys() - TRIGGER_OPTIONS
        if unknown:
            raise ModuleFailure(f"{', '.join(sorted(unknown))} of a trigger is not emulated")
        if trigger["type"] == "time" and "start_boundary" not in trigger:
            raise ModuleFailure(
                "mandatory key 'start_boundary' for trigger is not set, mandatory keys are 'start_boundary'"
            )
        for name in ("start_boundary", "end_boundary"):
            if name in trigger:
                trigger[name] = _boundary(call, name, trigger[name])
    return triggers


def _boundary(call: Call, name: str, text: str) -> str:
    """Return a time as Windows keeps it: in local time, with its offset if it was given with one."""
    zone = call.machine.state.time.timezone
    try:
        moment = clock.moment(text, zone)
    except ValueError:
        raise ModuleFailure(
            f"trigger option '{name}' must be in the format 'YYYY-MM-DDThh:mm:ss' format but was '{text}'"
        ) from None
    local = clock.local(moment, zone).replace(microsecond=0)
    has_offset = re.search(r"(Z|[+-]\d\d:?\d\d)$", text) is not None
    return (local if has_offset else local.replace(tzinfo=None)).isoformat()


def _check_principal(call: Call) -> None:
    if call["username"] is not None and call["group"] is not None:
        raise ModuleFailure("username and group can not be set at the same time")
    if call["logon_type"] in ("password", "s4u") and call["password"] is None:
        raise ModuleFailure(f"password must be set when logon_type={call['logon_type']}")
    if call["logon_type"] == "group" and call["group"] is None:
        raise ModuleFailure("group must be set when logon_type=group")
    account = (call["username"] or "").rpartition("\\")[2].upper()
    if call["logon_type"] == "service_account" and account not in SERVICE_ACCOUNTS:
        raise ModuleFailure("username must be SYSTEM, LOCAL SERVICE or NETWORK SERVICE when logon_type=service_account")


def _apply(
    call: Call, task: ScheduledTask, actions: list[dict[str, Any]] | None, triggers: list[dict[str, Any]] | None
) -> list[str]:
    """Change the task, and return what changes as lines of a diff."""
    sections = {
        "Actions": _entries("action", task.actions, actions),
        "Principal": _values(call, task.principal, (*PRINCIPAL, "username", "group")),
        "Registration Info": _values(call, task.registration, REGISTRATION),
        "Settings": _values(call, task.settings, SETTINGS),
        "Triggers": _entries("trigger", task.triggers, triggers),
    }
    if call["enabled"] is not None and call["enabled"] != task.enabled:
        sections["Settings"].append(f"-Enabled={task.enabled}\n+Enabled={call['enabled']}")
        task.enabled = call["enabled"]
    return [line for name, lines in sections.items() if lines for line in (f"[{name}]", *lines, "\n")]


def _values(call: Call, values: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    lines = []
    for name in names:
        wanted = call[name]
        if name == "username" and wanted is not None and wanted.upper().rpartition("\\")[2] in SERVICE_ACCOUNTS:
            wanted = wanted.upper().rpartition("\\")[2]
        if wanted is not None and values.get(name) != wanted:
            lines.append(f"-{pascal(name)}={values.get(name, '')}\n+{pascal(name)}={wanted}")
            values[name] = wanted
    return lines


def _entries(kind: str, present: list[dict[str, Any]], wanted: list[dict[str, Any]] | None) -> list[str]:
    """Compare lists of actions or triggers by position; what is not given of an entry stays as it is by default."""
    if wanted is None:
        return []
    lines = []
    for number in range(max(len(present), len(wanted))):
        old = present[number] if number < len(present) else {}
        new = wanted[number] if number < len(wanted) else {}
        names = sorted(old.keys() | new.keys())
        changes = [
            *(f"-{pascal(name)}={old[name]}" for name in names if name in old and old[name] != new.get(name)),
            *(f"+{pascal(name)}={new[name]}" for name in names if name in new and new[name] != old.get(name)),
        ]
        if changes:
            lines.append(f"{kind}[{number}] = {{\n  {(',' + chr(10) + '  ').join(changes)}\n}}")
    present[:] = wanted
    return lines


def pascal(name: str) -> str:
    """Return `start_boundary` as `StartBoundary`, as the scheduler's interface calls it."""
    return "".join(word.capitalize() for word in name.split("_"))


MODULE = Module("community.windows.win_scheduled_task", run)
