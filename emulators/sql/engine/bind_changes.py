# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""INSERT, UPDATE and DELETE as SQLite has them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.bind import quoted
from emulators.sql.engine.bind_queries import QueryBinder
from emulators.sql.engine.convert import converter
from emulators.sql.engine.errors import SqlError
from emulators.sql.engine.functions import call, spell
from emulators.sql.engine.model import ColumnInfo, TableInfo
from emulators.sql.engine.scope import Bound, ColumnSource, Scope, SourceInfo
from emulators.sql.engine.types import NULL, UNKNOWN


@dataclass(frozen=True)
class BoundChange:
    """A change of rows in SQLite's language."""

    sql: str
    table: TableInfo
    kind: str
    """INSERT, UPDATE or DELETE."""
    columns: tuple[Bound, ...] = ()
    """What OUTPUT returns."""


def table_source(table: TableInfo, alias: str, name: tree.Name) -> SourceInfo:
    """Return a table as a source under a name that is SQLite's for it there."""
    columns = tuple(
        ColumnSource(
            each.name, f"{alias}.{quoted(each.name)}", each.type, each.nullable, each.identity, bool(each.computed)
        )
        for each in table.columns
    )
    return SourceInfo(table.storage, "", name, columns)


class ChangeBinder(QueryBinder):
    """Binds changes of rows."""

    def insert(self, node: tree.Insert) -> BoundChange:
        """Return an INSERT. Raises SqlError."""
        table = self.catalogue.target(node.table)
        self.catalogue.uses("INSERT", table)
        wanted = [self._wanted(table, name) for name in node.columns] if node.columns else self._all(table)
        names = [each.name for each in wanted]
        if len(set(names)) < len(names):
            raise SqlError(
                264, "The column name is specified more than once in the SET clause or column list of an INSERT."
            )
        others = [each for each in table.columns if each.name not in names and not each.computed]
        if node.rows is None:
            others = [each for each in table.columns if not each.computed]
            names, rows = [], list[list[str]]([[]])
        elif isinstance(node.rows.body, tree.Rows) and not node.rows.tables:
            for row in node.rows.body.rows:
                self._fits(node, len(wanted), len(row))
            rows = [self._row(table, wanted, row) for row in node.rows.body.rows]
        else:
            return self._insert_query(node, table, wanted, others)
        filled = [self._left_out(table, each) for each in others]
        listed = ", ".join(quoted(name) for name in [*names, *(each.name for each in others)])
        values = ", ".join(f"({', '.join([*row, *filled])})" for row in rows)
        sql = f"INSERT INTO {table.storage} ({listed}) VALUES {values}"
        output, columns = self._output(node.output, table, "INSERTED")
        return BoundChange(sql + output, table, "INSERT", columns)

    def _insert_query(
        self, node: tree.Insert, table: TableInfo, wanted: list[ColumnInfo], others: list[ColumnInfo]
    ) -> BoundChange:
        assert node.rows is not None  # noqa: S101 (the caller has looked)
        query = self.query(node.rows)
        self._fits(node, len(wanted), len(query.columns))
        self._same_number(len(wanted), len(query.columns), more=120, fewer=121)
        names = [f"c{n}" for n in range(len(wanted))]
        items = [
            self._assigned(replace(bound, sql=f'"q"."{name}"', variable=""), table, column)
            for bound, column, name in zip(query.columns, wanted, names, strict=True)
        ]
        items += [self._left_out(table, each) for each in others]
        listed = ", ".join(quoted(each.name) for each in [*wanted, *others])
        output, columns = self._output(node.output, table, "INSERTED")
        source = f'SELECT {", ".join(items)} FROM ({self.named(query, names)}) AS "q" WHERE true'
        return BoundChange(f"INSERT INTO {table.storage} ({listed}) {source}{output}", table, "INSERT", columns)

    def update(self, node: tree.Update) -> BoundChange:
        """Return an UPDATE. Raises SqlError."""
        table, scope, source = self._target(node.target, node.source, node.tables)
        self.catalogue.uses("UPDATE", table)
        pairs = []
        for name, expression in node.changes:
            column = self._changed(table, name)
            if isinstance(expression, tree.Call) and expression.name == "DEFAULT":
                pairs.append((column, self._left_out(table, column)))
            else:
                pairs.append((column, self._assigned(self.value(expression, scope), table, column)))
        if len({column.name for column, _unused in pairs}) < len(pairs):
            raise SqlError(
                264, "The column name is specified more than once in the SET clause or column list of an INSERT."
            )
        versions = [(each, "next_rowversion()") for each in table.columns if each.type.name == "rowversion"]
        where = f" WHERE {self.condition(node.where, scope)}" if node.where is not None else ""
        output, columns = self._output(node.output, table, "INSERTED")
        if source is None:
            sets = ", ".join(f"{quoted(column.name)} = {sql}" for column, sql in [*pairs, *versions])
            return BoundChange(f"UPDATE {table.storage} SET {sets}{where}{output}", table, "UPDATE", columns)
        keys = _row_keys(table)
        alias = self._alias_of(node.target, scope)
        inner = [f"{alias}.{key} AS k{n}" for n, key in enumerate(keys)] + [
            f"{sql} AS v{n}" for n, (_unused, sql) in enumerate(pairs)
        ]
        sets = ", ".join(
            [f'{quoted(column.name)} = "q".v{n}' for n, (column, _unused) in enumerate(pairs)]
            + [f"{quoted(each.name)} = {sql}" for each, sql in versions]
        )
        match = " AND ".join(f'{table.storage}.{key} = "q".k{n}' for n, key in enumerate(keys))
        sql = (
            f'UPDATE {table.storage} SET {sets} FROM (SELECT {", ".join(inner)} FROM {source}{where}) AS "q" '
            f"WHERE {match}{output}"
        )
        return BoundChange(sql, table, "UPDATE", columns)

    def delete(self, node: tree.Delete) -> BoundChange:
        """Return a DELETE. Raises SqlError."""
        table, scope, source = self._target(node.target, node.source, node.tables)
        self.catalogue.uses("DELETE", table)
        where = f" WHERE {self.condition(node.where, scope)}" if node.where is not None else ""
        output, columns = self._output(node.output, table, "DELETED")
        if source is None:
            return BoundChange(f"DELETE FROM {table.storage}{where}{output}", table, "DELETE", columns)
        keys, alias = _row_keys(table), self._alias_of(node.target, scope)
        inner = ", ".join(f"{alias}.{key}" for key in keys)
        match = f"({', '.join(keys)}) IN (SELECT {inner} FROM {source}{where})"
        return BoundChange(f"DELETE FROM {table.storage} WHERE {match}{output}", table, "DELETE", columns)

    def _target(
        self, target: tree.Name, source: tree.Source | None, tables: tuple[tree.CommonTable, ...]
    ) -> tuple[TableInfo, Scope, str | None]:
        """Return the table, what names mean, and what stands after FROM: nothing if it is the table alone."""
        self.common_tables(tables, None)
        scope = Scope()
        if source is None:
            table = self.catalogue.target(target)
            scope.sources.append(table_source(table, table.storage, target))
            return table, scope, None
        sql = self.source(source, scope)
        for each in _tables_of(source):
            if (each.alias or each.name[-1]).casefold() == target[-1].casefold():
                return self.catalogue.target(each.name), scope, sql
        raise SqlError(208, f"Invalid object name '{'.'.join(target)}'.")

    def _alias_of(self, target: tree.Name, scope: Scope) -> str:
        for each in scope.sources:
            if (each.alias or each.name[-1]).casefold() == target[-1].casefold():
                return each.columns[0].sql.rpartition(".")[0]
        raise SqlError(208, f"Invalid object name '{'.'.join(target)}'.")

    def _output(self, items: tuple[tree.Item, ...], table: TableInfo, kind: str) -> tuple[str, tuple[Bound, ...]]:
        if not items:
            return "", ()
        info = replace(table_source(table, table.storage, (kind,)), alias=kind)
        bounds = [each for item in items for each in self._item(item, Scope([info]))]
        return " RETURNING " + ", ".join(each.sql for each in bounds), tuple(bounds)

    def _wanted(self, table: TableInfo, name: str) -> ColumnInfo:
        column = self._changed(table, name, identity=True)
        if column.identity and not self.catalogue.identity_insert(table):
            raise SqlError(
                544,
                f"Cannot insert explicit value for identity column in table '{table.name}' when IDENTITY_INSERT is "
                "set to OFF.",
            )
        return column

    def _changed(self, table: TableInfo, name: str, *, identity: bool = False) -> ColumnInfo:
        column = table.column(name)
        if column is None:
            raise SqlError(207, f"Invalid column name '{name}'.")
        if column.computed:
            raise SqlError(
                271,
                f'The column "{name}" cannot be modified because it is either a computed column or is the result '
                "of a UNION operator.",
            )
        if column.type.name == "rowversion":
            raise SqlError(
                273,
                "Cannot insert an explicit value into a timestamp column. Use INSERT with a column list to "
                "exclude the timestamp column, or insert a DEFAULT into the timestamp column.",
            )
        if column.identity and not identity:
            raise SqlError(8102, f"Cannot update identity column '{name}'.")
        return column

    def _all(self, table: TableInfo) -> list[ColumnInfo]:
        if any(each.identity for each in table.columns) and self.catalogue.identity_insert(table):
            raise SqlError(
                8101,
                f"An explicit value for the identity column in table '{table.name}' can only be specified when a "
                "column list is used and IDENTITY_INSERT is ON.",
            )
        return [each for each in table.columns if each.assignable and not each.identity]

    def _fits(self, node: tree.Insert, columns: int, values: int) -> None:
        if not node.columns and columns != values:
            raise SqlError(213, "Column name or number of supplied values does not match table definition.")

    def _row(self, table: TableInfo, wanted: list[ColumnInfo], row: tuple[tree.Expression, ...]) -> list[str]:
        self._same_number(len(wanted), len(row), more=110, fewer=109)
        items = []
        for expression, column in zip(row, wanted, strict=True):
            if isinstance(expression, tree.Call) and expression.name == "DEFAULT":
                items.append(self._left_out(table, column))
            else:
                items.append(self._assigned(self.value(expression, Scope()), table, column))
        return items

    def _same_number(self, columns: int, values: int, *, more: int, fewer: int) -> None:
        if columns != values:
            raise SqlError(
                more if columns < values else fewer,
                f"There are {'fewer' if columns < values else 'more'} columns in the INSERT statement than values "
                "specified in the VALUES clause.",
                severity=15,
            )

    def _assigned(self, bound: Bound, table: TableInfo, column: ColumnInfo) -> str:
        """Return the SQL of a value brought to the column's type, which it must fit into."""
        if bound.type in (UNKNOWN, NULL):
            sql = self.coerce(bound, column.type).sql
        elif {"varbinary", "binary"} & {column.type.name} and bound.type.is_string:
            raise SqlError(
                257,
                f"Implicit conversion from data type {bound.type.name} to {column.type.name} is not allowed. Use "
                "the CONVERT function to run this query.",
            )
        elif converter(bound.type, column.type, cut=False) is None:
            sql = bound.sql
        else:
            sql = call(
                "assign",
                (spell(bound.type), spell(column.type), f"{table.schema}.{table.name}", column.name),
                bound.sql,
            )
        return f"seen_identity({table.id}, {sql})" if column.identity else sql

    def _left_out(self, table: TableInfo, column: ColumnInfo) -> str:
        """Return what a column gets for which a statement has no value."""
        if column.identity:
            return f"next_identity({table.id})"
        if column.type.name == "rowversion":
            return "next_rowversion()"
        if column.default:
            return self._assigned(self.value(self.catalogue.expression(column.default), Scope()), table, column)
        return "NULL"


def _tables_of(source: tree.Source) -> list[tree.Table]:
    match source:
        case tree.Table():
            return [source]
        case tree.Join():
            return _tables_of(source.left) + _tables_of(source.right)
        case _:
            return []


def _row_keys(table: TableInfo) -> list[str]:
    """Return the SQLite columns that identify a row."""
    key = table.primary_key
    return [quoted(name) for name in key.columns] if key else ["rowid"]
