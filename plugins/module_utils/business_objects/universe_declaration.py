# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a universe shall be on a platform: the parameters of module `bi_universe`, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.arguments import (
    AUTHENTICATIONS,
    QUERY_ARGUMENTS,
    checked_cuid,
    checked_query,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.host import BiHost
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.lcm_cli import Credentials, LcmCli
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

UNIVERSE_ARGUMENTS: dict[str, dict[str, object]] = {
    "cuid": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "exported", "reverted"], "default": "present"},
    "artefact": {"type": "path"},
    "digest": {"type": "str"},
    "revision": {"type": "int"},
    "platform_version": {"type": "str"},
    "connection": {
        "type": "dict",
        "options": {"cuid": {"type": "str", "required": True}, "name": {"type": "str", "required": True}},
    },
    "query": {"type": "dict", "options": QUERY_ARGUMENTS},
    "cms": {"type": "str", "required": True},
    "lcm_cli": {"type": "path", "required": True},
    "lcm_timeout": {"type": "int", "default": 1800},
    "work_directory": {"type": "path", "required": True},
}

REQUIRED_IF = [
    ("state", "present", ("artefact", "digest", "revision", "platform_version", "connection", "query")),
    ("state", "exported", ("artefact",)),
]

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CMS = re.compile(r"[A-Za-z0-9._-]+:\d{1,5}")
_VERSION = re.compile(r"\d+\.\d+(\.\d+)+")


@dataclass(frozen=True)
class BoundTo:
    """The connection that a universe shall be bound to."""

    cuid: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.cuid})"


@dataclass(frozen=True)
class Declared:
    """The parameters of module `bi_universe`; those that its state does not need may be missing."""

    cuid: str
    state: str
    artefact: PurePath | None
    digest: str | None
    revision: int | None
    platform_version: str | None
    connection: BoundTo | None
    query: tuple[Sequence[str], int] | None
    tool: LcmCli

    @property
    def directory(self) -> PurePath:
        """Where logs and backups are kept."""
        return self.tool.directory


def declared_from(params: Mapping[str, Any], host: BiHost) -> Declared:
    """Return what is declared.

    Raises:
        InvalidParameter: it cannot be meant.
    """
    directory = host.path("work_directory", params["work_directory"])
    if not directory.is_absolute() or not host.has_directory(directory.parent):
        raise InvalidParameter(
            "work_directory",
            params["work_directory"],
            "its parent is not there",
            "Give a directory of its own on the BI host, which is backed up: it holds the way back.",
        )
    for name, pattern, remedy in (
        ("digest", _DIGEST, "Give the SHA-256 that was signed off, 64 hexadecimal digits in small letters."),
        ("platform_version", _VERSION, "Give the version of the platform that exported it, such as 14.3.4.4990."),
        ("cms", _CMS, "Give host and port of the Central Management Server, such as bi-live.exams.example:6400."),
    ):
        if params[name] is not None and pattern.fullmatch(params[name]) is None:
            raise InvalidParameter(name, params[name], "it is of another form", remedy)
    if params["revision"] is not None and params["revision"] < 1:
        raise InvalidParameter("revision", params["revision"], "revisions begin with 1", "Give the signed-off one.")
    if not 1 <= params["lcm_timeout"] <= 86400:
        raise InvalidParameter(
            "lcm_timeout", params["lcm_timeout"], "it is no time to wait", "Give 1 to 86400 seconds."
        )
    bound = params["connection"]
    credentials = Credentials(
        params["cms"], params["login_user"], params["login_password"], AUTHENTICATIONS[params["authentication"]]
    )
    return Declared(
        checked_cuid("cuid", params["cuid"]),
        params["state"],
        host.path("artefact", params["artefact"]) if params["artefact"] else None,
        params["digest"],
        params["revision"],
        params["platform_version"],
        None if bound is None else BoundTo(checked_cuid("connection.cuid", bound["cuid"]), bound["name"]),
        checked_query("query", params["query"]),
        LcmCli(host, host.path("lcm_cli", params["lcm_cli"]), directory, credentials, params["lcm_timeout"]),
    )
