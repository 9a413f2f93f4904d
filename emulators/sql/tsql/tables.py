# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CREATE and DROP of tables, schemas, indexes and views; TRUNCATE TABLE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.sql.engine import storage
from emulators.sql.engine.bind_changes import ChangeBinder
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.instance import now_text
from emulators.sql.engine.model import Model, SchemaInfo, TableInfo, ViewInfo
from emulators.sql.tsql import security
from emulators.sql.tsql.batch import Action, Batch, statement
from emulators.sql.tsql.catalogue import SessionCatalogue, find_table, parse_query
from emulators.sql.tsql.table_grammar import table_parts

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session
from emulators.sql.tsql.table_model import add_column, add_constraint, check_free, place, row_expression


@statement("CREATE", "TABLE")
def create_table(words: Batch) -> Action:
    """CREATE TABLE name (columns and constraints)."""
    name = words.name()
    columns, constraints = table_parts(words)
    if words.take("ON"):
        words.identifier()
    if words.is_word("WITH") and words.ahead(1).value == "(":
        raise refused("CREATE TABLE ... WITH")

    def run(session: Session) -> None:
        session.begin_statement()
        security.require_in_database(session, "CREATE TABLE")
        schema, last = place(session, name)
        link = session.link
        link.begin()
        model = link.copy_model()
        check_free(model, schema, last)
        table = TableInfo(model.new_id(), schema, last, now_text(), now_text())
        model.tables.append(table)
        for each in columns:
            add_column(session, model, table, each)
        for part in [*(part for each in columns for part in each.constraints), *constraints]:
            add_constraint(session, model, table, part)
        storage.create(link.connection, table, model, row_expression(session))
        storage.create_indexes(link.connection, table, model)
        storage.create_triggers(link.connection, table, model)
        link.store(model)
        session.end_statement()

    return run


@statement("DROP", "TABLE")
def drop_table(words: Batch) -> Action:
    """DROP TABLE [IF EXISTS] name, ..."""
    quiet = words.take("IF", "EXISTS")
    names = [words.name()]
    while words.take_operator(","):
        names.append(words.name())

    def run(session: Session) -> None:
        session.begin_statement()
        for name in names:
            found = find_table(session, name)
            if not isinstance(found, TableInfo):
                if quiet:
                    continue
                raise SqlError(
                    3701,
                    f"Cannot drop the table '{'.'.join(name)}', because it does not exist or you do not have "
                    "permission.",
                    severity=11,
                    state=5,
                )
            security.require_alter(session, found)
            link = session.link
            link.begin()
            model = link.copy_model()
            if any(child.id != found.id for child, _key in model.referencing(found)):
                raise SqlError(
                    3726,
                    f"Could not drop object '{'.'.join(name)}' because it is referenced by a FOREIGN KEY constraint.",
                )
            storage.drop(link.connection, found, model)
            model.tables = [each for each in model.tables if each.id != found.id]
            _forget(model, found.id)
            link.store(model)
        session.end_statement()

    return run


def _forget(model: Model, number: int) -> None:
    model.permissions = [each for each in model.permissions if (each.scope, each.major) != ("OBJECT_OR_COLUMN", number)]
    model.properties = [each for each in model.properties if (each.scope, each.major) != (1, number)]


@statement("TRUNCATE", "TABLE")
def truncate_table(words: Batch) -> Action:
    """TRUNCATE TABLE name."""
    name = words.name()

    def run(session: Session) -> None:
        session.begin_statement()
        table = SessionCatalogue(session).target(name)
        security.require_alter(session, table)
        link = session.link
        if any(child.id != table.id for child, _key in link.model.referencing(table)):
            raise SqlError(
                4712,
                f"Cannot truncate table '{'.'.join(name)}' because it is being referenced by a FOREIGN KEY constraint.",
            )
        link.begin()
        storage.drop_triggers(link.connection, table, link.model)
        link.run(f"DELETE FROM {table.storage}")
        storage.create_triggers(link.connection, table, link.model)
        identity = next((each for each in table.columns if each.identity), None)
        if identity is not None:
            link.reseed(table, identity.seed - identity.increment)
        session.end_statement()

    return run


@statement("CREATE", "SCHEMA")
def create_schema(words: Batch) -> Action:
    """CREATE SCHEMA name [AUTHORIZATION owner]."""
    name = words.identifier()
    owner = words.identifier() if words.take("AUTHORIZATION") else ""

    def run(session: Session) -> None:
        session.begin_statement()
        security.require_in_database(session, "CREATE SCHEMA")
        link = session.link
        link.begin()
        model = link.copy_model()
        if model.schema(name) is not None:
            raise SqlError(2714, f"There is already an object named '{name}' in the database.", state=6)
        principal = model.principal(owner) if owner else session.user
        if principal is None:
            raise SqlError(
                15151, f"Cannot find the user '{owner}', because it does not exist or you do not have permission."
            )
        number = max([each.id for each in model.schemas if each.id < 16384], default=4) + 1
        model.schemas.append(SchemaInfo(number, name, principal.id))
        link.store(model)
        session.end_statement()

    return run


@statement("DROP", "SCHEMA")
def drop_schema(words: Batch) -> Action:
    """DROP SCHEMA [IF EXISTS] name."""
    quiet, name = words.take("IF", "EXISTS"), words.identifier()

    def run(session: Session) -> None:
        session.begin_statement()
        link = session.link
        link.begin()
        model = link.copy_model()
        found = model.schema(name)
        if found is None:
            if quiet:
                return
            raise SqlError(
                15151, f"Cannot drop the schema '{name}', because it does not exist or you do not have permission."
            )
        security.require_role(session, "db_ddladmin")
        inside = next((each for each in model.objects if each.schema == found.name), None)
        if inside is not None:
            raise SqlError(
                3729, f"Cannot drop schema '{name}' because it is being referenced by object '{inside.name}'."
            )
        model.schemas.remove(found)
        link.store(model)
        session.end_statement()

    return run


@statement("CREATE", "VIEW")
def create_view(words: Batch) -> Action:
    """CREATE VIEW name [(columns)] AS query."""
    name = words.name()
    columns = list(words.names_in_parentheses()) if words.is_operator("(") else []
    words.expect("AS")
    start = words.token.position
    words.query()
    text = words.since(start)

    def run(session: Session) -> None:
        session.begin_statement()
        security.require_in_database(session, "CREATE VIEW")
        schema, last = place(session, name)
        binder = ChangeBinder(SessionCatalogue(session))
        binder.derived(binder.query(parse_query(text)), last, tuple(columns))
        link = session.link
        link.begin()
        model = link.copy_model()
        check_free(model, schema, last)
        model.views.append(ViewInfo(model.new_id(), schema, last, text, now_text(), columns))
        link.store(model)
        session.end_statement()

    return run


@statement("DROP", "VIEW")
def drop_view(words: Batch) -> Action:
    """DROP VIEW [IF EXISTS] name."""
    quiet, name = words.take("IF", "EXISTS"), words.name()

    def run(session: Session) -> None:
        session.begin_statement()
        found = find_table(session, name)
        if not isinstance(found, ViewInfo):
            if quiet:
                return
            raise SqlError(
                3701,
                f"Cannot drop the view '{'.'.join(name)}', because it does not exist or you do not have permission.",
                severity=11,
                state=5,
            )
        security.require_alter(session, found)
        link = session.link
        link.begin()
        model = link.copy_model()
        model.views = [each for each in model.views if each.id != found.id]
        _forget(model, found.id)
        link.store(model)
        session.end_statement()

    return run
