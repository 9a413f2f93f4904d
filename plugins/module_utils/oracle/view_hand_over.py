# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A set of views as a script that a database administrator reads and runs, and the script that takes it back. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import quoted, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.sql_text import literal, without_comments
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_planner import ViewChange

_ENDS_STATEMENT = re.compile(r";[ \t]*$|^[ \t]*[/.][ \t]*$|^[ \t]*$", re.MULTILINE)
"""Lines at which SQL*Plus takes a statement for ended, or broken off."""


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
    yield from ("WHENEVER SQLERROR EXIT FAILURE", "WHENEVER OSERROR EXIT FAILURE", "SET DEFINE OFF", "SET ECHO ON", "")
    yield f"ALTER SESSION SET DDL_LOCK_TIMEOUT = {lock_seconds:d};"
    yield f"ALTER SESSION SET CURRENT_SCHEMA = {quoted(schema)};"
    for change in changes:
        for statement in change.definition:
            yield ""
            yield from (_for_sqlplus(statement), "/")
    attributes = [each for change in changes for each in change.attributes]
    if attributes:
        yield ""
        yield from (f"{each};" for each in attributes)
    names = ", ".join(literal(change.name) for change in changes)
    yield ""
    yield "-- Nothing must come of this: all of them have to be valid."
    yield " ".join(
        ("SELECT object_name, status FROM all_objects WHERE owner =", literal(schema), f"AND object_name IN ({names})")
    )
    yield "  AND status <> 'VALID';"


def _for_sqlplus(statement: str) -> str:
    """Return a statement without lines at which SQL*Plus would take it for ended: they are blank, or in comments."""
    if not _ENDS_STATEMENT.search(statement):
        return statement
    text = re.sub(r"\n[ \t]*(?=\n)", "", statement)
    return text if not _ENDS_STATEMENT.search(text) else re.sub(r"\n[ \t]*(?=\n)", "", without_comments(text)).rstrip()
