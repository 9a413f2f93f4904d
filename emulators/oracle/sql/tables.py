# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CREATE, DROP and TRUNCATE TABLE, and LOCK TABLE."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from emulators.oracle.engine import rights
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.model import Model
from emulators.oracle.engine.schema_objects import Column, Constraint, Table
from emulators.oracle.engine.types import LONG
from emulators.oracle.sql import physical
from emulators.oracle.sql.ddl import changes_table, existing, in_schema, owned
from emulators.oracle.sql.queries import waiting
from emulators.oracle.sql.registry import Action, statement
from emulators.oracle.sql.scope import inner
from emulators.oracle.sql.table_grammar import ColumnSpec, ConstraintSpec, column, out_of_line, tablespace
from emulators.oracle.sql.tokens import Words
from emulators.oracle.sql.tree import Column as ColumnNode
from emulators.oracle.sql.views import forget

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session


@statement("CREATE", "TABLE")
def create_table(words: Words) -> Action:
    """Read CREATE TABLE."""
    name = words.qualified()
    if words.sees("AS"):
        raise refused("CREATE TABLE ... AS SELECT", words.next.position)
    words.expect("(", number=906)
    columns: list[ColumnSpec] = []
    constraints: list[ConstraintSpec] = []
    while True:
        spec = out_of_line(words)
        if spec is not None:
            constraints.append(spec)
        else:
            columns.append(column(words))
        if not words.skip(","):
            break
    words.expect(")")
    place = tablespace(words)

    def run(session: Session, model: Model) -> None:
        owner, last = owned(session, name)
        in_schema(session, model, owner, "CREATE TABLE", "CREATE ANY TABLE")
        if model.object(owner, last) is not None:
            raise OracleError(955)
        space = place or model.users[owner].default_tablespace
        if space not in model.tablespaces:
            raise OracleError(959, message=f"tablespace '{space}' does not exist")
        now = time.time()
        table = Table(model.new_id(), owner, last, now, now, tablespace=space)
        for each in columns:
            add_column(table, each)
        if sum(each.type == LONG for each in table.columns) > 1:
            raise OracleError(1754, message="a table may contain only one column of type LONG")
        for each in columns:
            for constraint in each.constraints:
                add_constraint(session, model, table, constraint)
        for constraint in constraints:
            add_constraint(session, model, table, constraint)
        model.objects[owner, last] = table
        model.touch_object(table)
        physical.create(session.database, model, table)
        _guard_parents(session, model, table)

    return changes_table(name, run, must_exist=False)


def _guard_parents(session: Session, model: Model, table: Table) -> None:
    for parent in {id(found): found for found in _parents(model, table)}.values():
        if parent is not table:
            physical.guard(session.database, model, parent)


def _parents(model: Model, table: Table) -> list[Table]:
    return [physical.parent_of(model, each)[0] for each in table.constraints if each.kind == "R"]


def add_column(table: Table, spec: ColumnSpec) -> Column:
    """Give a table a column. Raises OracleError 957."""
    if table.column(spec.name) is not None:
        raise OracleError(957)
    if spec.type is None:
        raise OracleError(902)
    found = Column(table.next_column, spec.name, spec.type, spec.nullable is not False, spec.default or "")
    table.next_column += 1
    table.columns.append(found)
    return found


def add_constraint(session: Session, model: Model, table: Table, spec: ConstraintSpec) -> Constraint:
    """Give a table a constraint. Raises OracleError."""
    for each in spec.columns:
        if table.column(each) is None:
            raise OracleError(904, f'"{each}"')
    if spec.name and model.constraint(table.owner, spec.name) is not None:
        raise OracleError(2264)
    if spec.name and any(each.name == spec.name for each in table.constraints):
        raise OracleError(2264)
    if spec.kind in ("P", "U") and not rights.may(model, session.user, "INDEX", table):
        raise OracleError(1031)  # its index is created with it
    number = model.new_id()
    found = Constraint(
        number, spec.name or f"SYS_C{number:09}", "C" if spec.kind == "NOT NULL" else spec.kind, list(spec.columns),
        spec.condition, generated=not spec.name, delete_rule=spec.delete_rule,
    )  # fmt: skip
    match spec.kind:
        case "NOT NULL":
            found.not_null, found.condition = True, f'"{spec.columns[0]}" IS NOT NULL'
        case "P":
            if table.primary_key is not None:
                raise OracleError(2260)
            for each in spec.columns:
                column_of(table, each).nullable = False
        case "R":
            _reference(session, model, table, found, spec)
        case "C":
            found.columns = found.columns or _mentioned(table, spec.condition)
            physical.condition(table, spec.condition, "x")
    if spec.kind in ("P", "U") and any(
        each.kind in "PU" and each.columns == spec.columns for each in table.constraints
    ):
        raise OracleError(2261)
    table.constraints.append(found)
    return found


