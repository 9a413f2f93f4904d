# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_powershell: no script is run; what the role windows_product asks by one is answered."""

from __future__ import annotations

import ntpath
import re
from typing import Any

from emulators.windows import paths
from emulators.windows.model import File
from emulators.windows.module import Call, Module, ModuleFailure

_SINCE_START = re.compile(
    r"^param \(\[string\]\$Service, \[string\]\$Log, \[string\[\]\]\$Reads\)$"
    r".*ClassName Win32_Process .*\)\.CreationDate$.* rolled = .* read = ",
    re.DOTALL | re.MULTILINE,
)
_NOT_EMULATED = ("arguments", "chdir", "creates", "executable", "path", "removes", "sensitive_parameters")


def run(call: Call) -> None:
    """Answer for the script."""
    if refused := [option for option in _NOT_EMULATED if call[option]]:
        raise ModuleFailure(f"of win_powershell, not emulated: {', '.join(refused)}")
    if not _SINCE_START.search(call["script"] or ""):
        raise ModuleFailure(
            "the emulated host runs no PowerShell; emulators/windows/README.md says what it answers for"
        )
    if call.check:  # the script does not say that it supports it
        call.result.update(skipped=True, msg="skipped, running in check mode")
        return
    call.result.update(result=_since_start(call, call["parameters"]), error=[], output=[], warning=[])


def _since_start(call: Call, asked: dict[str, Any]) -> dict[str, list[str]]:
    """Return the rolled files of a log, and those that its service reads, that were written since it has started."""
    service, files, log = call.machine.services.find(asked["Service"]), call.machine.files, asked["Log"]
    if service is None or service.state != "started":
        return {}
    started = service.process_started or call.machine.state.booted
    beginning = f"{ntpath.splitext(log)[0]}.".lower()
    beside = [each for each in files.children(paths.parent(log)) if paths.key(each.path) != paths.key(log)]
    reads = [file for file in map(files.find, asked["Reads"]) if file is not None]

    def written(found: list[File]) -> list[str]:
        return [each.path for each in found if each.modified >= started]

    return {
        "rolled": written([each for each in beside if each.path.lower().startswith(beginning)]),
        "read": written(reads),
    }


MODULE = Module("ansible.windows.win_powershell", run)
