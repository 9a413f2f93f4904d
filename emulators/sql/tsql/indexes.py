# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CREATE and DROP INDEX."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from emulators.sql.engine import storage
from emulators.sql.engine import syntax as tree
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.model import Key
from emulators.sql.tsql import security
from emulators.sql.tsql.batch import Action, Batch, statement
from emulators.sql.tsql.catalogue import SessionCatalogue
from emulators.sql.tsql.table_grammar import key_columns

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session


def _create_index(words: Batch, *, unique: bool) -> Action:
    clustered = words.take("CLUSTERED")
    words.take("NONCLUSTERED")
    words.expect("INDEX")
    name = words.identifier()
    words.expect("ON")
    target = words.name()
    columns, descending = key_columns(words)
    included = list(words.names_in_parentheses()) if words.take("INCLUDE") else []
    for word in ("WHERE", "WITH"):
        if words.is_word(word) and (word == "WHERE" or words.ahead(1).value == "("):
            raise refused(f"CREATE INDEX ... {word}")

    def run(session: Session) -> None:
        session.begin_statement()
        before = SessionCatalogue(session).target(target)
        security.require_alter(session, before)
        link = session.link
        link.begin()
        model = link.copy_model()
        table = model.table_by_id(before.id)
        if any(each.name.casefold() == name.casefold() for each in table.keys):
            raise SqlError(
                1913,
                f"The operation failed because an index or statistics with name '{name}' already exists on table "
                f"'{'.'.join(target)}'.",
            )
        if clustered and any(each.clustered for each in table.keys):
            raise SqlError(1902, f"Cannot create more than one clustered index on table '{'.'.join(target)}'.")
        for each in (*columns, *included):
            if table.column(each) is None:
                raise SqlError(1911, f"Column name '{each}' does not exist in the target table or view.")
        key = Key(model.new_id(), name, "UNIQUE INDEX" if unique else "INDEX", columns, descending, clustered, included)
        table.keys.append(key)
        try:
            storage.create_index(link.connection, table, key, model)
        except sqlite3.IntegrityError:
            raise SqlError(
                1505,
                "The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the object "
                f"name '{table.schema}.{table.name}' and the index name '{name}'.",
            ) from None
        link.store(model)
        session.end_statement()

    return run


@statement("CREATE", "INDEX")
@statement("CREATE", "NONCLUSTERED", "INDEX")
@statement("CREATE", "CLUSTERED", "INDEX")
def create_index(words: Batch) -> Action:
    """CREATE [NONCLUSTERED | CLUSTERED] INDEX name ON table (columns)."""
    words.at -= 1 if words.tokens[words.at - 2].value == "CREATE" else 2
    return _create_index(words, unique=False)


@statement("CREATE", "UNIQUE")
def create_unique_index(words: Batch) -> Action:
    """CREATE UNIQUE INDEX name ON table (columns)."""
    return _create_index(words, unique=True)


@statement("DROP", "INDEX")
def drop_index(words: Batch) -> Action:
    """DROP INDEX [IF EXISTS] name ON table."""
    quiet, name = words.take("IF", "EXISTS"), words.identifier()
    words.expect("ON")
    target: tree.Name = words.name()

    def run(session: Session) -> None:
        session.begin_statement()
        before = SessionCatalogue(session).target(target)
        security.require_alter(session, before)
        link = session.link
        link.begin()
        model = link.copy_model()
        table = model.table_by_id(before.id)
        key = next(
            (each for each in table.keys if each.name.casefold() == name.casefold() and each.kind.endswith("INDEX")),
            None,
        )
        if key is None:
            if quiet:
                return
            raise SqlError(
                3701,
                f"Cannot drop the index '{'.'.join(target)}.{name}', because it does not exist or you do not have "
                "permission.",
                severity=11,
                state=6,
            )
        table.keys.remove(key)
        storage.drop_index(link.connection, key)
        link.store(model)
        session.end_statement()

    return run
