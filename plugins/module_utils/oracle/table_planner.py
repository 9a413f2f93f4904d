# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A table: from what is to what is declared. Pure.

Columns are added and widened. What could lose something, or shut something out, is only planned on request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import listed, quoted, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.sql_text import literal, normalised
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_catalogue import Constraint
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_columns import CHARACTERS, Column
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_declaration import DeclaredTable
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change, MissingPrerequisite, Problem


@dataclass(frozen=True)
class FoundTable:
    """What of the database a plan depends on."""

    exists: bool
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    comments: Mapping[str | None, str] = field(default_factory=dict)
    rows: int = 0
    missing_parents: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class TableChange(Change):
    """What becomes of a part of a table."""

    statement: str = ""


def plan_table(declared: DeclaredTable, found: FoundTable) -> list[TableChange]:
    """Return the changes in the order of application.

    Raises:
        MissingPrerequisite: a table that a foreign key refers to is not there.
        Problem: something would have to be narrowed or dropped, and nobody asked for it; all of it is named.
    """
    item = f"table {shown(declared.schema, declared.name)}"
    if not declared.present:
        return [_drop(declared, found, item)] if found.exists else []
    if found.missing_parents:
        raise MissingPrerequisite(
            "a foreign key refers to what is not there",
            where=item,
            found=listed(shown(*each) for each in found.missing_parents),
            remedy="Create it first.",
        )
    planner = _Planner(declared, found, item)
    changes = list(planner.changes()) if found.exists else [planner.create()]
    changes += planner.comments()
    if planner.refused:
        raise Problem(
            "the table has more, or other things, than are declared, and they are not narrowed or dropped unasked",
            where=item,
            found="; ".join(planner.refused),
            remedy="Correct the declaration, or ask for it (allow_narrowing, drop_constraints).",
        )
    return changes


def _drop(declared: DeclaredTable, found: FoundTable, item: str) -> TableChange:
    if found.rows and not declared.drop_rows:
        raise Problem(
            "it is refused to drop a table that has rows",
            where=item,
            found=f"{found.rows} rows",
            remedy="Empty it first, or say drop_rows: true.",
        )
    before = {"columns": [each.name for each in found.columns], "rows": found.rows}
    return TableChange(item, "delete", before, None, f"DROP TABLE {quoted(declared.schema, declared.name)}")


def definition(column: Column) -> str:
    """Return a column as CREATE TABLE has it."""
    default = "" if column.default is None else f" DEFAULT {column.default}"
    return f"{quoted(column.name)} {column.declared}{default}{'' if column.nullable else ' NOT NULL'}"


def constraint_definition(constraint: Constraint) -> str:
    """Return a constraint as CREATE TABLE has it."""
    columns = f"({', '.join(map(quoted, constraint.columns))})"
    match constraint.type:
        case "P":
            text = f"PRIMARY KEY {columns}"
        case "U":
            text = f"UNIQUE {columns}"
        case "C":
            text = f"CHECK ({constraint.condition})"
        case _:
            parent = quoted(*(constraint.parent or ()))
            rule = f" ON DELETE {constraint.delete_rule}" if constraint.delete_rule != "NO ACTION" else ""
            referred = ", ".join(map(quoted, constraint.parent_columns))
            text = f"FOREIGN KEY {columns} REFERENCES {parent} ({referred}){rule}"
    return f"CONSTRAINT {quoted(constraint.name)} {text}"


def same_constraint(one: Constraint, other: Constraint) -> bool:
    """Return whether two constraints demand the same, whatever they are called."""
    if one.type != other.type or not (one.enabled and other.enabled):
        return False
    if one.type == "C":
        return normalised(one.condition or "") == normalised(other.condition or "")
    return (one.columns, one.parent, one.parent_columns, one.delete_rule) == (
        other.columns,
        other.parent,
        other.parent_columns,
        other.delete_rule,
    )


def widens(before: Column, after: Column) -> bool | None:
    """Return whether a type holds all that another holds; None if no ALTER TABLE leads from one to the other."""
    if before.family in CHARACTERS and after.family == before.family:
        if before.in_characters and not after.in_characters:
            return after.length >= 4 * before.length  # a character takes up to four octets
        return after.length >= before.length
    if before.family == after.family == "NUMBER":
        return _widens_number(before, after)
    if before.family in ("DATE", "TIMESTAMP") and after.family in ("DATE", "TIMESTAMP"):
        return before.type == after.type or (after.family == "TIMESTAMP" and (after.scale or 0) >= (before.scale or 0))
    return True if before.declared == after.declared else None


def _widens_number(before: Column, after: Column) -> bool:
    if after.precision is None:
        return after.scale is None or before.scale == 0
    if before.precision is None:
        return before.scale is not None and after.precision - (after.scale or 0) >= 38
    whole = after.precision - (after.scale or 0) >= before.precision - (before.scale or 0)
    return whole and (after.scale or 0) >= (before.scale or 0)


