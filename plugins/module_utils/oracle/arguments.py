# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments that all modules about Oracle share (doc fragment `oracle`), and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

CONNECTION_ARGUMENTS: dict[str, dict[str, object]] = {
    "server": {"type": "str"},
    "port": {"type": "int", "default": 2484},
    "service_name": {"type": "str"},
    "descriptor": {"type": "str"},
    "connect_address": {"type": "str"},
    "ca_certificates": {"type": "path"},
    "certificate_dn": {"type": "str"},
    "wallet_directory": {"type": "path"},
    "wallet_password": {"type": "str", "no_log": True},
    "thick_mode": {"type": "bool", "default": False},
    "client_directory": {"type": "path"},
    "timeout": {"type": "int", "default": 15},
    "login_user": {"type": "str"},
    "login_password": {"type": "str", "no_log": True},
    "rejected_logins": {"type": "path"},
}

_OF_DESCRIPTORS = ("server", "service_name", "connect_address")
_PLACES = {"ca_certificates": Path.is_file, "wallet_directory": Path.is_dir, "client_directory": Path.is_dir}


def server_from(params: Mapping[str, Any]) -> Server:
    """Return where to connect and as whom, of the arguments `CONNECTION_ARGUMENTS`.

    Raises:
        InvalidParameter: they cannot be meant. No message holds a password.
    """
    _check_place(params)
    _check_mode(params)
    if not 1 <= params["port"] <= 65535:
        raise InvalidParameter("port", params["port"], "it is no port", "Give 1 to 65535.")
    if not 1 <= params["timeout"] <= 3600:
        raise InvalidParameter("timeout", params["timeout"], "it is no time to wait", "Give 1 to 3600 seconds.")
    for name, exists in _PLACES.items():
        if params[name] is not None and not exists(Path(params[name])):
            raise InvalidParameter(
                name, params[name], "there is nothing of the kind", "Give the path of what is there."
            )
    user, password = params["login_user"], params["login_password"]
    by_wallet = params["thick_mode"] and user is None and params["wallet_directory"] is not None
    if not by_wallet and not (user and password):
        missing = "login_password" if user else "login_user"
        raise InvalidParameter(
            missing, None, "nobody is said to log in", "Give login_user and login_password, or a wallet "
            "that has both (thick_mode, wallet_directory)."
        )  # fmt: skip
    if password is not None and ("\0" in password or '"' in password):
        raise InvalidParameter("login_password", "********", "no password of Oracle has such characters", "Correct it.")
    return Server(
        params["server"],
        params["port"],
        params["service_name"],
        params["descriptor"],
        connect_address=params["connect_address"],
        user=user,
        password=password,
        ca_certificates=params["ca_certificates"],
        certificate_dn=params["certificate_dn"],
        wallet_directory=params["wallet_directory"],
        wallet_password=params["wallet_password"],
        thick=params["thick_mode"],
        client_directory=params["client_directory"],
        timeout=params["timeout"],
        rejected_logins=params["rejected_logins"],
    )


def _check_place(params: Mapping[str, Any]) -> None:
    if params["descriptor"] is not None:
        for name in _OF_DESCRIPTORS:
            if params[name] is not None:
                raise InvalidParameter(name, params[name], "the descriptor says it", f"Leave {name} or descriptor out.")
        return
    for name in ("server", "service_name"):
        if not params[name]:
            raise InvalidParameter(
                name, params[name], "it is not given", "Give server and service_name, or descriptor."
            )
    if any(each in params["server"] for each in ",;/\\: ()="):
        raise InvalidParameter(
            "server", params["server"], "it is no DNS name", "Give the name that the certificate holds, port apart."
        )
    if any(each in params["service_name"] for each in " ()=/\"'"):
        raise InvalidParameter(
            "service_name", params["service_name"], "it is no name of a service", "lsnrctl services lists them."
        )


def _check_mode(params: Mapping[str, Any]) -> None:
    """Refuse what the chosen mode of the driver cannot do."""
    if params["thick_mode"]:
        for name in ("connect_address", "ca_certificates"):
            if params[name] is not None:
                raise InvalidParameter(
                    name,
                    params[name],
                    "thick mode verifies by its wallet, and by the name that it connects to",
                    "Leave it out, or use thin mode.",
                )
        return
    if params["client_directory"] is not None:
        raise InvalidParameter(
            "client_directory", params["client_directory"], "thin mode has no client libraries", "Set thick_mode too."
        )
