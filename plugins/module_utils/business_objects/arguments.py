# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments that all modules about the BI platform share (doc fragment `business_objects`), and what they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.server import Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

AUTHENTICATIONS = {"enterprise": "secEnterprise", "ldap": "secLDAP", "windows_ad": "secWinAD"}

CONNECTION_ARGUMENTS: dict[str, dict[str, object]] = {
    "server": {"type": "str"},
    "port": {"type": "int", "default": 6405},
    "connect_address": {"type": "str"},
    "ca_certificates": {"type": "path"},
    "login_user": {"type": "str"},
    "login_password": {"type": "str", "no_log": True},
    "authentication": {"type": "str", "choices": [*AUTHENTICATIONS], "default": "enterprise"},
    "timeout": {"type": "int", "default": 30},
    "rejected_logins": {"type": "path"},
}

QUERY_ARGUMENTS: dict[str, dict[str, object]] = {
    "objects": {"type": "list", "elements": "str", "required": True},
    "rows": {"type": "int", "default": 1},
}
"""What a query that proves something has."""

_CUID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def server_from(params: Mapping[str, Any]) -> Server:
    """Return where to log on and as whom, of the arguments `CONNECTION_ARGUMENTS`.

    Raises:
        InvalidParameter: they cannot be meant. No message holds a password.
    """
    for name in ("server", "login_user", "login_password"):
        if not params[name]:
            raise InvalidParameter(name, None, "it is not given", "Give server, login_user and login_password.")
    if any(each in params["server"] for each in ":/ @\\"):
        raise InvalidParameter(
            "server", params["server"], "it is no DNS name", "Give the name that the certificate holds, port apart."
        )
    if not 1 <= params["port"] <= 65535:
        raise InvalidParameter("port", params["port"], "it is no port", "Give 1 to 65535.")
    if not 1 <= params["timeout"] <= 3600:
        raise InvalidParameter("timeout", params["timeout"], "it is no time to wait", "Give 1 to 3600 seconds.")
    trusted = params["ca_certificates"]
    if trusted is not None and not Path(trusted).is_file():
        raise InvalidParameter(
            "ca_certificates",
            trusted,
            "there is no such file",
            "Give the path of a PEM file on the host of the module.",
        )
    return Server(
        params["server"],
        params["port"],
        params["login_user"],
        params["login_password"],
        AUTHENTICATIONS[params["authentication"]],
        connect_address=params["connect_address"],
        ca_certificates=trusted,
        timeout=params["timeout"],
        rejected_logins=params["rejected_logins"],
    )


def checked_cuid(parameter: str, value: str) -> str:
    """Return a CUID. Raises InvalidParameter if it is none."""
    if _CUID.fullmatch(value) is None:
        raise InvalidParameter(
            parameter, value, "it is no CUID", "Give the CUID that the properties of the object in the CMC show."
        )
    return value


def checked_query(parameter: str, query: Mapping[str, Any] | None) -> tuple[Sequence[str], int] | None:
    """Return the objects and the lowest number of rows of a query, None if there is none.

    Raises:
        InvalidParameter: it cannot be meant.
    """
    if query is None:
        return None
    if not query["objects"]:
        raise InvalidParameter(f"{parameter}.objects", [], "it asks for nothing", "Name one object of the universe.")
    if not 0 <= query["rows"] <= 1000:
        raise InvalidParameter(f"{parameter}.rows", query["rows"], "it is not small", "Give 0 to 1000 rows.")
    return query["objects"], query["rows"]
