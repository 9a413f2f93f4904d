# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SYS_CONTEXT: what a session knows of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.oracle.engine.errors import OracleError

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session


def context_of(session: Session, namespace: str, name: str) -> str | None:
    """Return a parameter of a namespace, None where there is none. Raises OracleError 2003."""
    if namespace.upper() != "USERENV":
        return None
    instance = session.instance
    known = {
        "SESSION_USER": session.user, "CURRENT_USER": session.user, "CURRENT_SCHEMA": session.current_schema,
        "DB_NAME": instance.name, "DB_UNIQUE_NAME": instance.name, "INSTANCE_NAME": instance.name,
        "SERVICE_NAME": instance.service, "SID": str(session.id), "SESSIONID": str(session.id),
        "HOST": session.machine, "OS_USER": session.os_user, "TERMINAL": session.terminal,
        "MODULE": session.described.get("module", ""), "ACTION": session.described.get("action", ""),
        "NETWORK_PROTOCOL": "tcps", "LANG": "US",
        "CLIENT_IDENTIFIER": session.described.get("client_identifier", ""), "CON_NAME": instance.name,
        "SERVER_HOST": "emulated", "CLIENT_INFO": session.described.get("client_info", ""), "ISDBA": "FALSE",
        "IP_ADDRESS": session.peer.rpartition(":")[0], "LANGUAGE": "AMERICAN_AMERICA.AL32UTF8",
        "NLS_DATE_FORMAT": session.nls["NLS_DATE_FORMAT"], "AUTHENTICATION_METHOD": "PASSWORD",
    }  # fmt: skip
    if name.upper() not in known:
        raise OracleError(2003, message="invalid USERENV parameter")
    return known[name.upper()] or None
