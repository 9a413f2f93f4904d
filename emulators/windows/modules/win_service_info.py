# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_service_info."""

from __future__ import annotations

import fnmatch

from emulators.windows.module import Call, Module
from emulators.windows.modules.win_service import properties


def run(call: Call) -> None:
    """Tell of the services of that name, which may have wildcards; of all without one."""
    pattern = (call["name"] or "*").lower()
    control = call.machine.services
    found = [
        service
        for service in control.every()
        if fnmatch.fnmatch(service.name.lower(), pattern) or fnmatch.fnmatch(service.display_name.lower(), pattern)
    ]
    call.result["exists"] = bool(found)
    call.result["services"] = [
        {
            **{name: value for name, value in properties(service).items() if name != "password"},
            "checkpoint": 0,
            "controls_accepted": ["stop", "shutdown"] if service.state == "started" else [],
            "dependency_of": [each.name for each in control.depending_on(service)],
            "launch_protection": "none",
            "preferred_node": None,
            "process_id": service.process_id,
            "service_exit_code": 0,
            "service_flags": [],
            "triggers": [],
            "wait_hint_ms": 0,
            "win32_exit_code": service.exit_code,
        }
        for service in found
    ]


MODULE = Module("ansible.windows.win_service_info", run)
