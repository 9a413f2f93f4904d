# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_whoami: the account alone, without its groups, rights and session."""

from __future__ import annotations

import zlib

from emulators.windows.module import Call, Module


def run(call: Call) -> None:
    """Tell of the account that the module runs as."""
    name = call.user.rpartition("\\")[2].partition("@")[0]
    call.result["account"] = {
        "account_name": name,
        "domain_name": call.machine.name.upper(),
        "sid": f"S-1-5-21-1-2-3-{1000 + zlib.crc32(name.lower().encode()) % 10**6}",
        "type": "User",
    }


MODULE = Module("ansible.windows.win_whoami", run)
