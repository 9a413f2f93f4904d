# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tenant, as whom, and by which way: what the connection options of modules about Microsoft 365 say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

IDENTITY_ARGUMENTS: dict[str, dict[str, object]] = {
    "client_id": {"type": "str"},
    "certificate": {"type": "path"},
    "private_key": {"type": "path"},
    "private_key_content": {"type": "str", "no_log": True},
    "private_key_passphrase": {"type": "str", "no_log": True},
}
"""Who asks: an application, by its certificate."""

CONNECTION_ARGUMENTS: dict[str, dict[str, object]] = {
    "tenant": {"type": "str", "required": True},
    **IDENTITY_ARGUMENTS,
    "ca_certificates": {"type": "path"},
    "proxy": {"type": "str"},
    "connect_address": {"type": "str"},
    "connect_port": {"type": "int", "default": 443},
    "timeout": {"type": "int", "default": 30},
    "retry_for": {"type": "int", "default": 120},
}

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)


@dataclass(frozen=True)
class Connection:
    """How to reach a tenant. Its text has no secret in it."""

    tenant: str
    client_id: str
    certificate: str = field(repr=False)
    """PEM."""
    private_key: str = field(repr=False)
    """PEM."""
    passphrase: str | None = field(default=None, repr=False)
    ca_certificates: str | None = None
    proxy: str | None = field(default=None, repr=False)
    connect_address: str | None = None
    connect_port: int = 443
    timeout: int = 30
    """Seconds to wait for a connection and for an answer."""
    retry_for: int = 120
    """Seconds after which a request is not tried again."""
    at_once: int = 4
    """Requests at a time: what Exchange Online allows an application in one mailbox."""


def connection_from(
    params: Mapping[str, Any], identity: Mapping[str, Any] | None = None, prefix: str = ""
) -> Connection:
    """Return the connection of a module's parameters. Reads the files that they name.

    Args:
        params: those of `CONNECTION_ARGUMENTS`.
        identity: those of `IDENTITY_ARGUMENTS`, if they are another option's.
        prefix: that option's name with a dot, for messages.

    Raises:
        InvalidParameter: they cannot be meant. No message holds a key.
    """
    who = params if identity is None else identity
    tenant = params["tenant"]
    if not _GUID.fullmatch(tenant) and not _DOMAIN.fullmatch(tenant):
        raise InvalidParameter(
            "tenant", tenant, "it is neither a tenant's id nor a domain of it", "Give the tenant's id, a GUID."
        )
    checked_guid(f"{prefix}client_id", who["client_id"])
    for name, lowest, highest in (("connect_port", 1, 65535), ("timeout", 1, 3600), ("retry_for", 0, 3600)):
        if not lowest <= params[name] <= highest:
            raise InvalidParameter(name, params[name], "it is out of range", f"Give {lowest} to {highest}.")
    if params["proxy"] and params["connect_address"]:
        raise InvalidParameter(
            "connect_address", params["connect_address"], "the proxy decides where to connect", "Give one of the two."
        )
    if params["ca_certificates"] and not Path(params["ca_certificates"]).is_file():
        raise InvalidParameter(
            "ca_certificates", params["ca_certificates"], "there is no such file", "Give a PEM file of authorities."
        )
    if bool(who["private_key"]) == bool(who["private_key_content"]):
        raise InvalidParameter(
            f"{prefix}private_key",
            who["private_key"],
            "the key is given by a file or as content, by just one of them",
            f"Give {prefix}private_key, or {prefix}private_key_content from the vault.",
        )
    key = who["private_key_content"] or _read(f"{prefix}private_key", who["private_key"])
    if "PRIVATE KEY" not in key:
        shown = who["private_key"] or "(not shown)"
        raise InvalidParameter(f"{prefix}private_key", shown, "it holds no private key in PEM", "Give one.")
    if not who["certificate"]:
        raise InvalidParameter(f"{prefix}certificate", None, "the key needs its certificate", "Give its PEM file.")
    return Connection(
        tenant=tenant.lower(),
        client_id=who["client_id"].lower(),
        certificate=_read(f"{prefix}certificate", who["certificate"]),
        private_key=key,
        passphrase=who["private_key_passphrase"],
        ca_certificates=params["ca_certificates"],
        proxy=params["proxy"],
        connect_address=params["connect_address"],
        connect_port=params["connect_port"],
        timeout=params["timeout"],
        retry_for=params["retry_for"],
    )


def checked_guid(parameter: str, value: str | None) -> str:
    """Return an identifier in small letters.

    Raises:
        InvalidParameter: it is none.
    """
    if value is None or not _GUID.fullmatch(value):
        raise InvalidParameter(parameter, value, "it is no GUID", "Give one like 00000000-0000-0000-0000-000000000000.")
    return value.lower()


def _read(parameter: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no PEM"
        raise InvalidParameter(parameter, path, f"it cannot be read ({why})", "Give a PEM file.") from error
