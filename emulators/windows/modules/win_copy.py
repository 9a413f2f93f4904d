# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_copy: the part that runs on the host, in the four modes that the action plugin asks for."""

from __future__ import annotations

import base64
import hashlib
import io
import ntpath
import zipfile

from emulators.windows import paths
from emulators.windows.arguments import Rules
from emulators.windows.backup import back_up
from emulators.windows.module import Call, Module, ModuleFailure


def run(call: Call) -> None:
    """Do what the mode says."""
    if call["dest"] is None:
        raise ModuleFailure("Get-AnsibleParam: Missing required argument: dest")
    if call.diff:
        call.result["diff"] = {}
    {"query": _query, "single": _single, "remote": _remote, "explode": _explode}[call["_copy_mode"]](call)


def _checksum(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def _query(call: Call) -> None:
    """Say which of the controller's files and directories are missing or differ."""
    files, dest = call.machine.files, call.path("dest")
    changed, missing = [], []
    for file in call["files"] or []:
        path = ntpath.join(dest, file["dest"])
        there = files.find(path)
        if there is not None and there.directory:
            path = ntpath.join(path, ntpath.basename(file["src"].replace("/", "\\")))
            there = files.find(path)
        if there is not None and there.directory:
            raise ModuleFailure(f"cannot copy file to dest '{path}': object at path is already a directory")
        if there is None or (call["force"] and _checksum(files.read(path)) != file["checksum"]):
            changed.append(file)
    for directory in call["directories"] or []:
        path = ntpath.join(dest, directory["dest"])
        there = files.find(path)
        if there is not None and not there.directory:
            raise ModuleFailure(f"cannot copy folder to dest '{path}': object at path is already a file")
        if there is None:
            missing.append(directory)
    call.result.update(files=changed, directories=missing, symlinks=[])


def _single(call: Call) -> None:
    """Put the file that has just been transferred where it belongs."""
    files, source, dest = call.machine.files, call.path("src"), call.path("dest")
    content = files.read(source)
    target = _target(call, dest, call["_original_basename"] or ntpath.basename(source))
    if call["backup"]:
        call.result["backup_file"] = back_up(call, target)
    if call.changed():
        files.write(target, content)


def _target(call: Call, dest: str, name: str) -> str:
    """Return where a file goes, having made its directory if the destination is to be one."""
    files, there = call.machine.files, call.machine.files.find(dest)
    into = dest.endswith(("\\", "/")) or (there is not None and there.directory)
    target = ntpath.join(dest, name) if into else dest
    above = files.find(paths.parent(target))
    if above is not None and not above.directory:
        raise ModuleFailure(f"object at destination parent dir '{paths.parent(target)}' is currently a file")
    if above is None:
        if not into:
            raise ModuleFailure(f"Destination directory '{paths.parent(target)}' does not exist")
        if not call.check:
            files.make_directory(paths.parent(target))
    return target


def _remote(call: Call) -> None:
    """Copy a file of the host itself."""
    files, source, dest = call.machine.files, call.path("src"), call.path("dest")
    file = files.find(source)
    if file is None:
        raise ModuleFailure(f"Cannot copy src file: '{source}' as it does not exist")
    if file.directory:
        raise ModuleFailure(f"Cannot copy '{source}': an emulated host copies files with remote_src, no directories")
    name = ntpath.basename(file.path)
    target = _target(call, dest, name)
    content, there = files.read(source), files.find(target)
    if there is not None and there.directory:
        raise ModuleFailure(f"cannot copy file from '{source}' to '{target}': dest is already a folder")
    before = None if there is None else files.read(target)
    if before is None or (call["force"] and before != content):
        if call["backup"]:
            call.result["backup_file"] = back_up(call, target)
        if call.diff:
            call.result["diff"]["prepared"] = (f"-{target}\n" if before is not None else "") + f"+{target}\n"
        if call.changed():
            files.write(target, content)
    now = files.find(target)
    call.result.update(
        src=source,
        dest=target,
        operation="file_copy",
        original_basename=name,
        checksum=_checksum(content) if call["force"] else None,
        size=None if now is None else now.size,
    )


def _explode(call: Call) -> None:
    """Unpack an archive whose names are in base64, with a slash after those of directories."""
    files, dest = call.machine.files, call.path("dest")
    call.result["changed"] = True
    with zipfile.ZipFile(io.BytesIO(files.read(call.path("src")))) as archive:
        for entry in archive.infolist():
            name = base64.b64decode(entry.filename.rstrip("/")).decode().replace("/", "\\")
            path = ntpath.join(dest, name)
            if call.check:
                continue
            if entry.is_dir():
                files.make_directory(path)
            else:
                files.make_directory(paths.parent(path))
                files.write(path, archive.read(entry))


MODULE = Module(
    "ansible.windows.win_copy",
    run,
    Rules(
        hidden={
            "_copy_mode": {"type": "str", "default": "single", "choices": ["explode", "query", "remote", "single"]},
            "_original_basename": {"type": "str"},
            "files": {"type": "list", "elements": "dict"},
            "directories": {"type": "list", "elements": "dict"},
            "symlinks": {"type": "list", "elements": "dict"},
        }
    ),
)
