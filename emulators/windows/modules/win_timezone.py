# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_timezone."""

from __future__ import annotations

from emulators.windows.clock import ZONES
from emulators.windows.module import Call, Module, ModuleFailure


def run(call: Call) -> None:
    """Set the time zone."""
    service, wanted = call.machine.state.time, call["timezone"]
    call.result.update(previous_timezone=service.timezone, timezone=wanted)
    if call.diff:
        call.result["diff"] = {"before": f"{service.timezone}\n", "after": f"{wanted}\n"}
    if wanted.lower() == service.timezone.lower():
        return
    if wanted not in ZONES:
        raise ModuleFailure(f"The specified timezone: {wanted} isn't supported on the machine.")
    if call.changed():
        service.timezone = wanted


MODULE = Module("ansible.windows.win_timezone", run)
