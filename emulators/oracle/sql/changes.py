# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of INSERT, UPDATE, DELETE and MERGE."""

from __future__ import annotations

from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.sql import change_tree, tree
from emulators.oracle.sql.expressions import expression
from emulators.oracle.sql.queries import query, source
from emulators.oracle.sql.tokens import RESERVED, Words

Value = tree.Expression | change_tree.Default
Changes = tuple[tuple[str, Value], ...]


def insert(words: Words) -> change_tree.Insert:
    """Read what follows INSERT. Raises OracleError."""
    if words.sees_any(("ALL", "FIRST")):
        raise refused(f"INSERT {words.next.value}", words.next.position)
    words.expect("INTO", number=925)
    table = _table(words)
    columns = _names(words) if words.sees("(") and words.ahead(1).value not in ("SELECT", "WITH", "(") else ()
    if words.skip("VALUES"):
        values = _values(words)
        _end(words)
        return change_tree.Insert(table, columns, values)
    if not words.sees_any(("SELECT", "WITH", "(")):
        words.fail(926)
    found = query(words)
    _end(words)
    return change_tree.Insert(table, columns, query=found)


def update(words: Words) -> change_tree.Update:
    """Read what follows UPDATE. Raises OracleError."""
    table = _table(words)
    words.expect("SET", number=971)
    changes = _changes(words)
    where = expression(words) if words.skip("WHERE") else None
    _end(words)
    return change_tree.Update(table, changes, where)


def delete(words: Words) -> change_tree.Delete:
    """Read what follows DELETE. Raises OracleError."""
    words.skip("FROM")
    table = _table(words)
    where = expression(words) if words.skip("WHERE") else None
    _end(words)
    return change_tree.Delete(table, where)


def merge(words: Words) -> change_tree.Merge:
    """Read what follows MERGE. Raises OracleError."""
    words.expect("INTO")
    table = _table(words)
    words.expect("USING")
    rows = source(words)
    words.expect("ON", "(")
    on = expression(words)
    words.expect(")")
    changes: Changes = ()
    columns: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    change_where = insert_where = None
    while words.skip("WHEN"):
        if words.skip("MATCHED"):
            words.expect("THEN", "UPDATE", "SET")
            changes = _changes(words)
            change_where = expression(words) if words.skip("WHERE") else None
            if words.sees("DELETE"):
                raise refused("MERGE ... DELETE WHERE", words.next.position)
        else:
            words.expect("NOT", "MATCHED", "THEN", "INSERT")
            columns = _names(words) if words.sees("(") else ()
            words.expect("VALUES")
            values = _values(words)
            insert_where = expression(words) if words.skip("WHERE") else None
    if not changes and not values:
        words.fail(where="where WHEN is expected")
    _end(words)
    return change_tree.Merge(table, rows, on, changes, change_where, columns, values, insert_where)


def _table(words: Words) -> tree.Table:
    at = words.next.position
    if words.sees("("):
        raise refused("changes through a query in parentheses", at)
    name = words.qualified()
    if words.sees("PARTITION"):
        raise refused("PARTITION (...) of a table", words.next.position)
    token = words.next
    alias = ""
    if token.kind == "quoted" or (
        token.kind == "word" and token.value not in RESERVED and token.value not in ("USING", "ON")
    ):
        alias = words.take().value
    return tree.Table(name, alias, at)


def _names(words: Words) -> tuple[str, ...]:
    words.expect("(")
    found = [words.qualified()[-1]]
    while words.skip(","):
        found.append(words.qualified()[-1])
    words.expect(")")
    for at, name in enumerate(found):
        if name in found[:at]:
            raise OracleError(957)
    return tuple(found)


def _value(words: Words) -> Value:
    return change_tree.Default() if words.skip("DEFAULT") else expression(words)


def _values(words: Words) -> tuple[Value, ...]:
    words.expect("(")
    found = [_value(words)]
    while words.skip(","):
        found.append(_value(words))
    words.expect(")")
    return tuple(found)


def _changes(words: Words) -> Changes:
    found = []
    while True:
        if words.sees("("):
            raise refused("SET (...) = (SELECT ...)", words.next.position)
        name = words.qualified()[-1]
        words.expect("=", number=927)
        found.append((name, _value(words)))
        if not words.skip(","):
            return tuple(found)


def _end(words: Words) -> None:
    if words.sees_any(("RETURNING", "RETURN")):
        raise refused("RETURNING ... INTO", words.next.position)
    if words.sees("LOG", "ERRORS"):
        raise refused("LOG ERRORS", words.next.position)
