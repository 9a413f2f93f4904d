# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_ping."""

from __future__ import annotations

from emulators.windows.module import Call, Module, ModuleFailure


def run(call: Call) -> None:
    """Answer with what was sent."""
    if call["data"] == "crash":
        raise ModuleFailure("Unhandled exception while executing module: boom")
    call.result["ping"] = call["data"]


MODULE = Module("ansible.windows.win_ping", run)
