# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions that ask about the session, the database or the server. What is asked for and not known is refused by
its name."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from emulators.sql.engine.errors import refused
from emulators.sql.engine.instance import DatabaseInfo
from emulators.sql.engine.model import Principal
from emulators.sql.engine.text_forms import shown
from emulators.sql.engine.types import Value
from emulators.sql.tsql import security
from emulators.sql.tsql.builtins import SESSION
from emulators.sql.tsql.catalogue import database_of
from emulators.sql.tsql.date_functions import now
from emulators.sql.tsql.tokens import Cursor

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session
from emulators.sql.tsql.properties import (
    collation_property,
    connection_property,
    database_property,
    login_property,
    object_property,
    server_property,
)

_CLOCKS = {
    "GETDATE": False,
    "CURRENT_TIMESTAMP": False,
    "GETUTCDATE": True,
    "SYSDATETIME": False,
    "SYSUTCDATETIME": True,
    "SYSDATETIMEOFFSET": False,
}


def answer(session: Session, name: str, arguments: tuple[Value, ...]) -> Value:
    """Return what a function of `builtins.SESSION` is. Raises SqlError."""
    if name in _CLOCKS:
        return now(SESSION[name][1], utc=_CLOCKS[name])
    if name.startswith("ERROR_"):
        return _error(session, name)
    if (function := _FUNCTIONS.get(name)) is None:
        raise refused(f"the function {name}")
    return function(session, *arguments)


def _error(session: Session, name: str) -> Value:
    caught = session.caught
    if caught is None:
        return None
    values: dict[str, Value] = {
        "ERROR_NUMBER": caught.number,
        "ERROR_MESSAGE": caught.message,
        "ERROR_SEVERITY": caught.severity,
        "ERROR_STATE": caught.state,
        "ERROR_LINE": 1,
    }
    return values[name]


def parts_of(text: str) -> tuple[str, ...]:
    """Return the parts of a name such as `[dbo].[Exam Periods]`."""
    words = Cursor(text)
    parts = [words.identifier()]
    while words.take_operator("."):
        parts.append("" if words.is_operator(".") else words.identifier())
    return tuple(parts)


def find_object(session: Session, text: Value) -> tuple[DatabaseInfo, int] | None:
    """Return the database and the id of an object or constraint."""
    database, schema, last = database_of(session, parts_of(str(text)))
    model = session.link_to(database).model
    schema = schema or "dbo"
    found = model.object(schema, last)
    if found is not None:
        return database, found.id
    for table in model.tables:
        constraints = [(each.name, each.id) for each in table.foreign_keys] + [
            (each.name, each.id) for each in table.checks
        ]
        constraints += [(each.name, each.id) for each in table.keys if each.kind in ("PK", "UQ")]
        for constraint, number in constraints:
            if table.schema.casefold() == schema.casefold() and constraint.casefold() == last.casefold():
                return database, number
    return None


def _object_id(session: Session, name: Value = None, kind: Value = None) -> Value:
    found = find_object(session, name) if name is not None else None
    if found is None:
        return None
    if kind is not None:
        model = session.link_to(found[0]).model
        is_table = any(each.id == found[1] for each in model.tables)
        is_view = any(each.id == found[1] for each in model.views)
        wanted = str(kind).strip().upper()
        if (wanted == "U") != is_table or (wanted == "V") != is_view:
            return None
    return found[1]


def _database(session: Session, number: Value = None) -> DatabaseInfo | None:
    if number is None:
        return session.database
    return next((each for each in session.instance.state.databases if each.id == number), None)


def _db_name(session: Session, number: Value = None) -> Value:
    found = _database(session, number)
    return found.name if found else None


def _db_id(session: Session, name: Value = None) -> Value:
    found = session.database if name is None else session.instance.state.database(str(name))
    return found.id if found else None


def _has_dbaccess(session: Session, name: Value) -> Value:
    """Return 1 if the login has a user in the database and that is online, 0 if not, None if there is none."""
    found = session.instance.state.database(str(name))
    if found is None:
        return None
    if found.state != "ONLINE":
        return 0
    return int(session.user_of(found, session.link_to(found).model) is not None)


def _object(session: Session, number: Value, attribute: str) -> Value:
    model = session.model
    return next((getattr(each, attribute) for each in model.objects if each.id == number), None)


def _schema_name(session: Session, number: Value = None) -> Value:
    if number is None:
        return session.user.default_schema
    return next((each.name for each in session.model.schemas if each.id == number), None)


def _schema_id(session: Session, name: Value = None) -> Value:
    found = session.model.schema(str(name) if name is not None else session.user.default_schema)
    return found.id if found else None


def _suser_sname(session: Session, sid: Value = None) -> Value:
    if sid is None:
        return session.login.name
    digits = sid.hex() if isinstance(sid, bytes) else ""
    return next((each.name for each in session.instance.state.logins if each.sid == digits), None)


