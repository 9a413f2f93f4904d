# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arguments of module `mssql_login`, checked before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.arguments import checked_name
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.login_state import (
    DeclaredLogin,
    DeclaredUser,
    Permission,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

LOGIN_ARGUMENTS: dict[str, dict[str, object]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "exact", "absent"], "default": "present"},
    "type": {"type": "str", "choices": ["sql", "windows"], "default": "sql"},
    "password": {"type": "str", "no_log": True},
    "sid": {"type": "str"},
    "enabled": {"type": "bool"},
    "unlock": {"type": "bool", "default": False},
    "default_database": {"type": "str"},
    "check_policy": {"type": "bool"},
    "check_expiration": {"type": "bool"},
    "server_roles": {"type": "list", "elements": "str", "default": []},
    "server_permissions": {"type": "list", "elements": "str", "default": []},
    "databases": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "user": {"type": "str"},
            "default_schema": {"type": "str"},
            "create_schema": {"type": "bool", "default": False},
            "roles": {"type": "list", "elements": "str", "default": []},
            "permissions": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "permissions": {"type": "list", "elements": "str", "required": True},
                    "schema": {"type": "str"},
                    "object": {"type": "str"},
                    "state": {"type": "str", "choices": ["grant", "deny"], "default": "grant"},
                },
            },
        },
    },
}

_OF_PASSWORDS = ("password", "sid", "check_policy", "check_expiration")
_OF_PRESENCE = ("password", "sid", "enabled", "default_database", "check_policy", "check_expiration")


def login_from(params: Mapping[str, Any]) -> DeclaredLogin:
    """Return what the arguments `LOGIN_ARGUMENTS` declare.

    Raises:
        InvalidParameter: they cannot be meant. No message holds the password.
    """
    name = checked_name("name", params["name"])
    windows, absent = params["type"] == "windows", params["state"] == "absent"
    if windows != ("\\" in name):
        raise InvalidParameter(
            "name", name, f"it is no name of type={params['type']}", "Windows names, and they alone, are DOMAIN\\name."
        )
    for each in _OF_PASSWORDS if windows else _OF_PRESENCE if absent else ():
        if params[each] is not None:
            kind = "type=windows" if windows else "state=absent"
            raise InvalidParameter(each, "********" if each == "password" else params[each], f"{kind} has none",
                                   f"Leave {each} out.")  # fmt: skip
    for each in ("server_roles", "server_permissions"):
        if absent and params[each]:
            raise InvalidParameter(each, params[each], "state=absent has none", f"Leave {each} out.")
    _check_password(params)
    if params["check_expiration"] and params["check_policy"] is False:
        raise InvalidParameter("check_expiration", True, "it needs check_policy", "Set check_policy to true too.")
    if params["default_database"] is not None:
        checked_name("default_database", params["default_database"])
    return DeclaredLogin(
        name,
        params["state"],
        params["type"],
        params["password"],
        _sid(params["sid"]),
        params["enabled"],
        params["unlock"],
        params["default_database"],
        params["check_policy"],
        params["check_expiration"],
        _names("server_roles", params["server_roles"]),
        tuple(
            _permission(f"server_permissions[{number}]", each)
            for number, each in enumerate(params["server_permissions"])
        ),
        _users(params["databases"], name, absent=absent),
    )


def _check_password(params: Mapping[str, Any]) -> None:
    """Refuse what no server takes. What is strong enough is for the server's policy to say."""
    password = params["password"]
    if password is not None and not 1 <= len(password.encode("utf-16-le", "surrogatepass")) // 2 <= 128:
        raise InvalidParameter("password", "********", "it is empty or too long", "Give 1 to 128 characters.")
    if params["unlock"] and password is None:
        raise InvalidParameter("unlock", True, "a login is unlocked with its password", "Give password too.")


def _sid(text: str | None) -> str | None:
    if text is None:
        return None
    if not re.fullmatch(r"0x[0-9A-Fa-f]{32}", text):
        raise InvalidParameter("sid", text, "it is no SID of a SQL login", "Give 0x and 32 hexadecimal digits.")
    return text[2:].lower()


def _names(parameter: str, names: Sequence[str]) -> tuple[str, ...]:
    for number, each in enumerate(names):
        checked_name(f"{parameter}[{number}]", each)
        if each.casefold() in (other.casefold() for other in names[:number]):
            raise InvalidParameter(f"{parameter}[{number}]", each, "it is given twice", "Give it once.")
    return tuple(names)


def _permission(parameter: str, text: str) -> str:
    """Return the permission in upper case. Whether the server knows it is looked up there."""
    permission = " ".join(text.upper().split())
    if not re.fullmatch(r"[A-Z]+( [A-Z]+)*", permission):
        raise InvalidParameter(parameter, text, "it is no permission", "See sys.fn_builtin_permissions(DEFAULT).")
    return permission


def _users(entries: Sequence[Mapping[str, Any]], login: str, *, absent: bool) -> tuple[DeclaredUser, ...]:
    seen: set[str] = set()
    users = []
    for number, entry in enumerate(entries):
        where = f"databases[{number}]"
        database = checked_name(f"{where}.name", entry["name"])
        if database.casefold() in seen:
            raise InvalidParameter(f"{where}.name", database, "it is given twice", "Give each database once.")
        seen.add(database.casefold())
        gone = absent or entry["state"] == "absent"
        for each in ("default_schema", "roles", "permissions"):
            if gone and entry[each]:
                raise InvalidParameter(f"{where}.{each}", entry[each], "the user shall be absent", f"Leave {each} out.")
        user = checked_name(f"{where}.user", entry["user"] if entry["user"] is not None else login)
        if user.casefold() in ("dbo", "guest", "sys", "information_schema", "public"):
            raise InvalidParameter(f"{where}.user", user, "it is the database's own", "Give another name.")
        if entry["default_schema"] is not None:
            checked_name(f"{where}.default_schema", entry["default_schema"])
        elif entry["create_schema"]:
            raise InvalidParameter(f"{where}.create_schema", True, "no default_schema is given", "Give it.")
        users.append(
            DeclaredUser(
                database,
                user,
                not gone,
                entry["default_schema"],
                entry["create_schema"],
                _names(f"{where}.roles", entry["roles"]),
                _permissions(f"{where}.permissions", entry["permissions"]),
            )
        )
    return tuple(users)


def _permissions(where: str, entries: Sequence[Mapping[str, Any]]) -> tuple[Permission, ...]:
    found: dict[Any, Permission] = {}
    for number, entry in enumerate(entries):
        schema, name = entry["schema"], entry["object"]
        for part, value in (("schema", schema), ("object", name)):
            if value is not None:
                checked_name(f"{where}[{number}].{part}", value)
        if name is not None and schema is None:
            raise InvalidParameter(f"{where}[{number}].object", name, "its schema is not given", "Give schema too.")
        for each in entry["permissions"]:
            text = _permission(f"{where}[{number}].permissions", each)
            permission = Permission(schema, name, text, entry["state"] == "grant")
            if permission.right in found:
                raise InvalidParameter(
                    f"{where}[{number}].permissions", each, "it is given twice for the same", "Give it once."
                )
            found[permission.right] = permission
    return tuple(found.values())
