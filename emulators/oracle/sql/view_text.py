# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of views: what it becomes when it is stored, and whether it compiles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emulators.oracle.engine.errors import OracleError, follows, refused
from emulators.oracle.engine.instance import problem_of
from emulators.oracle.engine.model import Model
from emulators.oracle.engine.schema_objects import Column, View
from emulators.oracle.engine.types import LONG
from emulators.oracle.sql import tree
from emulators.oracle.sql.bind_queries import QueryBinder
from emulators.oracle.sql.queries import query
from emulators.oracle.sql.scope import BoundQuery
from emulators.oracle.sql.tokens import Words

if TYPE_CHECKING:
    from emulators.oracle.engine.instance import Instance
    from emulators.oracle.sql.catalogue import Catalogue

DEFAULT_FORMATS = ("DD-MON-RR", "DD-MON-RR HH.MI.SSXFF AM", "DD-MON-RR HH.MI.SSXFF AM TZR")


def parse(words: Words) -> tree.Query:
    """Read a view's query with what may follow it. Raises OracleError."""
    found = query(words)
    if words.skip("WITH"):
        if words.sees("CHECK"):
            raise refused("WITH CHECK OPTION", words.next.position)
        words.expect("READ", "ONLY")
    words.done()
    if found.lock is not None:
        raise OracleError(933, position=len(words.text))
    if words.binds:
        raise OracleError(1027, position=words.binds[0].position, message="bind variables not allowed for data "
                          "definition operations")  # fmt: skip
    return found


@follows
def bind_view(catalogue: Catalogue, words: Words, names: list[str]) -> BoundQuery:
    """Return a view's query with the names that its definition gives. Raises OracleError."""
    binder = QueryBinder([], DEFAULT_FORMATS, catalogue.resolve)
    found = binder.query(parse(words))
    if names and len(names) != len(found.columns):
        raise OracleError(1730)
    if any(each.type == LONG for each in found.columns):
        raise OracleError(997)
    columns = tuple(
        replace(column, name=names[at] if names else column.name) for at, column in enumerate(found.columns)
    )
    for at, column in enumerate(columns):
        if column.name in [each.name for each in columns[:at]]:
            raise OracleError(957)
        if not names and not _is_name(column.name):
            raise OracleError(998, message="must name this expression with a column alias")
    return BoundQuery(found.sql, columns)


def _is_name(name: str) -> bool:
    # an expression without an alias is called as it is written
    return bool(name) and ("(" not in name and "'" not in name and not name[0].isdigit() and ":" not in name)


@follows
def expanded(words: Words, catalogue: Catalogue) -> str:
    """Return a view's text with each star replaced by the columns that it means, as Oracle stores it."""
    binder = QueryBinder([], DEFAULT_FORMATS, catalogue.resolve)
    replaced: list[tuple[int, int, str]] = []

    def visit(node: tree.Body) -> None:
        match node:
            case tree.Query():
                visit(node.body)
            case tree.SetOperation():
                visit(node.left)
                visit(node.right)
            case tree.Select():
                for item in node.items:
                    if isinstance(item.expression, tree.Star):
                        star = item.expression
                        alone = replace(node, items=(item,), where=None, group=(), having=None, distinct=False)
                        found = binder.query(tree.Query(alone, tables=top.tables))
                        prefix = words.text[star.at : star.end - 1]  # as it is written, its point included
                        columns = ",".join(f'{prefix}"{each.name}"' for each in found.columns)
                        replaced.append((star.at, star.end, columns))

    top = parse(words)
    visit(top)
    text = words.text
    for at, end, columns in sorted(replaced, reverse=True):
        text = text[:at] + columns + text[end:]
    return text


def compile_view(instance: Instance, model: Model, view: View) -> None:
    """Compile a view: its columns, its dependencies, its errors, whether it is valid."""
    from emulators.oracle.sql.catalogue import Catalogue  # noqa: PLC0415 (which compiles views itself)

    catalogue = Catalogue(instance, view.owner, view.owner, definer=True)
    try:
        found = bind_view(catalogue, Words(view.text), view.names)
        if (view.owner, view.name) in _closure(model, catalogue.uses):
            raise OracleError(1731, message="circular view definition encountered")
    except OracleError as error:
        view.status, view.problems = "INVALID", [problem_of(view.text, error)]
        view.dependencies = sorted({*view.dependencies, *catalogue.uses})
        if view.names and not view.columns:
            view.columns = [Column(at, name, LONG) for at, name in enumerate(view.names, start=1)]
    else:
        comments = {each.name: each.comment for each in view.columns}
        view.status, view.problems = "VALID", []
        view.dependencies = sorted(set(catalogue.uses))
        view.columns = [
            Column(at, each.name, each.type, each.nullable, comment=comments.get(each.name, ""))
            for at, each in enumerate(found.columns, start=1)
        ]
    model.touch_object(view)


def _closure(model: Model, names: list[tuple[str, str]]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    waiting = list(names)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            used = model.object(*key)
            if isinstance(used, View):
                waiting += used.dependencies
    return found