def _suser_sid(session: Session, name: Value = None) -> Value:
    found = session.login if name is None else session.instance.state.login(str(name))
    return bytes.fromhex(found.sid) if found else None


def _principal(session: Session, name: Value) -> Principal | None:
    return session.user if name is None else session.model.principal(str(name))


def _user_name(session: Session, number: Value = None) -> Value:
    return (
        session.user.name
        if number is None
        else next((each.name for each in session.model.principals if each.id == number), None)
    )


def _user_id(session: Session, name: Value = None) -> Value:
    found = _principal(session, name)
    return found.id if found else None


def _is_srvrolemember(session: Session, role: Value, login: Value = None) -> Value:
    state = session.instance.state
    who = session.login if login is None else state.login(str(login))
    found = state.login(str(role))
    if found is None or who is None or found.kind != "R":
        return None
    sysadmin = state.login("sysadmin")
    return int(
        found.name == "public"
        or (found.id, who.id) in state.members
        or (sysadmin is not None and (sysadmin.id, who.id) in state.members)
    )


def _is_rolemember(session: Session, role: Value, principal: Value = None) -> Value:
    who, found = _principal(session, principal), session.model.principal(str(role))
    if who is None or found is None or found.kind != "R":
        return None
    if who.id == 1 and found.name == "db_owner":
        return 1
    return int(found.id in security.roles_of(session.model, who.id))


def _named_database(session: Session, name: Value) -> DatabaseInfo | None:
    """Return the database of a name that may be quoted."""
    return session.instance.state.database(parts_of(str(name))[-1])


def _has_perms(session: Session, securable: Value, kind: Value, permission: Value) -> Value:
    wanted, what = str(permission).upper(), str(kind).upper() if kind is not None else ""
    if what == "DATABASE":
        found_database = session.database if securable is None else _named_database(session, securable)
        if found_database is None or session.user_of(found_database, session.link_to(found_database).model) is None:
            return None
        before, session.database = session.database, found_database
        try:
            return int(security.allowed(session, wanted))
        finally:
            session.database = before
    if what == "OBJECT":
        found = find_object(session, securable)
        target = next((each for each in session.model.objects if found and each.id == found[1]), None)
        return None if target is None else int(security.allowed(session, wanted, target))
    if what == "" and securable is None:
        return int(session.is_sysadmin)
    raise refused(f"HAS_PERMS_BY_NAME for {shown(kind)}")


def _pwdcompare(_session: Session, password: Value, stored: Value = None) -> Value:
    if password is None or not isinstance(stored, bytes):
        return None
    return int(security.password_matches(str(password), stored.hex()))


def _ident_current(session: Session, name: Value) -> Value:
    found = find_object(session, name)
    table = next((each for each in session.model.tables if found and each.id == found[1]), None)
    column = next((each for each in table.columns if each.identity), None) if table else None
    if table is None or column is None:
        return None
    value = session.link.identity(table)
    return str(column.seed if value is None else value)


def _xact_state(session: Session) -> Value:
    return -1 if session.doomed else int(session.transactions > 0)


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "DB_NAME": _db_name, "HAS_DBACCESS": _has_dbaccess, "COLLATIONPROPERTY": collation_property,
    "DB_ID": _db_id, "OBJECT_ID": _object_id, "SCHEMA_NAME": _schema_name, "SCHEMA_ID": _schema_id,
    "OBJECT_NAME": lambda session, number, _database=None: _object(session, number, "name"),
    "OBJECT_SCHEMA_NAME": lambda session, number, _database=None: _object(session, number, "schema"),
    "SUSER_SNAME": _suser_sname, "SUSER_NAME": lambda session, _number=None: session.login.name,
    "ORIGINAL_LOGIN": lambda session: session.login.name, "SYSTEM_USER": lambda session: session.login.name,
    "SUSER_SID": _suser_sid,
    "USER_NAME": _user_name, "CURRENT_USER": _user_name, "SESSION_USER": _user_name, "USER": _user_name,
    "USER_ID": _user_id,
    "DATABASE_PRINCIPAL_ID": _user_id, "HOST_NAME": lambda session: session.host,
    "APP_NAME": lambda session: session.program,
    "IS_SRVROLEMEMBER": _is_srvrolemember, "IS_MEMBER": _is_rolemember, "IS_ROLEMEMBER": _is_rolemember,
    "HAS_PERMS_BY_NAME": _has_perms, "SERVERPROPERTY": server_property, "DATABASEPROPERTYEX": database_property,
    "CONNECTIONPROPERTY": connection_property, "LOGINPROPERTY": login_property, "XACT_STATE": _xact_state,
    "SCOPE_IDENTITY": lambda session: None if session.scope_identity is None else str(session.scope_identity),
    "IDENT_CURRENT": _ident_current, "PWDCOMPARE": _pwdcompare,
    "PWDENCRYPT": lambda _session, password: bytes.fromhex(security.hash_password(str(password))),
    "NEWID": lambda _session: str(uuid.uuid4()).upper(), "OBJECTPROPERTY": object_property,
}  # fmt: skip