def _mentioned(table: Table, condition: str) -> list[str]:
    from emulators.oracle.sql.expressions import expression  # noqa: PLC0415

    found: list[str] = []

    def visit(node: object) -> None:
        if isinstance(node, ColumnNode) and table.column(node.name[-1]) and node.name[-1] not in found:
            found.append(node.name[-1])
        for each in inner(node):
            visit(each)

    visit(expression(Words(condition)))
    return found


def column_of(table: Table, name: str) -> Column:
    """Return a column. Raises OracleError 904."""
    found = table.column(name)
    if found is None:
        raise OracleError(904, f'"{name}"')
    return found


def _reference(session: Session, model: Model, table: Table, found: Constraint, spec: ConstraintSpec) -> None:
    key = owned(session, spec.parent)
    parent = table if key == (table.owner, table.name) else existing(session, model, spec.parent)
    if not isinstance(parent, Table):
        raise OracleError(2270)
    if parent.owner != table.owner:
        rights.check(model, table.owner, "REFERENCES", parent, direct=True)
    keys = [
        each for each in parent.constraints
        if (each.kind == "P" and not spec.parent_columns)
        or (each.kind in "PU" and sorted(each.columns) == sorted(spec.parent_columns))
    ]  # fmt: skip
    if not keys:
        raise OracleError(2270 if spec.parent_columns else 2268, message=None if spec.parent_columns else
                          "referenced table does not have a primary key")  # fmt: skip
    if len(keys[0].columns) != len(spec.columns):
        raise OracleError(2256, message="number of referencing columns must match referenced columns")
    if spec.parent_columns:
        # in the order of the key
        pairs = dict(zip(spec.parent_columns, spec.columns, strict=True))
        found.columns = [pairs[each] for each in keys[0].columns]
    for own, theirs in zip(found.columns, keys[0].columns, strict=True):
        if column_of(table, own).type.name != column_of(parent, theirs).type.name:
            raise OracleError(2267, message="column type incompatible with referenced column type")
    found.parent_owner, found.parent = parent.owner, keys[0].name


@statement("DROP", "TABLE")
def drop_table(words: Words) -> Action:
    """Read DROP TABLE."""
    name = words.qualified()
    cascade = words.skip("CASCADE", "CONSTRAINTS")
    words.skip("PURGE")
    words.done()

    def run(session: Session, model: Model) -> None:
        table = _table(session, model, name)
        if table.owner != session.user:
            rights.demand(model, session.user, "DROP ANY TABLE")
        drop(session, model, table, cascade=cascade)

    return changes_table(name, run)


def drop(session: Session, model: Model, table: Table, *, cascade: bool) -> None:
    """Drop a table. Raises OracleError 2449: others refer to it."""
    children = [(child, key) for child, key in model.children(table) if child is not table]
    if children and not cascade:
        raise OracleError(2449)
    parents = [each for each in _parents(model, table) if each is not table]
    forget(model, table.owner, table.name)
    session.instance.invalidate(table.owner, table.name)
    physical.drop(session.database, table)
    for child, key in children:
        child.constraints.remove(key)
        model.touch_object(child)
        physical.guard(session.database, model, child)
    for parent in parents:
        physical.guard(session.database, model, parent)


def _table(session: Session, model: Model, name: tuple[str, ...]) -> Table:
    found = existing(session, model, name)
    if not isinstance(found, Table):
        raise OracleError(942)
    return found


@statement("TRUNCATE", "TABLE")
def truncate_table(words: Words) -> Action:
    """Read TRUNCATE TABLE."""
    name = words.qualified()
    for option in (("DROP", "STORAGE"), ("REUSE", "STORAGE")):
        words.skip(*option)
    words.done()

    def run(session: Session, model: Model) -> None:
        table = _table(session, model, name)
        if table.owner != session.user:
            rights.demand(model, session.user, "DROP ANY TABLE")
        if any(child is not table for child, _key in model.children(table)):
            raise OracleError(2266, message="unique/primary keys in table referenced by enabled foreign keys")
        session.database.execute(f"DELETE FROM {table.storage}")

    return changes_table(name, run)


@statement("LOCK", "TABLE")
def lock_table(words: Words) -> Action:
    """Read LOCK TABLE."""
    name = words.qualified()
    words.expect("IN")
    if not words.sees_any(("EXCLUSIVE", "SHARE")):
        raise refused(f"LOCK TABLE ... IN {words.next.text} MODE", words.next.position)
    if words.skip("SHARE"):
        words.expect("ROW")
    words.expect("EXCLUSIVE", "MODE")
    wait = waiting(words)
    words.done()

    def run(session: Session) -> None:
        with session.instance.lock:
            table = _table(session, session.instance.model, name)
            rights.check(session.instance.model, session.user, "LOCK", table)
        session.begin(table, wait=None if wait is None else float(wait), alone=True)

    return run
