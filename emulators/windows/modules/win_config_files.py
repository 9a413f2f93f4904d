# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""uoe.exam_scheduling.win_config_files: operations on files, in their order; the first that fails ends it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from emulators.windows import paths
from emulators.windows.files import FileError
from emulators.windows.module import Call, Module, ModuleFailure


class Differs(FileError):
    """A file has another content than is expected, or is not there."""


def run(call: Call) -> None:
    """Carry all out."""
    files = call.machine.files
    call.result["done"] = 0
    for operation in call["operations"]:
        try:
            for _change in _changes(call, operation):
                call.machine.file_changed()
        except FileError as error:
            exists = operation["action"] == "create" and files.find(operation["path"]) is not None
            message = f"{operation['action']} {operation['path']}: {error}"
            raise ModuleFailure(message, exists=exists, differs=isinstance(error, Differs)) from None
        call.result["done"] += 1
        call.result["changed"] = True


def _changes(call: Call, operation: dict[str, Any]) -> Iterator[None]:
    """Carry an operation out, and yield after each change that it makes. Raises FileError."""
    files, path, action = call.machine.files, operation["path"], operation["action"]
    _refuse_locked(call, path)
    if operation.get("expected") is not None:
        _refuse_another(call, operation)
    if action == "delete":
        for each in (_part(path), path):
            if files.find(each) is not None:
                files.remove(each)
                yield
        return
    files.make_directory(paths.parent(path))
    if action in ("create", "move") and files.find(path) is not None:
        raise FileError(f"The file '{paths.normal(path)}' already exists.")
    if action == "create":
        files.write(path, _content(operation))
    elif action == "overwrite":
        files.write(path, b"")
        yield
        files.write(path, _content(operation))
    elif action == "write":
        yield from _written(call, path, _content(operation))
    elif action == "copy":
        files.write(path, files.read(operation["source"]))
    elif action == "move":
        files.move(operation["source"], path)
    else:
        yield from _replaced(call, operation)
    yield


def _content(operation: dict[str, Any]) -> bytes:
    return base64.b64decode(operation["content"], validate=True)


def _part(path: str) -> str:
    """Return where a file is written before it gets its name."""
    return f"{path}.part"


def _written(call: Call, path: str, content: bytes) -> Iterator[None]:
    """Write a file beside its place and put it there; what was there is away for a moment, as Windows does it."""
    files, old = call.machine.files, call.machine.files.find(path)
    new = files.write(_part(path), content)
    yield
    if old is not None:
        new.attributes, new.full_control, new.inherits = old.attributes, old.full_control, old.inherits
        files.remove(path)
        yield
    files.move(_part(path), path)


def _replaced(call: Call, operation: dict[str, Any]) -> Iterator[None]:
    """Put a file in the place of another, which is kept; that place is empty for a moment, as Windows does it."""
    files, path, backup = call.machine.files, operation["path"], operation["backup"]
    files.read(path)  # there has to be something to replace
    files.read(operation["source"])
    files.make_directory(paths.parent(backup))
    if files.find(backup) is not None:
        files.remove(backup)
    files.move(path, backup)
    yield
    files.move(operation["source"], path)


def _refuse_another(call: Call, operation: dict[str, Any]) -> None:
    """Return if a file has the content that is expected. Raises Differs."""
    files, path = call.machine.files, operation["path"]
    if files.find(path) is None:
        raise Differs(f"Could not find file '{paths.normal(path)}'.")
    if files.read(path) != base64.b64decode(operation["expected"], validate=True):
        raise Differs("It has another content.")


def _refuse_locked(call: Call, path: str) -> None:
    """Return unless somebody has the file open. Raises FileError."""
    if paths.key(path) in map(paths.key, call.machine.faults.files_locked):
        raise FileError("The process cannot access the file because it is being used by another process.")


MODULE = Module("uoe.exam_scheduling.win_config_files", run, check_mode=False)
