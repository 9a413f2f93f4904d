# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions that SQLite calls. Each is named by a text that says all about it, so that a constraint can keep it.

`py('["convert","int","varchar(10)"]', x)` calls what the factory `convert` returns for the further words of the text.
"""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Callable
from typing import Any, TypeAlias

from emulators.sql.engine.convert import converter
from emulators.sql.engine.errors import SqlError
from emulators.sql.engine.types import MAX, SqlType, Value, declared

Function: TypeAlias = Callable[..., Value]
FACTORIES: dict[str, Callable[..., Function]] = {}
"""What makes a function of the words of its specification. Dialects add theirs."""
PLAIN_TYPES = ("boolean", "null", "unknown")


def factory(make: Callable[..., Function]) -> Callable[..., Function]:
    """Register a factory under its own name."""
    FACTORIES[make.__name__.strip("_")] = make
    return make


def call(name: str, words: tuple[str, ...], *arguments: str) -> str:
    """Return the SQL that calls a function."""
    specification = json.dumps([name, *words], separators=(",", ":"), ensure_ascii=False).replace("'", "''")
    listed = ", ".join([f"'{specification}'", *arguments])
    return f"py({listed})"


def spell(kind: SqlType) -> str:
    """Return a type as a word of a specification."""
    return f"{kind}|{kind.collation}" if kind.collation else str(kind)


@functools.lru_cache(maxsize=4096)
def unspell(text: str) -> SqlType:
    """Return the type that `spell` wrote."""
    declaration, _unused, collation = text.partition("|")
    name, _unused, arguments = declaration.rstrip(")").partition("(")
    if name in PLAIN_TYPES:
        return SqlType(name)
    return declared(
        name, *(MAX if each == "max" else int(each) for each in arguments.split(",") if each), collation=collation
    )


@functools.lru_cache(maxsize=4096)
def resolve(specification: str) -> Function:
    """Return the function that a specification describes."""
    name, *words = json.loads(specification)
    return FACTORIES[name](*words)


@factory
def convert(source: str, target: str, style: str = "", mode: str = "") -> Function:
    """Make a conversion; mode `quiet` gives NULL for an error, `assign` refuses to cut off."""
    change = converter(unspell(source), unspell(target), int(style) if style else None, cut=mode != "assign")

    def run(value: Value) -> Value:
        if value is None or change is None:
            return value
        try:
            return change(value)
        except SqlError:
            if mode == "quiet":
                return None
            raise

    return run


@factory
def assign(source: str, target: str, table: str, column: str) -> Function:
    """Make the conversion to a column's type; what is too long for it is an error that names it."""
    change, limit = converter(unspell(source), unspell(target), cut=False), unspell(target).length

    def run(value: Value) -> Value:
        if value is None or change is None:
            return value
        try:
            return change(value)
        except SqlError as error:
            if error.number == 8152:
                shown = error.message[: min(100, limit)]
                message = (
                    f"String or binary data would be truncated in table '{table}', column '{column}'. "
                    f"Truncated value: '{shown}'."
                )
                raise SqlError(2628, message) from None
            raise

    return run


class Guard:
    """Remembers what a function raised, because SQLite tells only that it raised something."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    def watch(self, function: Function) -> Function:
        """Return the function under this guard."""

        @functools.wraps(function)
        def run(*arguments: Value) -> Value:
            try:
                return function(*arguments)
            except Exception as error:
                self.error = error
                raise

        return run

    def take(self) -> Exception | None:
        """Return what was raised since the last time, and forget it."""
        error, self.error = self.error, None
        return error


def _py(specification: str, *arguments: Value) -> Value:
    return resolve(specification)(*arguments)


def register(connection: sqlite3.Connection, guard: Guard) -> None:
    """Make `py` and the aggregates known to a connection."""
    connection.create_function("py", -1, guard.watch(_py), deterministic=True)
    for name, aggregate in AGGREGATES.items():
        connection.create_aggregate(name, -1, aggregate)


AGGREGATES: dict[str, type[Any]] = {}
"""Aggregate functions by name."""
