# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CREATE TABLE and ALTER TABLE say of columns and constraints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.types import OracleType
from emulators.oracle.sql.expressions import expression, value
from emulators.oracle.sql.tokens import Words
from emulators.oracle.sql.tree import Name
from emulators.oracle.sql.type_grammar import data_type

_STORAGE = frozenset({"SEGMENT", "PCTFREE", "INITRANS", "STORAGE", "LOGGING", "NOLOGGING", "CACHE", "NOCACHE",
                      "COMPRESS", "NOCOMPRESS", "ORGANIZATION", "PARTITION", "CLUSTER", "PARALLEL", "NOPARALLEL",
                      "ENABLE", "DISABLE", "MONITORING", "ON", "LOB", "ROW", "AS"})  # fmt: skip


@dataclass
class ConstraintSpec:
    """A constraint as it is written."""

    kind: Literal["P", "U", "R", "C", "NOT NULL"]
    name: str = ""
    columns: list[str] = field(default_factory=list)
    condition: str = ""
    parent: Name = ()
    parent_columns: list[str] = field(default_factory=list)
    delete_rule: Literal["NO ACTION", "CASCADE", "SET NULL"] = "NO ACTION"


@dataclass
class ColumnSpec:
    """A column as it is written."""

    name: str
    type: OracleType | None
    default: str | None = None
    """None if nothing is said; empty for NULL."""
    nullable: bool | None = None
    constraints: list[ConstraintSpec] = field(default_factory=list)


def column(words: Words, *, modify: bool = False) -> ColumnSpec:
    """Read a column; where it is modified its type may be left out. Raises OracleError."""
    name = words.name(904)
    ends = words.sees_any((",", ")", "DEFAULT", "NOT", "NULL", "CONSTRAINT"))
    found = ColumnSpec(name, None if modify and ends else data_type(words))
    while True:
        if words.skip("DEFAULT"):
            if words.sees("ON", "NULL"):
                raise refused("DEFAULT ON NULL", words.next.position)
            start, end = _extent(words, value)
            found.default = "" if words.text[start:end].upper() == "NULL" else words.text[start:end]
            continue
        if words.sees("GENERATED") or words.sees("AS"):
            raise refused("identity and virtual columns", words.next.position)
        if words.sees_any(("INVISIBLE", "VISIBLE", "ENCRYPT", "COLLATE")):
            raise refused(f"{words.next.value} of a column", words.next.position)
        named = words.name() if words.skip("CONSTRAINT") else ""
        if words.skip("NOT", "NULL"):
            found.nullable = False
            found.constraints.append(ConstraintSpec("NOT NULL", named, [name]))
        elif words.skip("NULL"):
            found.nullable = True
        elif words.sees_any(("PRIMARY", "UNIQUE", "CHECK", "REFERENCES")):
            found.constraints.append(_constraint(words, named, [name]))
        elif named:
            words.fail(where="after CONSTRAINT")
        else:
            return found
        _state(words)


def _extent(words: Words, read: Callable[[Words], object]) -> tuple[int, int]:
    """Read something, and return from where to where it stands."""
    start = words.next.position
    read(words)
    if words.binds:
        raise OracleError(1027, message="bind variables not allowed for data definition operations")
    return start, words.tokens[words.at - 1].end


def out_of_line(words: Words) -> ConstraintSpec | None:
    """Read a constraint that stands by itself, or return None if there is none. Raises OracleError."""
    if not words.sees_any(("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN")):
        return None
    name = words.name() if words.skip("CONSTRAINT") else ""
    found = _constraint(words, name, [])
    _state(words)
    return found


def _constraint(words: Words, name: str, columns: list[str]) -> ConstraintSpec:
    if words.skip("PRIMARY", "KEY"):
        return ConstraintSpec("P", name, columns or names(words))
    if words.skip("UNIQUE"):
        return ConstraintSpec("U", name, columns or names(words))
    if words.skip("CHECK"):
        words.expect("(")
        start, end = _extent(words, expression)
        words.expect(")")
        return ConstraintSpec("C", name, columns, words.text[start:end])
    if not columns:
        words.expect("FOREIGN", "KEY")
        columns = names(words)
    words.expect("REFERENCES")
    parent = words.qualified()
    found = ConstraintSpec("R", name, columns, parent=parent, parent_columns=names(words) if words.sees("(") else [])
    if words.skip("ON", "DELETE"):
        if words.skip("SET", "NULL"):
            found.delete_rule = "SET NULL"
        else:
            words.expect("CASCADE")
            found.delete_rule = "CASCADE"
    return found


def _state(words: Words) -> None:
    while True:
        if words.sees_any(("DEFERRABLE", "INITIALLY", "DISABLE", "NOVALIDATE", "RELY", "USING", "EXCEPTIONS")) or (
            words.sees("NOT", "DEFERRABLE")
        ):
            raise refused(f"{words.next.value} of a constraint", words.next.position)
        if not (words.skip("ENABLE") or words.skip("VALIDATE")):
            return


def names(words: Words) -> list[str]:
    """Read names in parentheses. Raises OracleError."""
    words.expect("(", number=906)
    found = [words.name()]
    while words.skip(","):
        found.append(words.name())
    words.expect(")")
    return found


def tablespace(words: Words) -> str:
    """Read what may follow a table's columns. Raises OracleError."""
    found = ""
    if words.skip("TABLESPACE"):
        found = words.name()
    if words.sees_any(_STORAGE):
        raise refused(f"CREATE TABLE ... {words.next.value}", words.next.position)
    words.done(922)
    return found
