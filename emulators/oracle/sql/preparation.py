# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A statement's text, read."""

from __future__ import annotations

from collections.abc import Callable

from emulators.oracle.engine.errors import OracleError, follows
from emulators.oracle.sql import change_tree, changes
from emulators.oracle.sql.change_statements import ChangeStatement
from emulators.oracle.sql.prepared import OtherStatement, Prepared, QueryStatement
from emulators.oracle.sql.queries import query
from emulators.oracle.sql.registry import find_statement
from emulators.oracle.sql.tokens import Words


@follows
def prepare(text: str) -> Prepared:
    """Return a statement. Raises OracleError."""
    words = Words(text)
    if words.next.kind == "end":
        raise OracleError(900)
    first = words.next.value if words.next.kind == "word" else ""
    if first in ("SELECT", "WITH") or words.sees("("):
        found = query(words)
        words.done()
        return QueryStatement(text, found, len(words.binds))
    if first in _CHANGES:
        words.take()
        node = _CHANGES[first](words)
        words.done()
        return ChangeStatement(text, node, len(words.binds))
    if first in ("BEGIN", "DECLARE", "CALL"):
        from emulators.oracle.sql.blocks import block  # noqa: PLC0415 (which prepares statements itself)

        return block(text, words)
    return OtherStatement(text, find_statement(words))


_CHANGES: dict[str, Callable[[Words], change_tree.RowChange]] = {
    "INSERT": changes.insert, "UPDATE": changes.update, "DELETE": changes.delete, "MERGE": changes.merge,
}  # fmt: skip
