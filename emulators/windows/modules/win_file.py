# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_file."""

from __future__ import annotations

import ntpath

from emulators.windows.arguments import Rules
from emulators.windows.module import Call, Module, ModuleFailure


def run(call: Call) -> None:
    """Bring a path to the state that is asked for."""
    path, state, files = call.path("path"), call["state"], call.machine.files
    file = files.find(path)
    if file is not None and file.directory and call["_original_basename"]:
        path = ntpath.join(path, call["_original_basename"])
        file = files.find(path)
    if state == "touch":
        if call.changed():
            files.touch(path) if file is not None else files.write(path, b"\r\n")
        return
    if file is not None:
        if state == "absent":
            if call.changed():
                files.remove(path)
        elif state == "directory" and not file.directory:
            raise ModuleFailure(f"path {path} is not a directory")
        elif state == "file" and file.directory:
            raise ModuleFailure(f"path {path} is not a file")
        return
    if state is None:
        state = "file" if ntpath.basename(path) else "directory"
    if state == "directory":
        if call.changed():
            files.make_directory(path)
    elif state == "file":
        raise ModuleFailure(f"path {path} will not be created")


MODULE = Module("ansible.windows.win_file", run, Rules(hidden={"_original_basename": {"type": "str"}}))
