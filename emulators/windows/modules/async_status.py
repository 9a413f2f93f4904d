# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.async_status: an emulated task with `async` is over as soon as it has begun."""

from __future__ import annotations

import json
import ntpath

from emulators.windows.arguments import Rules
from emulators.windows.module import Call, Module, ModuleFailure


def run(call: Call) -> None:
    """Return what a job left, or forget it."""
    job = call["jid"]
    path = ntpath.join(call.path("_async_dir"), job)
    if call.machine.files.find(path) is None:
        said = f"could not find job at '{call['_async_dir']}'"
        raise ModuleFailure(said, ansible_job_id=job, started=1, finished=1)
    if call["mode"] == "cleanup":
        call.machine.files.remove(path)
        call.result = {"ansible_job_id": job, "erased": path}
        return
    call.result = json.loads(call.machine.files.read(path))


MODULE = Module("ansible.windows.async_status", run, Rules(hidden={"_async_dir": {"type": "str", "required": True}}))
