# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The copy that modules with the option `backup` make of a file before they change it."""

from __future__ import annotations

from emulators.windows import clock
from emulators.windows.module import Call

PROCESS = 4321
"""In the name of a backup stands the number of the process that made it."""


def back_up(call: Call, path: str) -> str | None:
    """Copy a file, unless in check mode, and return the copy's path: none if there is nothing to copy."""
    machine = call.machine
    file = machine.files.find(path)
    if file is None or file.directory:
        return None
    now = clock.local(machine.now(), machine.state.time.timezone)
    copy = f"{path}.{PROCESS}.{now:%Y%m%d-%H%M%S}.bak"
    if not call.check:
        machine.files.write(copy, machine.files.read(path))
    return copy