class _Planner:
    def __init__(self, declared: DeclaredTable, found: FoundTable, item: str) -> None:
        self.declared, self.found, self.item = declared, found, item
        self.table = quoted(declared.schema, declared.name)
        self.refused: list[str] = []

    def create(self) -> TableChange:
        parts = [definition(each) for each in self.declared.columns]
        parts += [constraint_definition(each) for each in self.declared.constraints]
        text = ",\n  ".join(parts)
        return TableChange(self.item, "create", None, parts, f"CREATE TABLE {self.table} (\n  {text}\n)")

    def changes(self) -> Iterator[TableChange]:
        present = {each.name: each for each in self.found.columns}
        for column in self.declared.columns:
            before = present.get(column.name)
            if before is None:
                yield self._added(column)
            else:
                yield from self._modified(before, column)
        yield from self._constraints()
        declared = {each.name for each in self.declared.columns}
        for column in self.found.columns if self.declared.drop_columns else ():
            if column.name not in declared:
                item = f"{self.item} column {shown(column.name)}"
                statement = f"ALTER TABLE {self.table} DROP ({quoted(column.name)})"
                yield TableChange(item, "delete", definition(column), None, statement)

    def _added(self, column: Column) -> TableChange:
        if column.required and self.found.rows:
            self.refused.append(
                f"column {shown(column.name)} is new and not nullable, and has no default for {self.found.rows} rows"
            )
        text = definition(column)
        item = f"{self.item} column {shown(column.name)}"
        return TableChange(item, "create", None, text, f"ALTER TABLE {self.table} ADD ({text})")

    def _modified(self, before: Column, after: Column) -> Iterator[TableChange]:
        parts = []
        wide = widens(before, after)
        if before.declared != after.declared:
            if wide is None:
                self.refused.append(
                    f"column {shown(after.name)} is {before.declared}, which cannot become {after.declared} in place"
                )
            elif not wide and not self.declared.allow_narrowing:
                self.refused.append(
                    f"column {shown(after.name)} would be narrowed from {before.declared} to {after.declared}"
                )
            parts.append(after.declared)
        if normalised(before.default or "NULL") != normalised(after.default or "NULL"):
            parts.append(f"DEFAULT {after.default or 'NULL'}")
        if before.nullable != after.nullable:
            if not after.nullable and not self.declared.allow_narrowing:
                self.refused.append(f"column {shown(after.name)} takes no value now, and would have to have one")
            parts.append("NULL" if after.nullable else "NOT NULL")
        if parts:
            text = " ".join((quoted(after.name), *parts))
            item = f"{self.item} column {shown(after.name)}"
            statement = f"ALTER TABLE {self.table} MODIFY ({text})"
            yield TableChange(item, "update", definition(before), definition(after), statement)

    def _constraints(self) -> Iterator[TableChange]:
        found = list(self.found.constraints)
        kept: set[str] = set()
        missing = []
        for constraint in self.declared.constraints:
            same = [each for each in found if same_constraint(each, constraint)]
            match = next((each for each in same if each.name == constraint.name), next(iter(same), None))
            if match is not None:
                kept.add(match.name)
            else:
                missing.append(constraint)
        added = {each.name for each in missing}
        primary = any(each.type == "P" for each in missing)
        for each in found:
            in_the_way = each.name in added or (each.type == "P" and primary)
            if each.name in kept or not (in_the_way or self.declared.drop_constraints):
                continue
            item = f"{self.item} constraint {shown(each.name)}"
            if not self.declared.drop_constraints:
                self.refused.append(f"constraint {shown(each.name)} is another one: {constraint_definition(each)}")
            statement = f"ALTER TABLE {self.table} DROP CONSTRAINT {quoted(each.name)}"
            yield TableChange(item, "delete", constraint_definition(each), None, statement)
        for each in missing:
            text = constraint_definition(each)
            item = f"{self.item} constraint {shown(each.name)}"
            yield TableChange(item, "create", None, text, f"ALTER TABLE {self.table} ADD {text}")

    def comments(self) -> Iterator[TableChange]:
        for column, text in self.declared.comments.items():
            before = self.found.comments.get(column, "")
            if before != text:
                what = f"TABLE {self.table}" if column is None else f"COLUMN {self.table}.{quoted(column)}"
                item = f"{self.item} comment" + ("" if column is None else f" on {shown(column)}")
                statement = f"COMMENT ON {what} IS {literal(text)}"
                yield TableChange(item, "update" if before else "create", before or None, text or None, statement)


def warnings_for(declared: DeclaredTable, found: FoundTable) -> list[str]:
    """Return what the table has that nobody declares, and the task leaves alone."""
    if not declared.present or not found.exists:
        return []
    name, warnings = shown(declared.schema, declared.name), []
    columns = [each.name for each in found.columns if each.name not in {column.name for column in declared.columns}]
    if columns and not declared.drop_columns:
        warnings.append(f"Table {name} has columns that nobody declares: {listed(map(shown, columns))}.")
    others = [
        each.name for each in found.constraints if not any(same_constraint(each, own) for own in declared.constraints)
    ]
    if others and not declared.drop_constraints:
        warnings.append(f"Table {name} has constraints that nobody declares: {listed(map(shown, others))}.")
    return warnings
