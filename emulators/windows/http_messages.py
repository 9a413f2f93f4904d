# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of HTTP/1.1 as WS-Management needs: requests with a body of known length, on a connection that stays."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

LONGEST_BODY = 8 * 1024 * 1024


class Malformed(Exception):
    """What arrived is no HTTP request."""


@dataclass(frozen=True)
class HttpRequest:
    """One request."""

    method: str
    target: str
    headers: dict[str, str]
    """By name in lower case."""
    body: bytes

    @property
    def keeps_alive(self) -> bool:
        """Whether the connection stays open afterwards."""
        return self.headers.get("connection", "").lower() != "close"


async def read_request(reader: asyncio.StreamReader) -> HttpRequest | None:
    """Return the next request, or None if the client has hung up.

    Raises:
        Malformed: it is none.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise Malformed("the connection ended in the middle of a request") from error
        return None
    except asyncio.LimitOverrunError as error:
        raise Malformed("the request's header is too long") from error
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    try:
        method, target, _version = first.split(" ")
        headers = {name.strip().lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
        length = int(headers.get("content-length", "0"))
    except ValueError as error:
        raise Malformed(f"not HTTP: {first[:80]!r}") from error
    if not 0 <= length <= LONGEST_BODY:
        raise Malformed(f"a body of {length} bytes")
    return HttpRequest(method, target, headers, await reader.readexactly(length) if length else b"")


def response(status: HTTPStatus, body: bytes = b"", *, challenges: Sequence[str] = (), content_type: str = "") -> bytes:
    """Return a response as it goes on the wire."""
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Server: Microsoft-HTTPAPI/2.0",
        f"Content-Length: {len(body)}",
    ]
    lines += [f"WWW-Authenticate: {challenge}" for challenge in challenges]
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
