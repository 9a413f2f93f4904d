# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `https_endpoint_info` is asked for: its parameters, checked before a packet leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._cryptography import (
    require_cryptography,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.specification import canonical_name
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import PROOF_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.resolution import (
    RESOLVER_ARGUMENTS,
    checked_port,
    is_address,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls._pyopenssl import VERSIONS, require_pyopenssl
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.roots import CertificateFiles, Certificates, Roots

StartTls: TypeAlias = Literal["none", "tds"]

ARGUMENTS: dict[str, dict[str, object]] = {
    "endpoints": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "host": {"type": "str", "required": True},
            "port": {"type": "int", "default": 443},
            "connect_address": {"type": "str"},
            "starttls": {"type": "str", "choices": ["none", "tds"], "default": "none"},
            "roots": {"type": "list", "elements": "path"},
        },
    },
    "roots": {"type": "list", "elements": "path", "required": True},
    "intermediates": {"type": "list", "elements": "path", "default": []},
    "at": {"type": "str"},
    "minimum_days_left": {"type": "int", "default": 14},
    "maximum_life_days": {"type": "int"},
    "minimum_protocol": {"type": "str", "choices": list(VERSIONS), "default": "TLSv1.2"},
    "require_ocsp_stapling": {"type": "bool", "default": False},
    "deadline": {"type": "float", "default": 10.0},
    "concurrency": {"type": "int", "default": 64},
    **RESOLVER_ARGUMENTS,
    **PROOF_ARGUMENTS,
}


@dataclass(frozen=True)
class Endpoint:
    """A service whose TLS is looked at."""

    host: str
    """The name that clients use: asked for by SNI, and expected in the certificate."""
    port: int
    connect_address: str | None
    """Name or address to which packets go instead."""
    starttls: StartTls
    roots: Roots
    """What clients of this service trust."""

    @property
    def target(self) -> str:
        """Name or address to which packets go."""
        return self.connect_address or self.host

    def where(self, address: str | None = None) -> str:
        """Return the endpoint as messages name it."""
        return f"{self.host}:{self.port} ({address or self.target})"


@dataclass(frozen=True)
class Policy:
    """What is expected of every endpoint."""

    at: dt.datetime
    minimum_days_left: int
    maximum_life_days: int | None
    minimum_protocol: str
    require_ocsp_stapling: bool
    intermediates: Certificates = ()
    """Known to issue for the estate; never trusted, only to tell what a server left out."""


@dataclass(frozen=True)
class Task:
    """All that one call of the module is asked for."""

    endpoints: tuple[Endpoint, ...]
    policy: Policy
    deadline: float
    concurrency: int


def task_from(params: Mapping[str, Any]) -> Task:
    """Return the module's parameters as a task.

    Raises:
        InvalidParameter: one of them cannot be meant.
        Problem: a library is missing, or a file cannot be read.
    """
    require_cryptography()
    require_pyopenssl()
    for name in ("minimum_days_left", "maximum_life_days"):
        if (params[name] or 0) < 0:
            raise InvalidParameter(name, params[name], "it is negative", "Give a number of days, 0 or more.")
    if params["deadline"] <= 0:
        raise InvalidParameter("deadline", params["deadline"], "it leaves no time", "Give seconds, more than 0.")
    if params["concurrency"] < 1:
        raise InvalidParameter("concurrency", params["concurrency"], "nothing could run", "Give 1 or more.")
    files = CertificateFiles()
    policy = Policy(
        at=_time(params["at"]),
        minimum_days_left=params["minimum_days_left"],
        maximum_life_days=params["maximum_life_days"],
        minimum_protocol=params["minimum_protocol"],
        require_ocsp_stapling=params["require_ocsp_stapling"],
        intermediates=files.certificates("intermediates", params["intermediates"]),
    )
    endpoints = _endpoints(params["endpoints"], files.roots("roots", params["roots"]), files)
    return Task(endpoints, policy, params["deadline"], params["concurrency"])


def _endpoints(entries: Sequence[Mapping[str, Any]], roots: Roots, files: CertificateFiles) -> tuple[Endpoint, ...]:
    endpoints: list[Endpoint] = []
    seen: dict[tuple[object, ...], int] = {}
    for number, entry in enumerate(entries):
        path = f"endpoints[{number}]"
        host = canonical_name(f"{path}.host", entry["host"])
        if host.startswith("*"):
            raise InvalidParameter(
                f"{path}.host", entry["host"], "no client asks for a wildcard", "Give a name that clients use."
            )
        target = entry.get("connect_address")
        if target is not None and not is_address(target):
            canonical_name(f"{path}.connect_address", target)
        own = entry.get("roots")
        endpoint = Endpoint(
            host,
            checked_port(f"{path}.port", entry["port"]),
            target,
            entry["starttls"],
            roots if own is None else files.roots(f"{path}.roots", own),
        )
        identity = (endpoint.host, endpoint.port, endpoint.target)
        if (other := seen.setdefault(identity, number)) != number:
            raise InvalidParameter(path, endpoint.where(), f"endpoints[{other}] is the same", "Give it once.")
        endpoints.append(endpoint)
    return tuple(endpoints)


def _time(text: str | None) -> dt.datetime:
    """Return the time at which certificates are judged; now, unless it is given."""
    if text is None:
        return dt.datetime.now(dt.UTC)
    advice = "Give a time as in 2027-01-31T08:00:00Z."
    try:
        when = dt.datetime.fromisoformat(text)
    except ValueError:
        raise InvalidParameter("at", text, "it is no time in ISO 8601", advice) from None
    if when.tzinfo is None:
        raise InvalidParameter("at", text, "it does not say its offset from UTC", advice)
    return when
