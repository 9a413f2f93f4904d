# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session: its database, its transaction, its variables."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from emulators.sql.engine.errors import Cancelled, ConnectionEnded, SqlError
from emulators.sql.engine.instance import DatabaseInfo, Instance, Login, now_text
from emulators.sql.engine.link import Link
from emulators.sql.engine.model import DBO, GUEST, Model, Principal, TableInfo
from emulators.sql.engine.types import SqlType, Value
from emulators.sql.tsql.output import Output
from emulators.sql.tsql.system_variables import SYSTEM_VARIABLES, Savepoint, version_text


class Session:
    """One client's session."""

    def __init__(self, instance: Instance, login: Login, output: Output, *, database: DatabaseInfo) -> None:
        self.instance, self.login, self.output = instance, login, output
        self.database = database
        self.host, self.program, self.address = "", "", ""
        self.encrypted, self.scheme = False, "SQL"
        self.variables: dict[str, tuple[SqlType, Value]] = {}
        self.transactions, self.doomed = 0, False
        self.savepoints: list[Savepoint] = []
        self.nocount, self.xact_abort, self.implicit = False, False, False
        self.identity_insert: tuple[int, int] | None = None
        self.rowcount, self.last_error = 0, 0
        self.caught: SqlError | None = None
        self.try_depth = 0
        self.scope_identity: int | None = None
        self.lock_timeout = 60.0
        self.login_time = now_text()
        self.depth = 0
        self.attention, self.killed = threading.Event(), threading.Event()
        self.on_kill: Callable[[], None] = lambda: None
        self._links: dict[int, Link] = {}
        with instance.lock:
            self.id = next(number for number in range(51, 32768) if number not in instance.sessions)
            instance.sessions[self.id] = self

    @property
    def database_id(self) -> int:
        """The database that the session is in."""
        return self.database.id

    @property
    def link(self) -> Link:
        """The connection to the current database's file."""
        return self.link_to(self.database)

    @property
    def model(self) -> Model:
        """What the current database knows of itself."""
        return self.link.model

    def link_to(self, database: DatabaseInfo) -> Link:
        """Return the connection to a database's file, opened at first use. Raises SqlError 924 or 942."""
        if database.state != "ONLINE":
            raise SqlError(942, f"Database '{database.name}' cannot be opened because it is offline.", severity=14)
        link = self._links.get(database.id)
        runtime = self.instance.running(database.id)
        if link is not None and (link.generation != runtime.generation or link.database is not database):
            self.forget(database)
            link = None
        if database.access == "SINGLE_USER" and runtime.owner not in (None, self):
            message = f"Database '{database.name}' is already open and can only have one user at a time."
            raise SqlError(924, message, severity=14)
        if link is None:
            link = self._links[database.id] = Link(self.instance, database, self)
        return link

    def forget(self, database: DatabaseInfo) -> None:
        """Close the connection to a database's file."""
        link = self._links.pop(database.id, None)
        if link is not None:
            link.close()

    def use(self, database: DatabaseInfo) -> None:
        """Change the current database. Raises SqlError 916, 924."""
        self.enter(database)
        old, self.database = self.database, database
        runtime = self.instance.running(database.id)
        with self.instance.lock:
            previous = self.instance.running(old.id)
            if old is not database and previous.owner is self:
                previous.owner = None
            if database.access == "SINGLE_USER":
                runtime.owner = self
        if old is not database and old.id in self._links and not self._links[old.id].writing:
            self.forget(old)

    def enter(self, database: DatabaseInfo) -> None:
        """Check that the login may use a database. Raises SqlError 916, 924."""
        link = self.link_to(database)
        if self.user_of(database, link.model) is None:
            message = (
                f'The server principal "{self.login.name}" is not able to access the database '
                f'"{database.name}" under the current security context.'
            )
            raise SqlError(916, message, severity=14)

    @property
    def is_sysadmin(self) -> bool:
        """Whether the login may do anything."""
        return self.has_server_role("sysadmin")

    def has_server_role(self, name: str) -> bool:
        """Return whether the login is a member of a server role."""
        role = self.instance.state.login(name)
        return role is not None and (role.id, self.login.id) in self.instance.state.members

    def user_of(self, database: DatabaseInfo, model: Model) -> Principal | None:
        """Return the user that the login is in a database, or None."""
        if self.is_sysadmin or database.owner == self.login.sid:
            return next(each for each in model.principals if each.id == DBO)
        user = next((each for each in model.principals if each.sid and each.sid == self.login.sid), None)
        guest = database.id in (1, 2, 4) or any(
            each.grantee == GUEST and each.permission == "CONNECT" and each.state == "GRANT"
            for each in model.permissions
        )
        if user is None and guest:
            return next(each for each in model.principals if each.id == GUEST)
        return user

    @property
    def user(self) -> Principal:
        """The user in the current database."""
        found = self.user_of(self.database, self.model)
        if found is None:
            raise SqlError(
                916,
                f'The server principal "{self.login.name}" is not able to access the database '
                f'"{self.database.name}" under the current security context.',
                severity=14,
            )
        return found

    # Transactions

    def begin_statement(self) -> None:
        """Begin a transaction where the session's setting says that a statement does so."""
        if self.implicit and not self.transactions:
            self.transactions = 1
            self.output.transaction("begin")

    def end_statement(self) -> None:
        """Commit what a statement outside a transaction has changed."""
        if not self.transactions:
            self._each(Link.commit)
        else:
            self._each(lambda link: link.write_counters() if link.writing else None)

    def undo_statement(self) -> None:
        """Roll back what a failed statement outside a transaction has changed."""
        if not self.transactions:
            self._each(Link.rollback)

    def begin(self) -> None:
        """Begin a transaction, or count one more."""
        self.transactions += 1
        if self.transactions == 1:
            self.output.transaction("begin")

    def commit(self) -> None:
        """Commit, or count one less. Raises SqlError 3902, 3930."""
        if not self.transactions:
            raise SqlError(3902, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.")
        if self.doomed:
            raise SqlError(
                3930,
                "The current transaction cannot be committed and cannot support operations that write to the log "
                "file. Roll back the transaction.",
            )
        self.transactions -= 1
        if not self.transactions:
            self._each(Link.commit)
            self.savepoints.clear()
            self.output.transaction("commit")

    def rollback(self, name: str = "") -> None:
        """Roll back all, or to a savepoint. Raises SqlError 3903, 6401."""
        if not self.transactions:
            raise SqlError(3903, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.")
        if name and any(each.name == name for each in self.savepoints):
            self._rollback_to(name)
            return
        was = self.transactions
        self.transactions, self.doomed = 0, False
        self.savepoints.clear()
        self._each(Link.rollback)
        if was:
            self.output.transaction("rollback")

    def save(self, name: str) -> None:
        """Set a savepoint. Raises SqlError 628."""
        if not self.transactions:
            raise SqlError(628, "Cannot issue SAVE TRANSACTION when there is no active transaction.")
        links = [link for link in self._links.values() if link.writing]
        for link in links:
            link.connection.execute(f'SAVEPOINT "{len(self.savepoints)}"')
        self.savepoints.append(Savepoint(name, links))

    def _rollback_to(self, name: str) -> None:
        at = max(n for n, each in enumerate(self.savepoints) if each.name == name)
        for link in self._links.values():
            if link in self.savepoints[at].links:
                link.connection.execute(f'ROLLBACK TO "{at}"')
                link.plans.clear()
            else:
                link.rollback()
        del self.savepoints[at + 1 :]

    def _each(self, work: Callable[[Link], Any]) -> None:
        for link in list(self._links.values()):
            work(link)

    # What others do to it

    def check(self) -> None:
        """Raises: ConnectionEnded if the session was killed, Cancelled if the client sent an attention."""
        if self.killed.is_set():
            raise ConnectionEnded("the session was ended")
        if self.attention.is_set():
            raise Cancelled("the client cancelled")

    def interrupt(self) -> None:
        """Make what runs come to an end; called from other threads, as the session may be ending by itself."""
        for link in list(self._links.values()):
            with contextlib.suppress(sqlite3.ProgrammingError):  # closed in between
                link.connection.interrupt()

    def kill(self) -> None:
        """End the session, whatever it does."""
        self.killed.set()
        self.interrupt()
        self.on_kill()

    def close(self) -> None:
        """Roll back, and let go of everything."""
        self.transactions = 0
        self._each(Link.close)
        self._links.clear()
        with self.instance.lock:
            for runtime in self.instance.runtime.values():
                if runtime.owner is self:
                    runtime.owner = None
            self.instance.sessions.pop(self.id, None)

    # Variables

    def variable_type(self, name: str) -> SqlType:
        """Return the type of a variable. Raises SqlError 137."""
        if name in self.variables:
            return self.variables[name][0]
        if name in SYSTEM_VARIABLES:
            return SYSTEM_VARIABLES[name]
        raise SqlError(137, f'Must declare the scalar variable "{name}".', severity=15)

    def variable(self, name: str) -> Value:
        """Return the value of a variable."""
        if name in self.variables:
            return self.variables[name][1]
        state = self.instance.state
        values: dict[str, Value] = {
            "@@rowcount": self.rowcount, "@@trancount": self.transactions, "@@spid": self.id,
            "@@error": self.last_error,
            "@@servername": state.name, "@@servicename": "MSSQLSERVER", "@@language": "us_english", "@@datefirst": 7,
            "@@identity": None if self.scope_identity is None else str(self.scope_identity), "@@options": 5432,
            "@@max_precision": 38, "@@version": version_text(self.instance), "@@nestlevel": self.depth,
            "@@lock_timeout": -1,
            "@@microsoftversion": 0x10000FA1, "@@textsize": -1,
        }  # fmt: skip
        return values[name]

    def table_for_identity(self, table: TableInfo) -> bool:
        """Return whether IDENTITY_INSERT is on for a table."""
        return self.identity_insert == (self.database.id, table.id)

    def call(self, name: Value, *arguments: Value) -> Value:
        """Answer a function that asks about the session or the server."""
        from emulators.sql.tsql.session_functions import answer  # noqa: PLC0415 (it needs this module)

        return answer(self, str(name), arguments)
