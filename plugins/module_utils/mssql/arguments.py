# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments that all modules about SQL Server share (doc fragment `mssql`), and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

CONNECTION_ARGUMENTS: dict[str, dict[str, object]] = {
    "server": {"type": "str", "required": True},
    "connect_address": {"type": "str"},
    "port": {"type": "int", "default": 1433},
    "ca_certificates": {"type": "path"},
    "timeout": {"type": "int", "default": 15},
    "authentication": {
        "type": "str",
        "choices": ["sql", "windows", "entra_password", "entra_service_principal", "entra_managed_identity"],
        "default": "sql",
    },
    "login_user": {"type": "str"},
    "login_password": {"type": "str", "no_log": True},
    "driver": {"type": "str"},
}

_WITH_PASSWORD = ("sql", "entra_password", "entra_service_principal")


def server_from(params: Mapping[str, Any]) -> Server:
    """Return where to connect and as whom, of the arguments `CONNECTION_ARGUMENTS`.

    Raises:
        InvalidParameter: they cannot be meant. No message holds the password.
    """
    kind, user, password = params["authentication"], params["login_user"], params["login_password"]
    if not params["server"].strip() or any(each in params["server"] for each in ",;\\: "):
        raise InvalidParameter(
            "server", params["server"], "it is no DNS name", "Give the name that the certificate holds, port apart."
        )
    if not 1 <= params["port"] <= 65535:
        raise InvalidParameter("port", params["port"], "it is no port", "Give 1 to 65535.")
    if not 1 <= params["timeout"] <= 3600:
        raise InvalidParameter("timeout", params["timeout"], "it is no time to wait", "Give 1 to 3600 seconds.")
    authorities = params["ca_certificates"]
    if authorities is not None and not Path(authorities).is_file():
        raise InvalidParameter(
            "ca_certificates", authorities, "there is no such file", "Give a PEM file of the authorities to trust."
        )
    if kind in _WITH_PASSWORD:
        for name, value in (("login_user", user), ("login_password", password)):
            if not value:
                raise InvalidParameter(
                    "authentication", kind, f"it needs {name}, which is not given", f"Give {name}, from the vault."
                )
    elif password is not None or (kind == "windows" and user is not None):
        raise InvalidParameter(
            "authentication",
            kind,
            "it logs in as the account that runs the module, and takes no login_password"
            + (" and no login_user" if kind == "windows" else ""),
            "Leave them out, or set authentication to sql.",
        )
    return Server(
        params["server"],
        params["port"],
        connect_address=params["connect_address"],
        authentication=kind,
        user=user,
        password=password,
        ca_certificates=authorities,
        timeout=params["timeout"],
    )


def checked_name(parameter: str, value: str) -> str:
    """Return a name of SQL Server: 1 to 128 characters (UTF-16 code units), none of them a control character.

    Raises:
        InvalidParameter: it is none.
    """
    units = len(value.encode("utf-16-le", "surrogatepass")) // 2
    if not value.strip() or units > 128 or not value.isprintable():
        raise InvalidParameter(parameter, value, "it is no name of SQL Server", "Give 1 to 128 printable characters.")
    return value
