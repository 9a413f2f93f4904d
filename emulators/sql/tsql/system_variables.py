# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables whose names begin with @@."""

from __future__ import annotations

from dataclasses import dataclass

from emulators.sql.engine.instance import Instance
from emulators.sql.engine.link import Link
from emulators.sql.engine.types import INT, SYSNAME, SqlType, nvarchar


@dataclass
class Savepoint:
    """A point in a transaction to which it can be rolled back."""

    name: str
    links: list[Link]


SYSTEM_VARIABLES = {
    "@@rowcount": INT, "@@trancount": INT, "@@spid": SqlType("smallint"), "@@error": INT, "@@servername": SYSNAME,
    "@@servicename": SYSNAME, "@@language": SYSNAME, "@@datefirst": SqlType("tinyint"),
    "@@max_precision": SqlType("tinyint"),
    "@@identity": SqlType("numeric", precision=38), "@@version": nvarchar(300), "@@options": INT, "@@nestlevel": INT,
    "@@lock_timeout": INT, "@@microsoftversion": INT, "@@textsize": INT,
}  # fmt: skip


def version_text(instance: Instance) -> str:
    """Return `@@VERSION`."""
    state = instance.state
    year = {"16": "2022", "15": "2019", "14": "2017", "17": "2025"}.get(state.version.partition(".")[0], "2022")
    return (
        f"Microsoft SQL Server {year} (RTM) - {state.version} (X64) \n\t{state.edition} on Linux (emulated by "
        "uoe.exam_scheduling) <X64>"
    )
