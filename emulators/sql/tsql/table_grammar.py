# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of columns and constraints, in CREATE TABLE and ALTER TABLE."""

from __future__ import annotations

from dataclasses import dataclass, field

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.errors import refused
from emulators.sql.engine.types import SqlType
from emulators.sql.tsql.batch import Batch


@dataclass
class ConstraintPart:
    """A constraint as it is declared."""

    kind: str
    """PK, UQ, FK, CK, or DF for a default of a column that exists."""
    name: str = ""
    columns: list[str] = field(default_factory=list)
    descending: list[bool] = field(default_factory=list)
    clustered: bool | None = None
    text: str = ""
    referenced: tree.Name = ()
    referenced_columns: list[str] = field(default_factory=list)
    on_delete: str = "NO_ACTION"
    on_update: str = "NO_ACTION"


@dataclass
class ColumnPart:
    """A column as it is declared."""

    name: str
    type: SqlType | None = None
    computed: str = ""
    persisted: bool = False
    nullable: bool | None = None
    identity: tuple[int, int] | None = None
    collation: str = ""
    default: str = ""
    default_name: str = ""
    with_values: bool = False
    constraints: list[ConstraintPart] = field(default_factory=list)


def table_parts(words: Batch) -> tuple[list[ColumnPart], list[ConstraintPart]]:
    """Take `(columns and constraints)`."""
    columns: list[ColumnPart] = []
    constraints: list[ConstraintPart] = []
    words.expect_operator("(")
    while True:
        if words.is_word("INDEX") or words.is_word("PERIOD"):
            raise refused(f"{words.token.text} in CREATE TABLE")
        part = constraint_part(words)
        if part is not None:
            constraints.append(part)
        else:
            columns.append(column_part(words))
        if not words.take_operator(","):
            break
    words.expect_operator(")")
    return columns, constraints


def column_part(words: Batch) -> ColumnPart:
    """Take a column."""
    column = ColumnPart(words.identifier())
    if words.take("AS"):
        column.computed = text_of(words)
        column.persisted = words.take("PERSISTED")
        if column.persisted and words.take("NOT", "NULL"):
            column.nullable = False
        return column
    column.type = words.type()
    while _column_option(words, column):
        pass
    return column


def _column_option(words: Batch, column: ColumnPart) -> bool:
    name = words.identifier() if words.take("CONSTRAINT") else ""
    if words.take("NOT", "NULL"):
        column.nullable = False
        return True
    if words.take("NULL"):
        column.nullable = True
        return True
    if words.take("COLLATE"):
        column.collation = words.identifier()
        return True
    if words.take("IDENTITY"):
        column.identity = (1, 1)
        if words.take_operator("("):
            seed = words.integer()
            words.expect_operator(",")
            column.identity = (seed, words.integer())
            words.expect_operator(")")
        return True
    if words.take("DEFAULT"):
        column.default, column.default_name = text_of(words, scalar=True), name
        column.with_values = words.take("WITH", "VALUES")
        return True
    part = _constraint(words, name, column.name)
    if part is not None:
        column.constraints.append(part)
        return True
    for word in ("SPARSE", "ROWGUIDCOL", "GENERATED", "MASKED", "ENCRYPTED", "HIDDEN", "FILESTREAM"):
        if words.is_word(word):
            raise refused(f"the column option {word}")
    if name:
        raise words.unexpected()
    return False


def text_of(words: Batch, *, scalar: bool = False) -> str:
    """Take an expression and return its text."""
    start = words.token.position
    if scalar:
        words.scalar()
    else:
        words.expression()
    return words.since(start)


def constraint_part(words: Batch) -> ConstraintPart | None:
    """Take a constraint of a table, if one comes."""
    name = words.identifier() if words.take("CONSTRAINT") else ""
    part = _constraint(words, name, "")
    if part is None and name:
        if words.take("DEFAULT"):
            text = text_of(words, scalar=True)
            words.expect("FOR")
            return ConstraintPart("DF", name, [words.identifier()], text=text)
        raise words.unexpected()
    return part


def _constraint(words: Batch, name: str, column: str) -> ConstraintPart | None:  # noqa: PLR0912 (one case for each kind of constraint)
    if words.is_word("PRIMARY") or words.is_word("UNIQUE"):
        kind = "UQ" if words.take("UNIQUE") else "PK"
        if kind == "PK":
            words.expect("PRIMARY", "KEY")
        part = ConstraintPart(kind, name, [column] if column else [], [False] if column else [])
        if words.take("CLUSTERED"):
            part.clustered = True
        elif words.take("NONCLUSTERED"):
            part.clustered = False
        if words.is_operator("("):
            part.columns, part.descending = key_columns(words)
        if words.is_word("WITH") and words.ahead(1).value == "(":
            raise refused("index options of a constraint")
        if words.take("ON"):
            words.identifier()
        return part
    if words.take("CHECK"):
        if words.is_word("CONSTRAINT"):
            raise words.unexpected()
        words.expect_operator("(")
        text = text_of(words)
        words.expect_operator(")")
        return ConstraintPart("CK", name, text=text)
    if words.is_word("FOREIGN") or words.is_word("REFERENCES"):
        part = ConstraintPart("FK", name, [column] if column else [])
        if words.take("FOREIGN"):
            words.expect("KEY")
            if words.is_operator("("):
                part.columns = list(words.names_in_parentheses())
        words.expect("REFERENCES")
        part.referenced = words.name()
        if words.is_operator("("):
            part.referenced_columns = list(words.names_in_parentheses())
        while words.take("ON"):
            event, action = words.one_of("DELETE", "UPDATE"), _referential_action(words)
            if event == "DELETE":
                part.on_delete = action
            else:
                part.on_update = action
        return part
    return None


def key_columns(words: Batch) -> tuple[list[str], list[bool]]:
    """Take `(a, b DESC)`."""
    words.expect_operator("(")
    names, descending = [], []
    while True:
        names.append(words.identifier())
        descending.append(words.take("DESC"))
        words.take("ASC")
        if not words.take_operator(","):
            break
    words.expect_operator(")")
    return names, descending


def _referential_action(words: Batch) -> str:
    if words.take("NO", "ACTION"):
        return "NO_ACTION"
    if words.take("CASCADE"):
        return "CASCADE"
    words.expect("SET")
    if words.take("NULL"):
        return "SET_NULL"
    raise refused("ON DELETE SET DEFAULT")
