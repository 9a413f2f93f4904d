# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_tempfile."""

from __future__ import annotations

import ntpath
import secrets

from emulators.windows.module import Call, Module


def run(call: Call) -> None:
    """Make a temporary file or directory."""
    name = call.expand(f"{call['prefix'] or ''}{secrets.token_hex(4)}.{secrets.token_hex(2)[:3]}{call['suffix'] or ''}")
    # from ansible.windows 3.6.0 on, the module itself finds the directory that was its default before
    path = ntpath.join(call.expand(call["path"] or "%TEMP%"), name)
    call.result.update(path=path, state=call["state"])
    if call.changed():
        if call["state"] == "directory":
            call.machine.files.make_directory(path)
        else:
            call.machine.files.write(path, b"")


MODULE = Module("ansible.windows.win_tempfile", run)
