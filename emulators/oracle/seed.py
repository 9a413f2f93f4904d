# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a database has when it is started for the first time: a YAML file of accounts, statements and rows.

name: EUGEX
service: eugex.exams.example
version: 19.21.0.0.0
tablespaces: {HUB: 1073741824}       # bytes; SYSTEM, USERS and TEMP are there
system_password_file: secrets/system   # or system_password; relative to the seed
profiles:
  APPLICATION: {FAILED_LOGIN_ATTEMPTS: 5, PASSWORD_ROLLOVER_TIME: 1}
users:
  - name: HUB_OWNER
    password_file: secrets/hub_owner
    grants: [CREATE SESSION, CREATE TABLE, CREATE VIEW]
    quotas: {USERS: UNLIMITED}
    profile: APPLICATION
    password_age_days: 100             # set so long ago
    last_login_days_ago: 30            # never, without it
    locked: true
scripts:                               # statements that end with ; at the end of a line, or with / on a line of its own
  - {user: HUB_OWNER, file: hub.sql}
  - {user: HUB_OWNER, sql: "CREATE TABLE ..."}
rows:                                  # of tables that are there
  - {user: HUB_OWNER, table: EXAMS, file: exams.csv}   # header: columns; dates YYYY-MM-DD[ HH:MM:SS]; empty: NULL
streams:                               # rows of DBA_CAPTURE, DBA_APPLY, DBA_APPLY_ERROR, DBA_STREAMS_RULES
  capture: [{capture_name: CAPTURE_SITS, status: ENABLED, lag_seconds: 3}]
  apply: [{apply_name: APPLY_SITS, status: ENABLED}]
  errors: []                           # with `solved: true` EXECUTE_ALL_ERRORS gets one through
  rules: []
  columns: []                          # DBA_STREAMS_COLUMNS: those that it does not support
  deleted_columns: []                  # DBA_STREAMS_DELETE_COLUMN
"""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from emulators.oracle.engine import accounts, moments
from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.installation import DEFAULT_LIMITS
from emulators.oracle.engine.instance import Instance
from emulators.oracle.engine.model import UNLIMITED, Grant, Model, Profile, Streams, User
from emulators.oracle.engine.schema_objects import Table
from emulators.oracle.engine.session import Session
from emulators.oracle.engine.types import OracleType, varchar2
from emulators.oracle.sql import change_tree, tree
from emulators.oracle.sql.change_statements import ChangeStatement
from emulators.sql.engine.model import build

_BATCH = 5000
_END = re.compile(r";[ \t]*(?:--[^\n]*)?(?:\n|\Z)|^[ \t]*/[ \t]*(?:\n|\Z)", re.MULTILINE)
_BLOCK = re.compile(r"\s*(BEGIN|DECLARE)\b", re.IGNORECASE)


class SeedError(RuntimeError):
    """A part of a seed failed; the message has it and the database's error."""


def load_seed(file: Path, *, secrets: Path | None = None) -> dict[str, Any]:
    """Return a seed with the files that it names read; those of passwords are relative to `secrets`, if it is given.

    Files of rows are not read, only found: they may be large.
    """
    seed: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    directory = file.parent if secrets is None else secrets
    if "system_password_file" in seed:
        seed["system_password"] = _secret(directory / seed.pop("system_password_file"))
    for user in seed.get("users", []):
        if "password_file" in user:
            user["password"] = _secret(directory / user.pop("password_file"))
    for script in seed.get("scripts", []):
        if "file" in script:
            script["sql"] = (file.parent / script.pop("file")).read_text(encoding="utf-8")
    for rows in seed.get("rows", []):
        rows["file"] = str(file.parent / rows["file"])
    return seed


def _secret(file: Path) -> str:
    return file.read_text(encoding="utf-8").rstrip("\n")


