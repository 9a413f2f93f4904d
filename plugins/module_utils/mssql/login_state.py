# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A login, its users and their rights, as they are and as they are declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

LoginType = Literal["sql", "windows"]
State = Literal["present", "exact", "absent"]


class Right(NamedTuple):
    """What a permission is on, and which it is. Names are folded."""

    schema: str | None
    """None for the whole database."""
    object: str | None
    """None for the whole schema."""
    permission: str
    """In upper case: `SELECT`."""


@dataclass(frozen=True)
class Permission:
    """A declared permission."""

    schema: str | None
    object: str | None
    permission: str
    grant: bool = True
    """False to deny it."""

    @property
    def right(self) -> Right:
        """What it is on, and which it is."""
        return Right(_folded(self.schema), _folded(self.object), self.permission)


def _folded(name: str | None) -> str | None:
    return None if name is None else name.casefold()


@dataclass(frozen=True)
class DeclaredUser:
    """What the login shall be in one database."""

    database: str
    user: str
    present: bool = True
    default_schema: str | None = None
    create_schema: bool = False
    roles: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] = ()


@dataclass(frozen=True)
class DeclaredLogin:
    """A login as the task declares it; None is left as it is."""

    name: str
    state: State
    type: LoginType = "sql"
    password: str | None = field(default=None, repr=False)
    sid: str | None = None
    """In hexadecimal digits, lower case."""
    enabled: bool | None = None
    unlock: bool = False
    default_database: str | None = None
    check_policy: bool | None = None
    check_expiration: bool | None = None
    server_roles: tuple[str, ...] = ()
    server_permissions: tuple[str, ...] = ()
    users: tuple[DeclaredUser, ...] = ()


@dataclass(frozen=True)
class LoginState:
    """A login as it was read."""

    name: str
    type: str
    """`sql`, `windows`, or what else the server calls it."""
    sid: str
    disabled: bool = False
    locked: bool = False
    must_change: bool = False
    default_database: str = "master"
    check_policy: bool = True
    check_expiration: bool = False
    password_matches: bool | None = None
    """None if no password is declared, or this login may not compare it."""
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    """Those that are granted on the server."""
    owned_databases: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    """Its sessions, as messages name them."""


@dataclass(frozen=True)
class UserState:
    """A principal of a database as it was read."""

    name: str
    sid: str
    is_role: bool = False
    has_login: bool = True
    """Whether it is a user that a login of the server can be of: others never have one."""
    default_schema: str | None = "dbo"
    roles: tuple[str, ...] = ()
    rights: Mapping[Right, str] = field(default_factory=dict)
    """GRANT, GRANT_WITH_GRANT_OPTION or DENY."""
    names: Mapping[Right, tuple[str | None, str | None]] = field(default_factory=dict)
    """The schema and the object of each right, as the server writes them."""
    owned_schemas: tuple[str, ...] = ()


@dataclass(frozen=True)
class DatabaseSecurity:
    """What of a database a plan depends on."""

    name: str
    usable: bool = True
    """Whether it is online and can be written."""
    principals: tuple[UserState, ...] = ()
    schemas: frozenset[str] = frozenset()
    """Folded."""
    missing_objects: tuple[tuple[str, str], ...] = ()
    """Of the objects that are declared: schema and name."""


@dataclass(frozen=True)
class Found:
    """What of the server a plan depends on."""

    login: LoginState | None
    databases: Mapping[str, DatabaseSecurity | None]
    """By folded name; None for one that is declared and not there."""
    connected_as: str = ""
    logins: Mapping[str, str] = field(default_factory=dict)
    """SID → name of all logins that there are."""
    server_roles: frozenset[str] = frozenset()
    """Folded."""
    default_database_known: bool = True
    grantable: frozenset[tuple[str, str]] = frozenset()
    """Class (SERVER, DATABASE, SCHEMA, OBJECT) and permission, of all that this server knows."""
