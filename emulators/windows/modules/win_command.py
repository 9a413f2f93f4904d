# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_command: the programs that an emulated host has (emulators/windows/programs.py), no others."""

from __future__ import annotations

import datetime as dt

from emulators.windows import programs
from emulators.windows.arguments import Rules
from emulators.windows.module import Call, Module, ModuleFailure


def run(call: Call) -> None:
    """Run a program."""
    words = call["argv"]
    quoted = " ".join(f'"{word}"' if " " in word or not word else word for word in words or ())
    command = call["cmd"] or (call["_raw_params"] or "").strip() or quoted
    call.result.update(cmd=command, rc=0)
    for option, present, said in (("creates", True, "exists"), ("removes", False, "does not exist")):
        if call[option] and (call.machine.files.find(call.path(option)) is not None) == present:
            call.result.update(skipped=True, msg=f"skipped, since {call[option]} {said}")
            return
    started = dt.datetime.now(dt.UTC)
    try:
        ended = programs.run(call.machine, command, call["stdin"] or "")
    except programs.UnknownProgram as error:
        raise ModuleFailure(f"Failed to run: '{command}': {error}", rc=2) from error
    end = dt.datetime.now(dt.UTC)
    call.result.update(
        changed=True,
        rc=ended.exit_code,
        stdout=ended.stdout,
        stderr=ended.stderr,
        start=f"{started:%Y-%m-%d %H:%M:%S.%f}",
        end=f"{end:%Y-%m-%d %H:%M:%S.%f}",
        delta=str(end - started),
    )
    if ended.exit_code:
        raise ModuleFailure("non-zero return code")


MODULE = Module(
    "ansible.windows.win_command",
    run,
    Rules(
        hidden={"_raw_params": {"type": "str"}},
        required_one_of=[["_raw_params", "argv", "cmd"]],
        mutually_exclusive=[["_raw_params", "argv", "cmd"]],
    ),
    check_mode=False,
)
