# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What names mean to a session: tables, views and system views of the current database, and of others by their
names."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.bind import quoted
from emulators.sql.engine.bind_changes import table_source
from emulators.sql.engine.bind_queries import QueryBinder
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.instance import DatabaseInfo
from emulators.sql.engine.model import TableInfo, ViewInfo
from emulators.sql.engine.scope import Bound, ColumnSource, Scope, SourceInfo
from emulators.sql.engine.types import SqlType
from emulators.sql.tsql import builtins, security
from emulators.sql.tsql.queries import Queries
from emulators.sql.tsql.views import VIEWS, columns_of, temporary

if TYPE_CHECKING:
    from emulators.sql.engine.bind import Binder
    from emulators.sql.tsql.session import Session


@functools.lru_cache(maxsize=1024)
def parse_expression(text: str) -> tree.Expression:
    """Return the tree of an expression. Raises SqlError 102."""
    words = Queries(text)
    found = words.expression()
    if words.token.kind != "end":
        raise words.unexpected()
    return found


@functools.lru_cache(maxsize=256)
def parse_query(text: str) -> tree.Query:
    """Return the tree of a query. Raises SqlError 102."""
    words = Queries(text)
    found = words.query()
    if words.token.kind != "end":
        raise words.unexpected()
    return found


def database_of(session: Session, name: tree.Name) -> tuple[DatabaseInfo, str, str]:
    """Return the database, the schema and the name that a qualified name means. Raises SqlError 208."""
    *qualifier, last = name
    if len(qualifier) > 2:
        raise refused("names of other servers")
    database = session.database
    if len(qualifier) == 2 and qualifier[0]:
        found = session.instance.state.database(qualifier[0])
        if found is None:
            raise invalid(name)
        database = found
    schema = qualifier[-1] if qualifier else ""
    return database, schema, last


def invalid(name: tree.Name) -> SqlError:
    """Return the error for a name that means nothing."""
    return SqlError(208, f"Invalid object name '{'.'.join(name)}'.")


def find_table(session: Session, name: tree.Name) -> TableInfo | ViewInfo | None:
    """Return the table or view of the current database that a name means. Raises SqlError if it is in another."""
    database, schema, last = database_of(session, name)
    if last.startswith("#"):
        raise refused("temporary tables")
    if database is not session.database:
        raise refused(f"rows of another database than the current one ({'.'.join(name)})")
    model = session.model
    if schema:
        return model.object(schema, last)
    return model.object(session.user.default_schema or "dbo", last) or model.object("dbo", last)


_OF_THE_SERVER = (
    "msdb.", "sys.configurations", "sys.databases", "sys.dm_", "sys.fn_", "sys.master_files", "sys.server_",
    "sys.sql_logins",
)  # fmt: skip
"""Views whose names compare by the server's collation; those of the others by their database's (error 468)."""


class SessionCatalogue:
    """A session's answers to a binder."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.views: set[tuple[int, str]] = set()
        """The system views that are used, with their databases."""
        self._inside_view = 0

    @property
    def collation(self) -> str:
        """The collation of the current database."""
        return self.session.database.collation

    def source(self, binder: QueryBinder, table: tree.Table) -> SourceInfo:
        """Return what a name in a FROM is. Raises SqlError 208."""
        database, schema, last = database_of(self.session, table.name)
        if (key := system_name(database, schema, last)) is not None:
            return self._system(database, key, table)
        found = find_table(self.session, table.name)
        if found is None:
            raise invalid(table.name)
        if not self._inside_view:
            security.require(self.session, "SELECT", found)
        if isinstance(found, ViewInfo):
            self._inside_view += 1
            try:
                query = binder.query(parse_query(found.text))
            finally:
                self._inside_view -= 1
            return binder.derived(query, table.alias or found.name, tuple(found.columns))
        alias = quoted(table.alias or "/".join(table.name))
        info = table_source(found, alias, table.name)
        return SourceInfo(f"{found.storage} AS {alias}", table.alias, table.name, info.columns)

    def _system(self, database: DatabaseInfo, key: str, table: tree.Table) -> SourceInfo:
        if database is not self.session.database:
            self.session.enter(database)
        self.views.add((database.id, key))
        alias = quoted(table.alias or "/".join(table.name))
        collation = self.session.instance.state.collation if key.startswith(_OF_THE_SERVER) else database.collation
        columns = tuple(
            ColumnSource(name, f"{alias}.{quoted(name)}", kind) for name, kind in columns_of(key, collation)
        )
        return SourceInfo(f"{temporary(database, key)} AS {alias}", table.alias, table.name, columns)

    def target(self, name: tree.Name) -> TableInfo:
        """Return the table that a statement changes. Raises SqlError 208."""
        database, schema, last = database_of(self.session, name)
        if system_name(database, schema, last) is not None:
            raise SqlError(259, "Ad hoc updates to system catalogs are not allowed.")
        found = find_table(self.session, name)
        if isinstance(found, ViewInfo):
            raise refused("changes of rows through a view")
        if found is None:
            raise invalid(name)
        return found

    def variable(self, name: str) -> SqlType:
        """Return the type of a variable. Raises SqlError 137."""
        return self.session.variable_type(name)

    def expression(self, text: str) -> tree.Expression:
        """Return the tree of an expression that is kept as text."""
        return parse_expression(text)

    def uses(self, permission: str, table: TableInfo) -> None:
        """Check a permission. Raises SqlError 229."""
        security.require(self.session, permission, table)

    def identity_insert(self, table: TableInfo) -> bool:
        """Return whether IDENTITY_INSERT is on for a table."""
        return self.session.table_for_identity(table)

    def function(self, binder: Binder, call: tree.Call, scope: Scope) -> Bound:
        """Return a function. Raises SqlError 195."""
        return builtins.function(binder, call, scope)


def system_name(database: DatabaseInfo, schema: str, last: str) -> str | None:
    """Return the key of a system view, None if the name is of none. Raises SqlError if it is one that is not
    emulated."""
    lower = schema.lower()
    if lower in ("sys", "information_schema"):
        key = f"{lower}.{last.lower()}"
        if key not in VIEWS:
            raise refused(f"the view {schema}.{last}")
        return key
    key = f"msdb.{last.lower()}"
    if database.name == "msdb" and lower in ("dbo", "") and key in VIEWS:
        return key
    return None
