# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.slurp."""

from __future__ import annotations

import base64

from emulators.windows import paths
from emulators.windows.module import Call, Module, ModuleFailure


def run(call: Call) -> None:
    """Return a file's content in base64."""
    path = call.path("src")
    file = call.machine.files.find(path)
    if file is None:
        raise ModuleFailure(f"Path {path} is not found")
    if file.directory:
        raise ModuleFailure(f"Path {path} is a directory")
    if paths.key(path) in map(paths.key, call.machine.faults.files_written):
        raise ModuleFailure(f"The process cannot access the file '{path}' because it is being used by another process.")
    call.result.update(content=base64.b64encode(call.machine.files.read(path)).decode(), encoding="base64")


MODULE = Module("ansible.windows.slurp", run)
