# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_service: a service's start mode, account and state."""

from __future__ import annotations

from typing import Any

from emulators.windows.model import Service
from emulators.windows.module import Call, Module, ModuleFailure
from emulators.windows.services import ServiceControl

UNCHANGING = {
    "desktop_interact": False,
    "error_control": "normal",
    "failure_actions": [],
    "failure_actions_on_non_crash_failure": False,
    "failure_command": None,
    "failure_reboot_msg": None,
    "failure_reset_period_sec": 0,
    "load_order_group": "",
    "pre_shutdown_timeout_ms": 180000,
    "required_privileges": [],
    "service_type": "win32_own_process",
    "sid_info": "none",
}
"""What an emulated service always has; to ask for anything else is refused."""
SYSTEM = {"localsystem", "system", "nt authority\\system", "s-1-5-18"}
PLAIN = ("description", "display_name", "path", "start_mode")


def run(call: Call) -> None:
    """Bring a service to what is declared."""
    control = call.machine.services
    service = control.find(call["name"])
    before = properties(service) if service else ""
    _refuse_what_never_changes(call)
    call.result["exists"] = False
    if call["state"] == "absent":
        if service is not None and call.changed():
            control.remove(service)
        _diff(call, before, "")
        return
    if service is None:
        service = _created(call)
        if service is None:
            return
    after = _configured(call, service)
    _state(call, control, service, after)
    _diff(call, before, after)
    call.result.update(
        exists=True,
        **{name: after[name] for name in ("dependencies", "description", "desktop_interact", "display_name")},
        **{name: after[name] for name in ("name", "path", "start_mode")},
        username="LocalSystem" if after["username"].lower() in SYSTEM else after["username"],
        state="running" if after["state"] in ("started", "restarted") else after["state"],
        depended_by=[each.name for each in control.depending_on(service)],
        can_pause_and_continue=False,
    )


def properties(service: Service) -> dict[str, Any]:
    """Return a service as the module's diff shows it."""
    return {
        **UNCHANGING,
        "name": service.name,
        "dependencies": list(service.dependencies),
        "description": service.description or None,
        "display_name": service.display_name or service.name,
        "path": service.path,
        "start_mode": service.start_mode,
        "state": service.state,
        "username": service.username,
        "password": "REDACTED",
    }


def _refuse_what_never_changes(call: Call) -> None:
    for name, value in UNCHANGING.items():
        if call[name] not in (None, value):
            raise ModuleFailure(f"{name}={call[name]!r} is not emulated; an emulated service has {value!r}")
    if call["dependency_action"] != "set":
        raise ModuleFailure(f"dependency_action={call['dependency_action']} is not emulated; set is")
    if call["state"] == "paused":
        raise ModuleFailure(f"failed to pause service {call['name']}: The service does not support pausing")


def _created(call: Call) -> Service | None:
    asked = [name for name in (*PLAIN, "dependencies", "state", "username", "password") if call[name] is not None]
    if not asked:
        return None
    if call["path"] is None:
        raise ModuleFailure(f"Service '{call['name']}' is not installed, need to set 'path' to create a new service")
    service = Service(name=call["name"], path=call.path("path"))
    if call.changed():
        call.machine.state.services.append(service)
    return service


def _configured(call: Call, service: Service) -> dict[str, Any]:
    """Change what is declared about a service, and return it as it is, or would be, afterwards."""
    wanted = {name: call[name] for name in (*PLAIN, "dependencies") if call[name] is not None}
    if "path" in wanted:
        wanted["path"] = call.path("path")
    username = call["username"]
    if username is not None:
        wanted["username"] = _account(call, username)
    changes = {name: value for name, value in wanted.items() if properties(service)[name] != value}
    always = {"update_password": "always"}
    sets_password = call["password"] is not None and call.arguments.items() >= always.items()
    if (changes or sets_password) and call.changed():
        for name, value in changes.items():
            setattr(service, name, value)
    return {**properties(service), **changes}


def _account(call: Call, username: str) -> str:
    """Return an account in the form in which Windows keeps it."""
    if username.lower() in SYSTEM:
        return "NT AUTHORITY\\SYSTEM"
    if username.startswith(".\\"):
        return f"{call.machine.name.upper()}\\{username[2:]}"
    return username


def _state(call: Call, control: ServiceControl, service: Service, after: dict[str, Any]) -> None:
    wanted, force = call["state"], bool(call["force_dependent_services"])
    running = service.state == "started"
    if wanted is None:
        return
    after["state"] = wanted
    if wanted == "started" and not running and call.changed():
        control.start(service)
    elif wanted == "stopped" and running and call.changed():
        control.stop(service, force=force)
    elif wanted == "restarted" and call.changed():
        control.stop(service, force=force)
        control.start(service)


def _diff(call: Call, before: Any, after: Any) -> None:
    if call.diff:
        call.result["diff"] = {"before": before, "after": after}


MODULE = Module("ansible.windows.win_service", run)
