# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arguments of module `oracle_account`, checked before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_state import DeclaredAccount, Right
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import (
    checked_name,
    checked_names,
    checked_object,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

ACCOUNT_ARGUMENTS: dict[str, dict[str, object]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "exact", "absent"], "default": "present"},
    "password": {"type": "str", "no_log": True},
    "locked": {"type": "bool"},
    "quiet_days": {"type": "int"},
    "end_rollover": {"type": "bool", "default": False},
    "require_rollover": {"type": "bool", "default": False},
    "profile": {"type": "str"},
    "profile_limits": {"type": "dict", "default": {}},
    "default_tablespace": {"type": "str"},
    "temporary_tablespace": {"type": "str"},
    "quotas": {"type": "dict", "default": {}},
    "system_privileges": {"type": "list", "elements": "str", "default": []},
    "roles": {"type": "list", "elements": "str", "default": []},
    "object_privileges": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "object": {"type": "str", "required": True},
            "privileges": {"type": "list", "elements": "str", "required": True},
            "grantable": {"type": "bool", "default": False},
            "granted_elsewhere": {"type": "bool", "default": False},
        },
    },
    "expiry_warning_days": {"type": "int", "default": 14},
}

UNLIMITED = -1
_OF_PRESENCE = (
    "password", "locked", "quiet_days", "profile", "profile_limits", "default_tablespace", "temporary_tablespace",
    "quotas", "system_privileges", "roles", "object_privileges",
)  # fmt: skip
_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
_SYSTEM = ("SYS", "SYSTEM", "PUBLIC")


def account_from(params: Mapping[str, Any]) -> DeclaredAccount:
    """Return what the arguments `ACCOUNT_ARGUMENTS` declare.

    Raises:
        InvalidParameter: they cannot be meant. No message holds the password.
    """
    name = checked_name("name", params["name"])
    if name in _SYSTEM:
        raise InvalidParameter("name", params["name"], "it is Oracle's own", "Give an account of the estate.")
    for each in _OF_PRESENCE if params["state"] == "absent" else ():
        if params[each] not in (None, [], {}):
            shown = "********" if each == "password" else params[each]
            raise InvalidParameter(each, shown, "state=absent has none", f"Leave {each} out.")
    _check_password(params)
    if params["quiet_days"] is not None and (params["quiet_days"] < 1 or params["locked"] is not None):
        raise InvalidParameter(
            "quiet_days", params["quiet_days"], "it says when the account is locked", "Give days, and leave locked out."
        )
    if params["quiet_days"] is not None and params["password"] is not None:
        raise InvalidParameter(
            "quiet_days",
            params["quiet_days"],
            "a password is verified by a login, after which the account is quiet no longer",
            "Leave password out.",
        )
    if params["profile_limits"] and params["profile"] in (None, "DEFAULT", "default"):
        raise InvalidParameter(
            "profile_limits", params["profile_limits"], "they are of the declared profile", "Give profile, not DEFAULT."
        )
    return DeclaredAccount(
        name,
        params["state"],
        params["password"],
        params["locked"],
        params["quiet_days"],
        params["end_rollover"],
        params["require_rollover"],
        _name(params, "profile"),
        {key.upper(): _limit(key, value) for key, value in params["profile_limits"].items()},
        _name(params, "default_tablespace"),
        _name(params, "temporary_tablespace"),
        {checked_name("quotas", key): _octets(key, value) for key, value in params["quotas"].items()},
        *_rights(params),
        params["expiry_warning_days"],
    )


def _check_password(params: Mapping[str, Any]) -> None:
    password = params["password"]
    if password is None:
        return
    if not password or '"' in password or not password.isprintable() or len(password.encode()) > 1024:
        raise InvalidParameter(
            "password", "********", "Oracle takes no such password", "Give printable characters without double quotes."
        )
    if params["rejected_logins"] is None:
        raise InvalidParameter(
            "rejected_logins",
            None,
            "a password is verified by a login, and one that is rejected must not be tried again by later runs",
            "Give a directory under the state directory.",
        )


def _name(params: Mapping[str, Any], key: str) -> str | None:
    return None if params[key] is None else checked_name(key, params[key])


def _limit(name: str, value: object) -> str:
    """Return a limit of a profile as the dictionary writes it."""
    text = str(value).upper()
    if not re.fullmatch(r"[A-Za-z_]+", name) or not re.fullmatch(r"[A-Z0-9_.$#/]+", text):
        raise InvalidParameter(
            f"profile_limits.{name}", value, "it is no limit", "Give names and values as ALTER PROFILE takes them."
        )
    return text


def _octets(tablespace: str, value: object) -> int:
    text = str(value).upper().strip()
    if text == "UNLIMITED":
        return UNLIMITED
    match = re.fullmatch(r"(\d+)([KMGT]?)", text)
    if match is None:
        raise InvalidParameter(f"quotas.{tablespace}", value, "it is no quota", "Give UNLIMITED, or a size like 100M.")
    return int(match[1]) * _UNITS[match[2]]


def _privilege(parameter: str, text: str) -> str:
    privilege = " ".join(text.upper().split())
    if not re.fullmatch(r"[A-Z]+( [A-Z]+)*", privilege) or privilege.startswith("ALL"):
        raise InvalidParameter(parameter, text, "it is no single privilege", "Name each one, like SELECT.")
    return privilege


def _rights(params: Mapping[str, Any]) -> tuple[dict[Right, bool], frozenset[Right]]:
    """Return the rights and whether each can be passed on, and those of them that something else gives."""
    found: dict[Right, bool] = {}
    elsewhere: set[Right] = set()

    def add(parameter: str, right: Right, text: object, *, grantable: bool = False) -> None:
        if right in found:
            raise InvalidParameter(parameter, text, "it is given twice", "Give it once.")
        found[right] = grantable

    for number, each in enumerate(params["system_privileges"]):
        parameter = f"system_privileges[{number}]"
        add(parameter, Right("system privilege", _privilege(parameter, each)), each)
    for each in checked_names("roles", params["roles"]):
        found[Right("role", each)] = False
    for number, entry in enumerate(params["object_privileges"]):
        where = f"object_privileges[{number}]"
        owner, name = checked_object(f"{where}.object", entry["object"])
        for each in entry["privileges"]:
            right = Right("object privilege", _privilege(f"{where}.privileges", each), owner, name)
            add(f"{where}.privileges", right, each, grantable=entry["grantable"])
            if entry["granted_elsewhere"]:
                elsewhere.add(right)
    return found, frozenset(elsewhere)
