# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SERVERPROPERTY and its like: what is asked for and not known is refused by its name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from emulators.sql.engine.collations import check, code_page
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.model import TableInfo
from emulators.sql.engine.text_forms import shown
from emulators.sql.engine.types import Value

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session


def variant(kind: str, value: Value) -> Value:
    """Return a stored sql_variant."""
    return None if value is None else json.dumps([kind, value])


def text_variant(value: str | None) -> Value:
    """Return a stored sql_variant that holds a string."""
    return variant("nvarchar(128)", value)


def server_property(session: Session, name: Value) -> Value:
    """Return SERVERPROPERTY."""
    state = session.instance.state
    version = state.version.split(".")
    texts = {
        "productversion": state.version, "productlevel": "RTM", "edition": state.edition, "collation": state.collation,
        "servername": state.name, "machinename": state.name, "computernamephysicalnetbios": state.name,
        "productupdatelevel": "CU15",
        "productmajorversion": version[0], "productminorversion": version[1], "productbuild": version[2],
        "instancename": None,
        "instancedefaultdatapath": state.directories[0] + "/", "instancedefaultlogpath": state.directories[0] + "/",
        "instancedefaultbackuppath": state.directories[-1] + "/", "resourceversion": "16.00.4135",
    }  # fmt: skip
    numbers = {
        "engineedition": 3,
        "editionid": -2117995310,
        "isclustered": 0,
        "ishadrenabled": 0,
        "isintegratedsecurityonly": 0,
        "issingleuser": 0,
        "processid": 1,
        "isfulltextinstalled": 0,
        "lcid": 1033,
        "sqlcharset": 1,
        "sqlsortorder": 52,
        "hadrmanagerstatus": 2,
    }
    key = str(name).lower()
    if key in texts:
        return text_variant(texts[key])
    if key in numbers:
        return variant("int", numbers[key])
    raise refused(f"SERVERPROPERTY('{shown(name)}')")


def database_property(session: Session, database: Value, name: Value) -> Value:
    """Return DATABASEPROPERTYEX."""
    found = session.instance.state.database(str(database))
    if found is None:
        return None
    values: dict[str, Value] = {
        "collation": text_variant(found.collation), "recovery": text_variant(found.recovery),
        "status": text_variant(found.state),
        "useraccess": text_variant(found.access),
        "updateability": text_variant("READ_ONLY" if found.read_only or found.source else "READ_WRITE"),
        "version": variant("int", 957), "isautoclose": variant("int", 0), "isautoshrink": variant("int",
        int(found.options.get("is_auto_shrink_on", False))),
        "edition": text_variant(None), "serviceobjective": text_variant(None),
    }  # fmt: skip
    if str(name).lower() not in values:
        raise refused(f"DATABASEPROPERTYEX(..., '{shown(name)}')")
    return values[str(name).lower()]


def collation_property(_session: Session, collation: Value, name: Value) -> Value:
    """Return COLLATIONPROPERTY; NULL for what is no collation."""
    if str(name).lower() != "codepage":
        raise refused(f"COLLATIONPROPERTY(..., '{shown(name)}')")
    try:
        page = code_page(check(str(collation)))
    except SqlError:
        return None
    return variant("int", 65001 if page == "utf-8" else 1252)


def connection_property(session: Session, name: Value) -> Value:
    """Return CONNECTIONPROPERTY."""
    values = {
        "net_transport": "TCP",
        "protocol_type": "TSQL",
        "auth_scheme": session.scheme,
        "local_net_address": "127.0.0.1",
        "client_net_address": session.address.partition(":")[0],
        "encrypt_option": "TRUE" if session.encrypted else "FALSE",
    }
    if str(name).lower() not in values:
        raise refused(f"CONNECTIONPROPERTY('{shown(name)}')")
    return text_variant(values[str(name).lower()])


def login_property(session: Session, login: Value, name: Value) -> Value:
    """Return LOGINPROPERTY."""
    found = session.instance.state.login(str(login))
    if found is None:
        return None
    key = str(name).lower()
    numbers = {
        "islocked": found.locked,
        "isexpired": False,
        "ismustchange": found.must_change,
        "badpasswordcount": found.bad_passwords,
    }
    if key in numbers:
        return variant("int", int(numbers[key]))
    if key == "passwordlastsettime":
        return variant("datetime", found.password_set or None)
    if key == "defaultdatabase":
        return text_variant(found.default_database)
    raise refused(f"LOGINPROPERTY(..., '{shown(name)}')")


def object_property(session: Session, number: Value, name: Value) -> Value:
    """Return OBJECTPROPERTY."""
    table: TableInfo | None = next((each for each in session.model.tables if each.id == number), None)
    values = {
        "istable": int(table is not None),
        "isusertable": int(table is not None),
        "ismsshipped": 0,
        "tablehasidentity": int(table is not None and any(each.identity for each in table.columns)),
        "tablehasprimarykey": int(table is not None and table.primary_key is not None),
    }
    if str(name).lower() not in values:
        raise refused(f"OBJECTPROPERTY(..., '{shown(name)}')")
    return values[str(name).lower()]
