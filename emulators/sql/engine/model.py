# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a database knows of itself beyond what SQLite does: declared types, constraints, principals, permissions.

It is kept as JSON in the database's own file, so that it is rolled back, backed up and restored with the data.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from emulators.sql.engine.types import SqlType

T = TypeVar("T")
_hints = functools.cache(typing.get_type_hints)


@dataclass
class ColumnInfo:
    """A column."""

    id: int
    name: str
    type: SqlType
    nullable: bool = True
    identity: bool = False
    seed: int = 1
    increment: int = 1
    computed: str = ""
    """The expression of a computed column, as it was written."""
    persisted: bool = False
    default: str = ""
    """The expression of its default, as it was written."""
    default_name: str = ""

    @property
    def assignable(self) -> bool:
        """Whether a statement may give it a value."""
        return not self.computed and self.type.name != "rowversion"


@dataclass
class Key:
    """A primary key, a unique constraint or an index."""

    id: int
    name: str
    kind: Literal["PK", "UQ", "UNIQUE INDEX", "INDEX"]
    columns: list[str]
    descending: list[bool]
    clustered: bool = False
    included: list[str] = field(default_factory=list)

    @property
    def unique(self) -> bool:
        """Whether it allows a value once only."""
        return self.kind != "INDEX"


@dataclass
class ForeignKey:
    """A reference to another table's key."""

    id: int
    name: str
    columns: list[str]
    referenced: int
    """The table's id."""
    referenced_columns: list[str]
    on_delete: str = "NO_ACTION"
    on_update: str = "NO_ACTION"
    disabled: bool = False
    trusted: bool = True


@dataclass
class CheckInfo:
    """A condition on each row."""

    id: int
    name: str
    text: str
    disabled: bool = False
    trusted: bool = True


@dataclass
class TableInfo:
    """A table."""

    id: int
    schema: str
    name: str
    created: str
    modified: str = ""
    columns: list[ColumnInfo] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    checks: list[CheckInfo] = field(default_factory=list)

    @property
    def storage(self) -> str:
        """The name of the SQLite table, quoted."""
        return f'"t{self.id}"'

    @property
    def primary_key(self) -> Key | None:
        """The primary key, if it has one."""
        return next((key for key in self.keys if key.kind == "PK"), None)

    def column(self, name: str) -> ColumnInfo | None:
        """Return a column by its name."""
        return next((each for each in self.columns if each.name.casefold() == name.casefold()), None)


@dataclass
class ViewInfo:
    """A view."""

    id: int
    schema: str
    name: str
    text: str
    """Its query, as it was written."""
    created: str
    columns: list[str] = field(default_factory=list)


@dataclass
class SchemaInfo:
    """A schema."""

    id: int
    name: str
    owner: int


@dataclass
class Principal:
    """A user or a role of a database."""

    id: int
    name: str
    kind: Literal["S", "U", "E", "R"]
    """SQL user, Windows user, external user, role; as `sys.database_principals.type`."""
    sid: str = ""
    """In hexadecimal digits; empty for a user without login and for roles."""
    default_schema: str = "dbo"
    created: str = ""
    fixed: bool = False


@dataclass
class Permission:
    """One entry of `sys.database_permissions`."""

    grantee: int
    scope: Literal["DATABASE", "OBJECT_OR_COLUMN", "SCHEMA"]
    major: int
    permission: str
    state: Literal["GRANT", "DENY", "GRANT_WITH_GRANT_OPTION"]


@dataclass
class Property:
    """An extended property."""

    scope: int
    """`class`: 0 database, 1 object or column, 3 schema."""
    major: int
    minor: int
    name: str
    value: str | None
    """A stored sql_variant."""