def apply_seed(instance: Instance, seed: Mapping[str, Any]) -> None:
    """Give a database what the seed says, unless it was seeded before. Raises SeedError."""
    marker = instance.directory / "seeded"
    if marker.exists():
        return
    with instance.changing() as model:
        model.tablespaces.update(seed.get("tablespaces", {}))
        for name, limits in seed.get("profiles", {}).items():
            unknown = set(limits) - set(DEFAULT_LIMITS)
            if unknown:
                raise SeedError(f"profile {name}: there is no limit {', '.join(sorted(unknown))}")
            given = {key: str(value) for key, value in limits.items()}
            model.profiles[name] = Profile(name, {**dict.fromkeys(DEFAULT_LIMITS, "DEFAULT"), **given})
            model.touch("profile", name)
        if "system_password" in seed:
            accounts.set_password(model, model.users["SYSTEM"], seed["system_password"])
        for user in seed.get("users", []):
            _user(model, user)
        model.streams = build(Streams, {**{each.name: [] for each in fields(Streams)}, **seed.get("streams", {})})
        for part in ("state", "streams", "grants"):
            model.touch(part)
    for script in seed.get("scripts", []):
        run_script(instance, script["user"], script["sql"])
    for rows in seed.get("rows", []):
        load_rows(instance, rows["user"], rows["table"], Path(rows["file"]))
    marker.touch()


def _user(model: Model, given: Mapping[str, Any]) -> None:
    now = time.time()
    user = User(given["name"], model.new_id(), now, profile=given.get("profile", "DEFAULT"))
    if user.profile not in model.profiles:
        raise SeedError(f"user {user.name}: there is no profile {user.profile}")
    user.default_tablespace = given.get("default_tablespace", "USERS")
    user.quotas = {
        key: UNLIMITED if value == "UNLIMITED" else int(value) for key, value in given.get("quotas", {}).items()
    }
    model.users[user.name] = user
    if "password" in given:
        accounts.set_password(model, user, given["password"])
        user.password_changed = now - given.get("password_age_days", 0) * accounts.DAY
    if "last_login_days_ago" in given:
        user.last_login = now - given["last_login_days_ago"] * accounts.DAY
    if given.get("locked"):
        user.lock, user.locked_at = "LOCKED", now
    for privilege in given.get("grants", []):
        kind = "ROLE" if privilege in model.roles else "SYSTEM"
        model.grants.append(Grant(user.name, privilege, kind))  # type: ignore[arg-type]
    model.touch("user", user.name)


def statements(text: str) -> Iterator[str]:
    """Yield the statements of a script, as SQL*Plus takes it apart."""
    start = 0
    while start < len(text):
        block = _BLOCK.match(text, start) is not None
        for match in _END.finditer(text, start):
            slash = match.group().lstrip().startswith("/")
            if not block or slash:
                break
        else:
            match = None
        end = match.start() if match is not None else len(text)
        statement = text[start:end].strip()
        if _words(statement):
            yield statement
        start = match.end() if match is not None else len(text)


def _words(statement: str) -> str:
    return re.sub(r"--[^\n]*|/\*.*?\*/", "", statement, flags=re.DOTALL).strip()


def run_script(instance: Instance, user: str, text: str) -> None:
    """Run a script as an account, without a client, and commit. Raises SeedError."""
    if user not in instance.model.users:
        raise SeedError(f"there is no user {user}")
    session = Session(instance, user)
    try:
        for statement in statements(text):
            try:
                session.execute(session.prepare(statement), [], [()])
            except OracleError as error:
                raise SeedError(f"{error}\nas {user}: {statement[:500]}") from error
        session.commit()
    finally:
        session.close()


def load_rows(instance: Instance, user: str, name: str, file: Path) -> None:
    """Load a file of rows, and commit. Raises SeedError."""
    session = Session(instance, user)
    try:
        table = instance.model.object(user, name)
        if not isinstance(table, Table):
            raise SeedError(f"{user} has no table {name}")
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            header = next(reader)
            kinds = []
            for each in header:
                column = table.column(each)
                if column is None:
                    raise SeedError(f"{file}: {user}.{name} has no column {each}")
                kinds.append(column.type)
            binds = tuple(tree.Bind(str(at), at) for at in range(len(header)))
            node = change_tree.Insert(tree.Table((user, name)), tuple(header), binds)
            statement = ChangeStatement(f"INSERT INTO {name}", node, len(header))
            for batch in _batches(reader):
                values = [tuple(_value(text, kind) for text, kind in zip(row, kinds, strict=True)) for row in batch]
                types = [kind if kind.is_moment else varchar2(4000) for kind in kinds]
                session.execute(statement, types, values)
        session.commit()
    except (OracleError, ValueError) as error:
        raise SeedError(f"{error}\nin {file}") from error
    finally:
        session.close()


def _batches(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    batch: list[list[str]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _value(text: str, kind: OracleType) -> str | bytes | None:
    if not text:
        return None
    return moments.literal(text, OracleType("TIMESTAMP"))[0] if kind.is_moment else text
