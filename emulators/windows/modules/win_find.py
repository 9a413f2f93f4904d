# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_find: the files that are immediately in directories, by patterns with wildcards."""

from __future__ import annotations

import fnmatch
import ntpath

from emulators.windows.module import Call, Module, ModuleFailure

_NOT_EMULATED = ("age", "depth", "follow", "hidden", "recurse", "size", "use_regex", "get_checksum")


def run(call: Call) -> None:
    """List files."""
    if refused := [option for option in _NOT_EMULATED if call[option]]:
        raise ModuleFailure(f"of win_find, not emulated: {', '.join(refused)}")
    patterns = [pattern.lower() for pattern in call["patterns"] or ["*"]]
    files = [
        {"path": each.path, "filename": ntpath.basename(each.path), "exists": True, "isdir": False, "size": each.size}
        for path in call["paths"]
        for each in call.machine.files.children(path)
        if not each.directory
        and any(fnmatch.fnmatchcase(ntpath.basename(each.path).lower(), pattern) for pattern in patterns)
    ]
    call.result.update(files=sorted(files, key=lambda each: str(each["path"])), matched=len(files), examined=len(files))


MODULE = Module("ansible.windows.win_find", run)