@dataclass
class Model:
    """All of it."""

    collation: str
    next_id: int = 901578250
    tables: list[TableInfo] = field(default_factory=list)
    views: list[ViewInfo] = field(default_factory=list)
    schemas: list[SchemaInfo] = field(default_factory=list)
    principals: list[Principal] = field(default_factory=list)
    members: list[tuple[int, int]] = field(default_factory=list)
    """Role and member."""
    permissions: list[Permission] = field(default_factory=list)
    properties: list[Property] = field(default_factory=list)

    def new_id(self) -> int:
        """Return an object id that was never used."""
        self.next_id += 16
        return self.next_id

    @property
    def objects(self) -> list[TableInfo | ViewInfo]:
        """All tables and views."""
        return [*self.tables, *self.views]

    def object(self, schema: str, name: str) -> TableInfo | ViewInfo | None:
        """Return a table or a view."""
        wanted = (schema.casefold(), name.casefold())
        return next(
            (each for each in self.objects if (each.schema.casefold(), each.name.casefold()) == wanted),
            None,
        )

    def table_by_id(self, number: int) -> TableInfo:
        """Return the table with this id."""
        return next(each for each in self.tables if each.id == number)

    def principal(self, name: str) -> Principal | None:
        """Return a user or role."""
        return next((each for each in self.principals if each.name.casefold() == name.casefold()), None)

    def schema(self, name: str) -> SchemaInfo | None:
        """Return a schema."""
        return next((each for each in self.schemas if each.name.casefold() == name.casefold()), None)

    def referencing(self, table: TableInfo) -> list[tuple[TableInfo, ForeignKey]]:
        """Return the foreign keys that refer to a table, with their tables."""
        return [(each, key) for each in self.tables for key in each.foreign_keys if key.referenced == table.id]

    def names_taken(self, schema: str) -> set[str]:
        """Return the folded names of all objects of a schema, constraints included."""
        taken = set()
        for table in (each for each in self.tables if each.schema.casefold() == schema.casefold()):
            parts = [table.name, *(each.default_name for each in table.columns if each.default_name)]
            parts += [each.name for each in table.keys if not each.kind.endswith("INDEX")]
            parts += [each.name for each in table.foreign_keys] + [each.name for each in table.checks]
            taken |= {part.casefold() for part in parts}
        return taken | {each.name.casefold() for each in self.views if each.schema.casefold() == schema.casefold()}

    def dump(self) -> str:
        """Return it as JSON."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def load(cls, text: str) -> Model:
        """Return what `dump` wrote."""
        return build(cls, json.loads(text))


def build(kind: type[T], value: Any) -> T:
    """Return a dataclass, with all that is inside it, from what `dataclasses.asdict` made of it."""
    return typing.cast(T, _build(kind, value))


def _build(kind: Any, value: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin is list:
        (inner,) = typing.get_args(kind)
        return [_build(inner, each) for each in value]
    if origin is tuple:
        return tuple(value)
    if origin in (dict, Literal) or origin is types.UnionType:
        if origin is dict:
            inner = typing.get_args(kind)[1]
            return {key: _build(inner, each) for key, each in value.items()}
        return value
    if dataclasses.is_dataclass(kind):
        hints = _hints(typing.cast(type, kind))
        return kind(**{name: _build(hints[name], each) for name, each in value.items()})  # type: ignore[operator]  # a class, says is_dataclass
    return value


FIXED_ROLES = (
    "db_owner", "db_accessadmin", "db_securityadmin", "db_ddladmin", "db_backupoperator",
    "db_datareader", "db_datawriter", "db_denydatareader", "db_denydatawriter",
)  # fmt: skip
PUBLIC, DBO, GUEST = 0, 1, 2


def new_model(collation: str, owner_sid: str, now: str) -> Model:
    """Return what a database knows when it was just created."""
    principals = [
        Principal(PUBLIC, "public", "R", default_schema="", created=now),
        Principal(DBO, "dbo", "S", owner_sid, created=now),
        Principal(GUEST, "guest", "S", "00", "guest", created=now),
        Principal(3, "INFORMATION_SCHEMA", "S", default_schema="", created=now),
        Principal(4, "sys", "S", default_schema="", created=now),
        *(
            Principal(16384 + n, name, "R", default_schema="", created=now, fixed=True)
            for n, name in enumerate(FIXED_ROLES)
        ),
    ]
    schemas = [SchemaInfo(n, name, n) for n, name in enumerate(("dbo", "guest", "INFORMATION_SCHEMA", "sys"), start=1)]
    schemas += [SchemaInfo(each.id, each.name, each.id) for each in principals if each.fixed]
    connect = Permission(DBO, "DATABASE", 0, "CONNECT", "GRANT")
    return Model(collation, principals=principals, schemas=schemas, permissions=[connect])
