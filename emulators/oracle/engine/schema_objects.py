# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables and views, with their columns and constraints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from emulators.oracle.engine.types import OracleType


@dataclass
class Column:
    """A column of a table or a view."""

    id: int
    name: str
    type: OracleType
    nullable: bool = True
    default: str = ""
    """Its expression as it was written; empty for none."""
    comment: str = ""


@dataclass
class Constraint:
    """A constraint of a table."""

    id: int
    name: str
    kind: Literal["P", "U", "R", "C"]
    columns: list[str]
    condition: str = ""
    generated: bool = False
    """Whether the system gave the name."""
    parent_owner: str = ""
    parent: str = ""
    """The name of the constraint that a foreign key refers to."""
    delete_rule: Literal["NO ACTION", "CASCADE", "SET NULL"] = "NO ACTION"
    not_null: bool = False
    """Whether it is a NOT NULL that a column was declared with."""


@dataclass
class Table:
    """A table."""

    id: int
    owner: str
    name: str
    created: float
    changed: float
    columns: list[Column] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    comment: str = ""
    tablespace: str = "USERS"
    next_column: int = 1

    type = "TABLE"
    status = "VALID"

    @property
    def storage(self) -> str:
        """The SQLite table, quoted."""
        return f'"t{self.id}"'

    def column(self, name: str) -> Column | None:
        """Return a column."""
        return next((each for each in self.columns if each.name == name), None)

    @property
    def primary_key(self) -> Constraint | None:
        """The primary key, if there is one."""
        return next((each for each in self.constraints if each.kind == "P"), None)


@dataclass
class Problem:
    """One row of ALL_ERRORS."""

    line: int
    position: int
    text: str


@dataclass
class View:
    """A view."""

    id: int
    owner: str
    name: str
    created: float
    changed: float
    text: str
    """Its query, as it was written, a star expanded."""
    names: list[str] = field(default_factory=list)
    """The column names that its definition gives, if it gives any."""
    columns: list[Column] = field(default_factory=list)
    """As they were when it last compiled."""
    comment: str = ""
    status: Literal["VALID", "INVALID"] = "INVALID"
    read_only: bool = False
    problems: list[Problem] = field(default_factory=list)
    dependencies: list[tuple[str, str]] = field(default_factory=list)
    """Owner and name of what it refers to."""

    type = "VIEW"

    def column(self, name: str) -> Column | None:
        """Return a column."""
        return next((each for each in self.columns if each.name == name), None)


SchemaObject: TypeAlias = Table | View
