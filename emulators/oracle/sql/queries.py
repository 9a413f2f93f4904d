# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of queries."""

from __future__ import annotations

from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.types import NUMBER
from emulators.oracle.sql import tree
from emulators.oracle.sql.expressions import expression, ordering, value
from emulators.oracle.sql.tokens import RESERVED, Words

_SET = ("UNION", "MINUS", "INTERSECT")
_AFTER_SOURCE = {
    "PIVOT": "PIVOT", "UNPIVOT": "UNPIVOT", "SAMPLE": "SAMPLE", "PARTITION": "PARTITION (...) of a table",
    "SUBPARTITION": "SUBPARTITION (...) of a table", "VERSIONS": "flashback queries (VERSIONS BETWEEN)",
    "MATCH_RECOGNIZE": "MATCH_RECOGNIZE",
}  # fmt: skip
_AFTER_WHERE = {
    "START": "START WITH (hierarchical queries)", "CONNECT": "CONNECT BY (hierarchical queries)", "MODEL": "MODEL",
    "WINDOW": "WINDOW", "QUALIFY": "QUALIFY",
}  # fmt: skip
_GROUPINGS = frozenset({"ROLLUP", "CUBE", "GROUPING SETS"})
_JOINS = ("JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "NATURAL", "OUTER", "ON", "USING")


def query(words: Words) -> tree.Query:
    """Read a query, up to where it ends. Raises OracleError."""
    tables = _with(words) if words.skip("WITH") else ()
    body = _body(words)
    order: tuple[tree.Ordering, ...] = ()
    if words.skip("ORDER"):
        if words.sees("SIBLINGS"):
            raise refused("ORDER SIBLINGS BY (hierarchical queries)", words.next.position)
        words.expect("BY")
        order = ordering(words)
    offset = fetch = None
    if words.skip("OFFSET"):
        offset = value(words)
        if not words.skip("ROWS"):
            words.expect("ROW")
    if words.skip("FETCH"):
        if not words.skip("FIRST"):
            words.expect("NEXT")
        one = words.sees_any(("ROW", "ROWS"))
        fetch = tree.Literal(b"\xc1\x02", NUMBER) if one else value(words)
        if words.sees("PERCENT"):
            raise refused("FETCH ... PERCENT", words.next.position)
        if not words.skip("ROWS"):
            words.expect("ROW")
        if words.sees("WITH"):
            raise refused("FETCH ... WITH TIES", words.next.position)
        words.expect("ONLY")
    lock = _lock(words) if words.sees("FOR", "UPDATE") else None
    return tree.Query(body, order, offset, fetch, tables, lock)


def _lock(words: Words) -> tree.Lock:
    words.expect("FOR", "UPDATE")
    if words.skip("OF"):
        words.qualified()
        while words.skip(","):
            words.qualified()
    if words.sees("SKIP"):
        raise refused("SKIP LOCKED", words.next.position)
    return tree.Lock(waiting(words))


def waiting(words: Words) -> int | None:
    """Read NOWAIT or WAIT n. Raises OracleError."""
    if words.skip("NOWAIT"):
        return 0
    return words.integer() if words.skip("WAIT") else None


def _with(words: Words) -> tuple[tree.CommonTable, ...]:
    found = []
    if words.sees_any(("FUNCTION", "PROCEDURE")):
        raise refused(f"WITH {words.next.value}", words.next.position)
    while True:
        name = words.name()
        columns: list[str] = []
        if words.skip("("):
            columns.append(words.name())
            while words.skip(","):
                columns.append(words.name())
            words.expect(")")
        words.expect("AS", "(")
        found.append(tree.CommonTable(name, tuple(columns), query(words)))
        words.expect(")")
        if words.sees_any(("SEARCH", "CYCLE")):
            raise refused(f"{words.next.value} of a recursive query", words.next.position)
        if not words.skip(","):
            return tuple(found)


def _body(words: Words) -> tree.Body:
    left = _operand(words)
    while words.sees_any(_SET):
        word = words.take().value
        if words.skip("ALL"):
            if word != "UNION":
                raise refused(f"{word} ALL", words.next.position)
            left = tree.SetOperation("UNION ALL", left, _operand(words))
        else:
            left = tree.SetOperation(word, left, _operand(words))  # type: ignore[arg-type]
    if words.sees("EXCEPT"):
        raise refused("EXCEPT: write MINUS", words.next.position)
    return left


def _operand(words: Words) -> tree.Body:
    if words.skip("("):
        inner = query(words)
        words.expect(")")
        return inner
    return _select(words)


def _select(words: Words) -> tree.Select:
    words.expect("SELECT")
    distinct = words.skip("DISTINCT") or words.skip("UNIQUE")
    if not distinct:
        words.skip("ALL")
    items = [_item(words)]
    while words.skip(","):
        items.append(_item(words))
    if words.sees("BULK") or words.sees("INTO"):
        raise refused(f"SELECT ... {words.next.value}", words.next.position)
    if not words.skip("FROM"):
        raise OracleError(923, position=words.next.position)
    source = sources(words)
    where = expression(words) if words.skip("WHERE") else None
    if words.sees_any(_AFTER_WHERE):
        raise refused(_AFTER_WHERE[words.next.value], words.next.position)
    group: list[tree.Expression] = []
    if words.skip("GROUP", "BY"):
        group.append(_grouping(words))
        while words.skip(","):
            group.append(_grouping(words))
    having = expression(words) if words.skip("HAVING") else None
    if words.sees_any(_AFTER_WHERE):
        raise refused(_AFTER_WHERE[words.next.value], words.next.position)
    return tree.Select(tuple(items), source, where, tuple(group), having, distinct)


def _grouping(words: Words) -> tree.Expression:
    at = words.next.position
    if words.sees("GROUPING", "SETS"):
        raise refused("GROUP BY GROUPING SETS", at)
    found = expression(words)
    if isinstance(found, tree.Call) and found.name in _GROUPINGS:
        raise refused(f"GROUP BY {found.name}", at)
    if isinstance(found, tree.Tuple):
        raise refused("GROUP BY of lists in parentheses", at)
    return found


def _item(words: Words) -> tree.Item:
    start = words.next
    if words.skip("*"):
        return tree.Item(tree.Star((), start.position, start.end))
    at = words.at
    while words.ahead(1).value == "." and words.ahead(2).kind in ("word", "quoted"):
        words.at += 2
    if start.kind in ("word", "quoted") and words.ahead(1).value == "." and words.ahead(2).value == "*":
        parts = tuple(token.value for token in words.tokens[at : words.at + 1 : 2])
        words.at += 3
        return tree.Item(tree.Star(parts, start.position, words.tokens[words.at - 1].end))
    words.at = at
    found = expression(words)
    text = "".join(
        token.text.upper() if token.kind != "quoted" else token.text for token in words.tokens[at : words.at]
    )
    return tree.Item(found, _alias(words, demanded=words.skip("AS")), text)


def _alias(words: Words, *, demanded: bool) -> str:
    token = words.next
    if token.kind == "quoted" or (token.kind == "word" and token.value not in RESERVED and token.value not in _JOINS):
        if not demanded and token.value in ("OFFSET", "FETCH", "BULK"):
            return ""
        return words.take().value
    if demanded:
        words.fail(923)
    return ""


def sources(words: Words) -> tree.Source:
    """Read what follows FROM. Raises OracleError."""
    left = _joined(words)
    while words.skip(","):
        left = tree.Join("CROSS", left, _joined(words))
    return left


def _joined(words: Words) -> tree.Source:
    left = source(words)
    while True:
        at = words.next.position
        if words.sees_any(("NATURAL",)):
            raise refused("NATURAL JOIN", at)
        if words.skip("CROSS"):
            if words.sees("APPLY"):
                raise refused("CROSS APPLY", at)
            words.expect("JOIN")
            left = tree.Join("CROSS", left, source(words))
            continue
        if words.sees("OUTER", "APPLY"):
            raise refused("OUTER APPLY", at)
        kind = _join_kind(words)
        if kind is None:
            return left
        right = source(words)
        if words.sees("USING"):
            raise refused("JOIN ... USING: write ON", words.next.position)
        words.expect("ON", number=905)
        left = tree.Join(kind, left, right, expression(words))  # type: ignore[arg-type]


def _join_kind(words: Words) -> str | None:
    if words.skip("JOIN") or words.skip("INNER", "JOIN"):
        return "INNER"
    for kind in ("LEFT", "RIGHT", "FULL"):
        if words.skip(kind, "JOIN") or words.skip(kind, "OUTER", "JOIN"):
            return kind
    return None


def source(words: Words) -> tree.Source:
    """Read a table, a view, or a query in parentheses. Raises OracleError."""
    at = words.next.position
    if words.sees_any(("LATERAL", "TABLE", "ONLY", "CONTAINERS", "XMLTABLE", "JSON_TABLE")):
        raise refused(f"{words.next.value} (...) in FROM", at)
    if words.skip("("):
        if words.sees_any(("SELECT", "WITH", "(")):
            inner = query(words)
            words.expect(")")
            return tree.Derived(inner, _source_alias(words))
        found = sources(words)
        words.expect(")")
        return found
    if words.next.kind == "word" and words.next.value in RESERVED:
        words.fail(903 if words.next.value != "SELECT" else 0)
    name = words.qualified()
    if words.sees("("):
        raise refused(f"the table function {'.'.join(name)}", at)
    return tree.Table(name, _source_alias(words), at)


def _source_alias(words: Words) -> str:
    if words.sees_any(_AFTER_SOURCE) and words.ahead(1).value in ("(", "BETWEEN"):
        raise refused(_AFTER_SOURCE[words.next.value], words.next.position)
    if words.sees("AS", "OF"):
        raise refused("flashback queries (AS OF)", words.next.position)
    if words.sees("AS"):
        raise OracleError(933, position=words.next.position)
    token = words.next
    if token.value in ("OFFSET", "FETCH", "WHEN", "SET") or (
        token.value == "MODEL" and words.ahead(1).value in ("DIMENSION", "PARTITION", "RETURN", "MAIN", "REFERENCE")
    ):
        return ""
    return _alias(words, demanded=False)
