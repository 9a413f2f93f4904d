# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_acl: every right for an account, on a file or a directory with all that is in it."""

from __future__ import annotations

from emulators.windows.module import Call, Module, ModuleFailure


def run(call: Call) -> None:
    """Add a rule."""
    path = call.path("path")
    asked = (call["state"], call["type"], call["rights"], call["inherit"], call["propagation"], call["follow"])
    if asked != ("present", "allow", "FullControl", None, "None", False):
        raise ModuleFailure(f"of win_acl, full control for an account is emulated, and not {asked}")
    file = call.machine.files.find(path)
    if file is None:
        raise ModuleFailure(f"{path} file or directory does not exist on the host")
    if call["user"] in file.full_control:
        call.result["msg"] = "the specified rule already exists"
        return
    if call.changed():
        file.full_control.append(call["user"])


MODULE = Module("ansible.windows.win_acl", run, check_mode=False)
