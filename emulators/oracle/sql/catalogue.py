# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What names of tables and views mean to a session, and whether it may use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.oracle.dictionary.registry import VIEWS, dictionary_name
from emulators.oracle.engine import rights
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.model import SYS, Model
from emulators.oracle.engine.schema_objects import SchemaObject, Table, View
from emulators.oracle.sql import tree
from emulators.oracle.sql.bind_queries import QueryBinder
from emulators.oracle.sql.scope import BoundQuery, ColumnSource, SourceInfo

if TYPE_CHECKING:
    from emulators.oracle.engine.instance import Instance

_DEEPEST = 40


class Catalogue:
    """The names of one statement."""

    def __init__(self, instance: Instance, user: str, schema: str, *, definer: bool = False, depth: int = 0) -> None:
        """Begin.

        Args:
            instance: the database.
            user: in whose name tables are read.
            schema: where names without one are looked up.
            definer: whether it is a view's text that is bound: then only direct grants count.
            depth: how many views are around it.
        """
        self.instance, self.user, self.schema = instance, user, schema
        self._definer, self._depth = definer, depth
        self.dictionary: set[str] = set()
        """The views of the dictionary that are used."""
        self.uses: list[tuple[str, str]] = []
        """Owner and name of the tables and views that are used by name."""

    @property
    def model(self) -> Model:
        """What the database knows."""
        return self.instance.model

    def find(self, name: tree.Name, at: int = 0) -> SchemaObject:
        """Return a table or a view that the user may know of. Raises OracleError 942."""
        if len(name) > 2:
            raise refused(f"names of {len(name)} parts", at)
        owner = name[0] if len(name) == 2 else self.schema
        found = self.model.object(owner, name[-1])
        if found is None or not rights.visible(self.model, self.user, found):
            raise OracleError(942, position=at)
        return found

    def resolve(self, binder: QueryBinder, node: tree.Table) -> SourceInfo:
        """Return what a name in a FROM is. Raises OracleError."""
        owner = node.name[0] if len(node.name) == 2 else self.schema
        found = self.model.object(owner, node.name[-1]) if len(node.name) <= 2 else None
        if found is None:
            name = dictionary_name(node.name)
            if name is not None:
                return self._dictionary(binder, node, name)
            if len(node.name) == 1 or node.name[0] == SYS:
                _refuse_unknown(node)
        try:
            found = self.find(node.name, node.at)
            rights.check(self.model, self.user, "SELECT", found, direct=self._definer)
        except OracleError as error:
            error.position = node.at
            raise
        key = (found.owner, found.name)
        if key not in self.uses:
            self.uses.append(key)
        if isinstance(found, Table):
            return table_source(found, binder.alias(), node.alias)
        query = self._view(found)
        info = binder.derived(query, node.alias, key)
        self.dictionary |= self.instance.dictionary_of.get(key, set())
        return info

    def _dictionary(self, binder: QueryBinder, node: tree.Table, name: str) -> SourceInfo:
        view = VIEWS[name]
        if view.restricted and not rights.sees_dictionary(self.model, self.user, name):
            raise OracleError(942, position=node.at)
        self.dictionary.add(name)
        alias = binder.alias()
        columns = tuple(ColumnSource(column, f"{alias}.k{at}", kind) for at, (column, kind) in enumerate(view.columns))
        return SourceInfo(f'temp."d_{name}" AS {alias}', node.alias, (SYS, name), columns)

    def _view(self, view: View) -> BoundQuery:
        if self._depth > _DEEPEST:
            raise refused(f"views of more than {_DEEPEST} levels")
        if view.status == "INVALID":
            self.instance.recompile(view)
            if view.status == "INVALID":
                raise OracleError(4063, f'view "{view.owner}.{view.name}"')
        return self.instance.view_query(view, self._depth + 1)


def _refuse_unknown(node: tree.Table) -> None:
    """Raise OracleError for a view that Oracle's dictionary has and this one has not."""
    if node.name[-1].startswith(("ALL_", "DBA_", "USER_", "V$", "V_$", "GV$", "X$")):
        raise refused(f"the view {node.name[-1]} of the dictionary", node.at)


def table_source(table: Table, alias: str, given: str, prefix: str = "") -> SourceInfo:
    """Return a table as a source; `prefix` instead of the alias stands before its columns."""
    columns = tuple(
        ColumnSource(each.name, f'{prefix or alias}."c{each.id}"', each.type, each.nullable) for each in table.columns
    )
    return SourceInfo(f"{table.storage} AS {alias}", given, (table.owner, table.name), columns)
