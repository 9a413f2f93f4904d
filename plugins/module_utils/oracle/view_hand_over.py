# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A set of views as a script that a database administrator reads and runs, and the script that takes it back. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import quoted, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.sql_text import literal
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_planner import (
    ViewChange,
    statements_of,
)

_SETTINGS = (
    "WHENEVER SQLERROR EXIT FAILURE",
    "WHENEVER OSERROR EXIT FAILURE",
    "SET DEFINE OFF",
    "SET ECHO ON",
    # a statement ends with / on a line of its own, and with nothing else: texts and comments may have blank lines and ;
    "SET SQLBLANKLINES ON",
    "SET SQLTERMINATOR OFF",
    "SET BLOCKTERMINATOR OFF",
)
_SLASH = re.compile(r"\n[ \t]*/[ \t]*(?=\n)")


def script_of(schema: str, changes: Sequence[ViewChange], *, title: str, lock_seconds: int) -> str:
    """Return a script for SQL*Plus or SQLcl that makes the changes, and stops at the first error.

    Args:
        schema: whose views they are.
        changes: what is to be done.
        title: what it does.
        lock_seconds: how long a statement waits for a lock.
    """
    return "\n".join(_lines(schema, changes, title, lock_seconds)) + "\n"


def _lines(schema: str, changes: Sequence[ViewChange], title: str, lock_seconds: int) -> Iterator[str]:
    yield f"-- {title}"
    yield f"-- Schema {shown(schema)}. Run it as its owner, or as an account that may do this there."
    yield "-- Each statement commits. It stops at the first error; the other script takes back what was done."
    for change in changes:
        yield f"--   {change.action} {change.item}"
    yield from _SETTINGS
    names = ", ".join(literal(change.name) for change in changes)
    proof = " ".join(
        (
            "-- nothing must come of this: all of them have to be valid\nSELECT object_name, status FROM all_objects",
            f"WHERE owner = {literal(schema)} AND status <> 'VALID' AND object_name IN ({names})",
        )
    )
    for statement in (
        f"ALTER SESSION SET DDL_LOCK_TIMEOUT = {lock_seconds:d}",
        f"ALTER SESSION SET CURRENT_SCHEMA = {quoted(schema)}",
        *statements_of(changes),
        proof,
    ):
        yield from ("", _SLASH.sub(" /", statement), "/")
