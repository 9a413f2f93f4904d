# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_acl_inheritance: inheritance switched off, what was inherited forgotten."""

from __future__ import annotations

from emulators.windows.module import Call, Module, ModuleFailure


def run(call: Call) -> None:
    """Switch off the inheritance of rules."""
    path = call.path("path")
    if call["state"] != "absent" or call["reorganize"]:
        raise ModuleFailure("of win_acl_inheritance, state=absent without reorganize is emulated")
    file = call.machine.files.find(path)
    if file is None:
        raise ModuleFailure(f"{path} does not exist")
    if file.inherits and call.changed():
        file.inherits = False


MODULE = Module("ansible.windows.win_acl_inheritance", run)
