# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""uoe.exam_scheduling.win_config_files: operations on files, in their order; the first that fails ends it."""

from __future__ import annotations

import base64
from typing import Any

from emulators.windows import paths
from emulators.windows.files import FileError
from emulators.windows.module import Call, Module, ModuleFailure


def run(call: Call) -> None:
    """Carry all out."""
    files = call.machine.files
    call.result["done"] = 0
    for operation in call["operations"]:
        try:
            _carry_out(call, operation)
        except FileError as error:
            exists = operation["action"] == "create" and files.find(operation["path"]) is not None
            message = f"{operation['action']} {operation['path']}: {error}"
            raise ModuleFailure(message, exists=exists) from None
        call.result["done"] += 1
        call.result["changed"] = True


def _carry_out(call: Call, operation: dict[str, Any]) -> None:
    files, path, action = call.machine.files, operation["path"], operation["action"]
    _refuse_locked(call, path)
    if action == "delete":
        if files.find(path) is not None:
            files.remove(path)
        return
    files.make_directory(paths.parent(path))
    if action in ("create", "move") and files.find(path) is not None:
        raise FileError(f"The file '{paths.normal(path)}' already exists.")
    if action in ("create", "write"):
        files.write(path, base64.b64decode(operation["content"], validate=True))
    elif action == "copy":
        files.write(path, files.read(operation["source"]))
    elif action == "move":
        files.move(operation["source"], path)
    else:
        files.read(path)  # there has to be something to replace
        files.read(operation["source"])
        files.make_directory(paths.parent(operation["backup"]))
        if files.find(operation["backup"]) is not None:
            files.remove(operation["backup"])
        files.move(path, operation["backup"])
        files.move(operation["source"], path)


def _refuse_locked(call: Call, path: str) -> None:
    """Return unless somebody has the file open. Raises FileError."""
    if paths.key(path) in map(paths.key, call.machine.faults.files_locked):
        raise FileError("The process cannot access the file because it is being used by another process.")


MODULE = Module("uoe.exam_scheduling.win_config_files", run, check_mode=False)
