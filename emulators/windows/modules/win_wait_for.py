# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_wait_for: a file, or a text in it, that is there; an emulated host does not wait for it to come.

What could come while the module waits, comes in an emulated host before it is asked: services write when they start.
"""

from __future__ import annotations

import re

from emulators.windows.module import Call, Module, ModuleFailure


def run(call: Call) -> None:
    """Say that it is there, or that the time is over."""
    if call["path"] is None or call["state"] not in ("present", "started"):
        raise ModuleFailure("only a path that is to be present is emulated; no port, no absence")
    path, regex = call.path("path"), call["regex"]
    call.result.update(elapsed=0.0, wait_attempts=1)
    file = call.machine.files.find(path)
    if file is None or (regex is not None and not _matches(regex, call.machine.files.read(path))):
        call.result["elapsed"] = float(call["timeout"])
        wanted = f"file {path} to be present" if regex is None else f"string regex {regex} in file {path} to match"
        raise ModuleFailure(f"timeout while waiting for {wanted}")


def _matches(regex: str, content: bytes) -> bool:
    """Match as PowerShell's `-match` does: anywhere, and without regard to case unless the expression says so."""
    flags = re.IGNORECASE
    if regex.startswith("(?-i)"):
        flags, regex = re.RegexFlag(0), regex.removeprefix("(?-i)")
    # .NET's end of the text is Python's \Z
    return re.search(regex.replace(r"\z", r"\Z"), content.decode("utf-8-sig"), flags) is not None


MODULE = Module("ansible.windows.win_wait_for", run)
