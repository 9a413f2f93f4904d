# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The user of a login in one database, its roles and permissions: from what is to what is declared. Pure.

Rights are given before others are taken away, and all of one database is one transaction: at no moment does the user
have less than both before and after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.login_state import (
    DatabaseSecurity,
    DeclaredUser,
    Permission,
    Right,
    UserState,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Statement, quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change, MissingPrerequisite, Problem


@dataclass(frozen=True)
class LoginChange(Change):
    """A change with the statement that makes it."""

    statement: Statement = ()
    database: str | None = None
    """Where it is executed, None for the server."""


_CONNECT = Right(None, None, "CONNECT")
"""Every user has it from its creation."""


@dataclass(frozen=True)
class UserPlanner:
    """Plans the user of one login in one database."""

    login: str
    sid: str | None
    """The login's, None if it is not known yet."""
    declared: DeclaredUser
    found: DatabaseSecurity | None
    logins: Mapping[str, str]
    """SID → name of all logins."""
    exact: bool = False

    @property
    def where(self) -> str:
        """What messages say of it."""
        return f"database {self.declared.database} user {self.declared.user}"

    def plan(self) -> list[LoginChange]:
        """Return the changes.

        Raises:
            MissingPrerequisite: the database, a role, a schema or an object is not there.
            Problem: the user cannot be this login's.
        """
        found, declared = self.found, self.declared
        if found is None:
            if not declared.present:
                return []
            raise self._missing("there is no such database")
        user = self._mine(found)
        if not declared.present:
            changes = [] if user is None else [self._drop(user)]
        else:
            self._check_prerequisites(found)
            changes = [*self._user(found, user), *self._roles(user), *self._permissions(user)]
        if changes and not found.usable:
            raise Problem(
                "the database cannot be changed as it is",
                where=self.where,
                expected="online, and not read-only",
                remedy="Find out why it is not, and bring it into use first.",
            )
        return changes

    def _mine(self, found: DatabaseSecurity) -> UserState | None:
        """Return the user that is the login's, or an orphan that is to become it."""
        declared = self.declared
        named = next((each for each in found.principals if _same(each.name, declared.user)), None)
        mine = next((each for each in found.principals if self.sid and each.sid == self.sid), None)
        if mine is not None and _same(mine.name, "dbo"):
            raise Problem(
                f"the login {self.login} owns the database, where it is dbo and no other user",
                where=self.where,
                remedy="Give the database another owner (uoe.exam_scheduling.mssql_database), or leave it out here.",
            )
        if mine is not None and named is not None and named is not mine:
            raise Problem(
                f"the name {declared.user} is taken, while the login's user is called {mine.name}",
                where=self.where,
                remedy=f"Declare user: {mine.name}, or remove the other one.",
            )
        if mine is not None or named is None:
            return mine
        if named.is_role:
            raise Problem("the name is that of a role", where=self.where, remedy="Declare another user.")
        if not named.has_login or named.sid in self.logins:
            raise Problem(
                f"the user is not that of the login {self.login}",
                where=self.where,
                found=f"the login {self.logins[named.sid]}" if named.sid in self.logins else "a user without a login",
                remedy="Declare another user, or remove this one.",
            )
        return named

    def _check_prerequisites(self, found: DatabaseSecurity) -> None:
        declared = self.declared
        roles = {each.name.casefold() for each in found.principals if each.is_role}
        for role in declared.roles:
            if role.casefold() not in roles:
                raise self._missing(f"there is no role {role}")
        if declared.default_schema and not declared.create_schema and not self._has_schema(declared.default_schema):
            raise self._missing(f"there is no schema {declared.default_schema}")
        for each in declared.permissions:
            if each.schema is not None and not self._has_schema(each.schema):
                raise self._missing(f"there is no schema {each.schema}")
        for schema, name in found.missing_objects:
            raise self._missing(f"there is no object {schema}.{name}")

    def _has_schema(self, name: str) -> bool:
        new = self.declared.default_schema if self.declared.create_schema else None
        return bool(self.found and name.casefold() in self.found.schemas) or bool(new and _same(name, new))

    def _user(self, found: DatabaseSecurity, user: UserState | None) -> Iterator[LoginChange]:
        declared = self.declared
        schema, name = declared.default_schema, quoted(declared.user)
        if schema is not None and schema.casefold() not in found.schemas:
            item = f"database {declared.database} schema {schema}"
            statement = f"CREATE SCHEMA {quoted(schema)} AUTHORIZATION [dbo]"
            yield LoginChange(item, "create", None, {"owner": "dbo"}, [statement], declared.database)
        if user is None:
            ending = f" WITH DEFAULT_SCHEMA = {quoted(schema)}" if schema is not None else ""
            after = {"login": self.login, "default_schema": schema or "dbo"}
            statement = f"CREATE USER {name} FOR LOGIN {quoted(self.login)}{ending}"
            yield self._change("", "create", None, after, statement)
            return
        if user.sid != self.sid:
            before = {"login": None, "sid": f"0x{user.sid}"}
            statement = f"ALTER USER {quoted(user.name)} WITH LOGIN = {quoted(self.login)}"
            yield self._change("", "update", before, {"login": self.login}, statement)
        if not _same(user.name, declared.user):
            statement = f"ALTER USER {quoted(user.name)} WITH NAME = {name}"
            yield self._change("", "update", {"name": user.name}, {"name": declared.user}, statement)
        if schema is not None and not _same(schema, user.default_schema or ""):
            statement = f"ALTER USER {name} WITH DEFAULT_SCHEMA = {quoted(schema)}"
            yield self._change(" default_schema", "update", user.default_schema, schema, statement)

    def _roles(self, user: UserState | None) -> Iterator[LoginChange]:
        name = quoted(self.declared.user)
        present = {each.casefold() for each in user.roles} if user else set()
        wanted = {each.casefold() for each in self.declared.roles}
        for role in self.declared.roles:
            if role.casefold() not in present:
                statement = f"ALTER ROLE {quoted(role)} ADD MEMBER {name}"
                yield self._change(f" role {role}", "create", None, "member", statement)
        for role in user.roles if user and self.exact else ():
            if role.casefold() not in wanted:
                statement = f"ALTER ROLE {quoted(role)} DROP MEMBER {name}"
                yield self._change(f" role {role}", "delete", "member", None, statement)

    def _permissions(self, user: UserState | None) -> Iterator[LoginChange]:
        name = quoted(self.declared.user)
        present = {_CONNECT: "GRANT"} if user is None else user.rights
        for each in self.declared.permissions:
            before, wanted = present.get(each.right), "GRANT" if each.grant else "DENY"
            if before == wanted or (before == "GRANT_WITH_GRANT_OPTION" and each.grant and not self.exact):
                continue
            statement = f"{wanted} {each.permission}{_on(each.schema, each.object)} TO {name}"
            if before == "GRANT_WITH_GRANT_OPTION":
                statement = f"REVOKE {each.permission}{_on(each.schema, each.object)} FROM {name} CASCADE; {statement}"
            action = "create" if before is None else "update"
            yield self._change(f" {_called(each)}", action, before, wanted, statement)
        declared = {each.right for each in self.declared.permissions} | {_CONNECT}
        for right, before in present.items() if user and self.exact else ():
            if right in declared:
                continue
            schema, thing = user.names.get(right, (right.schema, right.object)) if user else (None, None)
            statement = f"REVOKE {right.permission}{_on(schema, thing)} FROM {name} CASCADE"
            called = _called(Permission(schema, thing, right.permission))
            yield self._change(f" {called}", "delete", before, None, statement)

    def _drop(self, user: UserState) -> LoginChange:
        if user.owned_schemas:
            raise Problem(
                "the user owns schemas, and cannot be dropped",
                where=self.where,
                found=", ".join(user.owned_schemas),
                remedy="Give them another owner: ALTER AUTHORIZATION ON SCHEMA::name TO dbo.",
            )
        before = {"sid": f"0x{user.sid}", "default_schema": user.default_schema, "roles": sorted(user.roles)}
        item = f"database {self.declared.database} user {user.name}"
        return LoginChange(item, "delete", before, None, [f"DROP USER {quoted(user.name)}"], self.declared.database)

    def _change(self, what: str, action: str, before: object, after: object, statement: str) -> LoginChange:
        return LoginChange(
            f"{self.where}{what}",
            action,  # type: ignore[arg-type]  # one of the three
            before,
            after,
            [statement],
            self.declared.database,
        )

    def _missing(self, what: str) -> MissingPrerequisite:
        return MissingPrerequisite(what, where=self.where, remedy="Create it first.")


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _on(schema: str | None, name: str | None) -> str:
    """Return the clause that says what a permission is on."""
    if schema is None:
        return ""
    if name is None:
        return f" ON SCHEMA::{quoted(schema)}"
    return f" ON OBJECT::{quoted(schema)}.{quoted(name)}"


def _called(permission: Permission) -> str:
    """Return what an item is called: `SELECT on dbo.rooms`."""
    target = ".".join(each for each in (permission.schema, permission.object) if each is not None)
    return f"permission {permission.permission}{f' on {target}' if target else ''}"
