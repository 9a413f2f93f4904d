# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_stat."""

from __future__ import annotations

import hashlib
import ntpath
from typing import Any

from emulators.windows.module import Call, Module


def run(call: Call) -> None:
    """Tell of a file or directory."""
    path = call.path("path")
    files, file = call.machine.files, call.machine.files.find(path)
    if file is None:
        call.result["stat"] = {"exists": False}
        return
    attributes = file.attributes or (["Directory"] if file.directory else ["Archive"])
    stat: dict[str, Any] = {
        "exists": True,
        "attributes": ", ".join(attributes),
        "isarchive": "Archive" in attributes,
        "isdir": file.directory,
        "ishidden": "Hidden" in attributes,
        "isjunction": False,
        "islnk": False,
        "isreadonly": "ReadOnly" in attributes,
        "isreg": not file.directory,
        "isshared": False,
        "nlink": 1,
        "hlnk_targets": [],
        "creationtime": file.created,
        "lastaccesstime": file.modified,
        "lastwritetime": file.modified,
        "path": file.path,
        "filename": ntpath.basename(file.path),
        "owner": file.owner,
    }
    if file.directory:
        sizes = [each.size for each in files.below(path)] if call["get_size"] else []
        stat.update({"size": sum(sizes)} if call["get_size"] else {})
    else:
        stat["extension"] = ntpath.splitext(file.path)[1]
        if call["get_size"]:
            stat["size"] = file.size
        if call["get_checksum"]:
            content = files.read(path)
            stat["checksum"] = hashlib.new(call["checksum_algorithm"], content, usedforsecurity=False).hexdigest()
    call.result["stat"] = stat


MODULE = Module("ansible.windows.win_stat", run)
