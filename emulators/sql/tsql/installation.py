# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server has when it was just installed."""

from __future__ import annotations

from emulators.sql.engine.instance import SA_SID, DatabaseInfo, FileInfo, Login, State, now_text
from emulators.sql.tsql.security import hash_password

SERVER_ROLES = (
    "sysadmin",
    "securityadmin",
    "serveradmin",
    "setupadmin",
    "processadmin",
    "diskadmin",
    "dbcreator",
    "bulkadmin",
)
DATA = "/var/opt/mssql/data"
BACKUP = "/var/opt/mssql/backup"
# name: least, most, default, whether it is dynamic, whether it is advanced, number, description
CONFIGURATIONS = {
    "show advanced options": (0, 1, 0, 1, 0, 518, "show advanced options"),
    "max server memory (MB)": (128, 2147483647, 2147483647, 1, 1, 1544, "Maximum size of server memory (MB)"),
    "min server memory (MB)": (0, 2147483647, 0, 1, 1, 1543, "Minimum size of server memory (MB)"),
    "max degree of parallelism": (0, 32767, 0, 1, 1, 1539, "maximum degree of parallelism"),
    "cost threshold for parallelism": (0, 32767, 5, 1, 1, 1538, "cost threshold for parallelism"),
    "backup compression default": (0, 1, 0, 1, 0, 1579, "Enable compression of backups by default"),
    "backup checksum default": (0, 1, 0, 1, 0, 1584, "Enable checksum of backups by default"),
    "remote admin connections": (0, 1, 0, 1, 0, 1576, "Dedicated Admin Connections are allowed from remote clients"),
    "xp_cmdshell": (0, 1, 0, 1, 1, 16390, "Enable or disable command shell"),
    "clr enabled": (0, 1, 0, 1, 0, 1562, "CLR user code execution enabled in the server"),
    "optimize for ad hoc workloads": (
        0,
        1,
        0,
        1,
        1,
        1581,
        "When this option is set, plan cache size is further reduced.",
    ),
    "contained database authentication": (
        0,
        1,
        0,
        1,
        0,
        16393,
        "Enables contained databases and contained authentication",
    ),
    "user connections": (0, 32767, 0, 0, 1, 103, "Number of user connections allowed"),
    "remote access": (0, 1, 1, 0, 0, 117, "Allow remote access"),
}


def in_use(name: str, value: int) -> int:
    """Return what the server uses of a setting: of `min server memory (MB)` never less than 16."""
    return max(16, value) if name == "min server memory (MB)" else value


def fresh_state(name: str, collation: str) -> State:
    """Return the state of a new server; nobody knows its password for sa, which a seed or an administrator sets."""
    now = now_text()
    sa = Login(1, "sa", "S", SA_SID, created=now, modified=now, password_set=now, password_hash=hash_password("\0"))
    roles = [
        Login(2 + n, role, "R", f"{2 + n:02x}", created=now, modified=now)
        for n, role in enumerate(("public", *SERVER_ROLES))
    ]
    databases = []
    for number, each in enumerate(("master", "tempdb", "model", "msdb"), start=1):
        log = f"{'mast' if each == 'master' else each}log"
        files = [
            FileInfo(1, "ROWS", each, f"{DATA}/{each}.mdf"),
            FileInfo(2, "LOG", log, f"{DATA}/{log}.ldf", size=256),
        ]
        recovery = "FULL" if each == "model" else "SIMPLE"
        databases.append(DatabaseInfo(number, each, SA_SID, collation, now, recovery=recovery, files=files))
    sysadmin = next(each.id for each in roles if each.name == "sysadmin")
    configurations = {key: [each[2], in_use(key, each[2])] for key, each in CONFIGURATIONS.items()}
    return State(
        name,
        collation,
        directories=[DATA, BACKUP],
        logins=[sa, *roles],
        members=[(sysadmin, 1)],
        databases=databases,
        configurations=configurations,
    )
