# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the database knows of itself: accounts, profiles, roles, grants, tables, views, Streams.

Each part is a row of JSON in the database's own file; a statement that changes parts marks them (`touch`), and they
are written in its transaction.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any, Literal

from emulators.oracle.engine.schema_objects import Constraint, SchemaObject, Table, View
from emulators.sql.engine.model import build

UNLIMITED = -1
SYS, PUBLIC = "SYS", "PUBLIC"


@dataclass
class User:
    """An account, and the schema of the same name."""

    name: str
    id: int
    created: float
    """Seconds since 1970, as all moments here."""
    salt: str = ""
    verifier: str = ""
    """What is kept of the password; empty without one."""
    previous_verifier: str = ""
    """Of the password before, as long as it holds too."""
    rollover_until: float = 0
    password_changed: float = 0
    history: list[str] = field(default_factory=list)
    """Verifiers of earlier passwords, under the same salt."""
    expired: bool = False
    """By PASSWORD EXPIRE."""
    grace_until: float = 0
    """Set by the first login after the password's life has ended."""
    lock: Literal["", "LOCKED", "LOCKED(TIMED)"] = ""
    locked_at: float = 0
    failures: int = 0
    """Wrong passwords since the last right one."""
    profile: str = "DEFAULT"
    default_tablespace: str = "USERS"
    temporary_tablespace: str = "TEMP"
    last_login: float = 0
    quotas: dict[str, int] = field(default_factory=dict)
    """Bytes by tablespace."""
    maintained: bool = False
    """Whether it came with the database."""


@dataclass
class Profile:
    """A profile; its limits are as DBA_PROFILES writes them."""

    name: str
    limits: dict[str, str]


@dataclass
class Role:
    """A role."""

    name: str
    id: int
    maintained: bool = False


@dataclass
class Grant:
    """A privilege on an object or one of its columns, a system privilege, or a role."""

    grantee: str
    privilege: str
    """The privilege, or the role."""
    kind: Literal["OBJECT", "COLUMN", "SYSTEM", "ROLE"]
    option: bool = False
    """WITH GRANT OPTION or WITH ADMIN OPTION."""
    owner: str = ""
    object: str = ""
    grantor: str = SYS
    column: int = 0
    """The column's id, where it is a privilege on one."""


@dataclass
class Streams:
    """Oracle Streams: rows of the dictionary, by the names of its columns in lower case."""

    capture: list[dict[str, Any]] = field(default_factory=list)
    apply: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)
    """Those that Streams does not support."""
    deleted_columns: list[dict[str, Any]] = field(default_factory=list)
    """Those that a transformation takes out of the changes."""


_KINDS: dict[str, Any] = {"user": User, "profile": Profile, "role": Role, "table": Table, "view": View}


class Model:
    """All of it."""

    def __init__(self) -> None:
        self.users: dict[str, User] = {}
        self.profiles: dict[str, Profile] = {}
        self.roles: dict[str, Role] = {}
        self.objects: dict[tuple[str, str], SchemaObject] = {}
        self.grants: list[Grant] = []
        self.streams = Streams()
        self.tablespaces: dict[str, int] = {}
        """The most bytes that all tables of one may have."""
        self.next_id = 70000
        self.version = 0
        """Rises with each change of a definition or a right."""
        self._touched: set[tuple[str, str]] = set()

    def new_id(self) -> int:
        """Return an id that was never used."""
        self.next_id += 1
        self.touch("state", "")
        return self.next_id

    def touch(self, kind: str, key: str = "") -> None:
        """Mark a part as changed, or as gone. Kinds: user, profile, role, object, grants, streams, state."""
        self._touched.add((kind, key))
        if kind in ("object", "grants", "role"):
            self.version += 1

    @property
    def pending(self) -> bool:
        """Whether something is marked."""
        return bool(self._touched)

    def touch_object(self, found: SchemaObject) -> None:
        """Mark a table or a view as changed, or as gone."""
        self.touch("object", f"{found.owner}.{found.name}")

    def object(self, owner: str, name: str) -> SchemaObject | None:
        """Return a table or a view."""
        return self.objects.get((owner, name))

    def tables(self) -> list[Table]:
        """Return all tables."""
        return [each for each in self.objects.values() if isinstance(each, Table)]

    def constraint(self, owner: str, name: str) -> tuple[Table, Constraint] | None:
        """Return a constraint with its table."""
        for table in self.tables():
            if table.owner == owner:
                for each in table.constraints:
                    if each.name == name:
                        return table, each
        return None

    def children(self, table: Table) -> list[tuple[Table, Constraint]]:
        """Return the foreign keys that refer to a table, with their tables."""
        keys = {(table.owner, each.name) for each in table.constraints if each.kind in "PU"}
        return [
            (child, each)
            for child in self.tables()
            for each in child.constraints
            if each.kind == "R" and (each.parent_owner, each.parent) in keys
        ]

    def is_grantee(self, name: str) -> bool:
        """Return whether a user or a role has this name."""
        return name in self.users or name in self.roles or name == PUBLIC

    def changes(self) -> list[tuple[str, str, str | None]]:
        """Return what is to be written, kind, key and JSON (None: delete), and mark nothing any more."""
        found: list[tuple[str, str, str | None]] = []
        for kind, key in sorted(self._touched):
            found.append((kind, key, self._dump(kind, key)))
        self._touched.clear()
        return found

    def _dump(self, kind: str, key: str) -> str | None:
        part: Any
        match kind:
            case "user":
                part = self.users.get(key)
            case "profile":
                part = self.profiles.get(key)
            case "role":
                part = self.roles.get(key)
            case "object":
                part = self.objects.get(_split(key))
                if part is not None:
                    return json.dumps({"type": part.type.lower(), **dataclasses.asdict(part)})
            case "grants":
                return json.dumps([dataclasses.asdict(each) for each in self.grants])
            case "streams":
                part = self.streams
            case _:
                return json.dumps({"next_id": self.next_id, "tablespaces": self.tablespaces})
        return None if part is None else json.dumps(dataclasses.asdict(part))

    @classmethod
    def load(cls, parts: list[tuple[str, str, str]]) -> Model:
        """Return what `changes` gave, all of it."""
        model = cls()
        for kind, key, text in parts:
            body = json.loads(text)
            match kind:
                case "user":
                    model.users[key] = build(User, body)
                case "profile":
                    model.profiles[key] = build(Profile, body)
                case "role":
                    model.roles[key] = build(Role, body)
                case "object":
                    found = build(_KINDS[body.pop("type")], body)
                    model.objects[_split(key)] = found
                case "grants":
                    model.grants = [build(Grant, each) for each in body]
                case "streams":
                    model.streams = build(Streams, body)
                case _:
                    model.next_id, model.tablespaces = body["next_id"], body["tablespaces"]
        return model


def _split(key: str) -> tuple[str, str]:
    owner, _unused, name = key.partition(".")
    return owner, name
