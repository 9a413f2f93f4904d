# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes over the wire: requests as the services see them, their answers, and errors in each service's shape."""

from __future__ import annotations

import json
import uuid
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One request, as a service answers it."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    host: str = ""
    """The `Host` header: name or address, with the port if it is not 443."""

    @property
    def segments(self) -> list[str]:
        """The parts of the path."""
        return [part for part in self.path.split("/") if part]

    @property
    def correlation(self) -> str:
        """What the client calls the request, or an identifier of ours."""
        return self.headers.get("client-request-id") or str(uuid.uuid4())

    def json(self) -> Json:
        """Return the body. Raises GraphError if it is no JSON object."""
        try:
            content = json.loads(self.body or b"{}")
        except ValueError as error:
            raise GraphError(400, "BadRequest", "Unable to read JSON request payload.") from error
        if not isinstance(content, dict):
            raise GraphError(400, "BadRequest", "The request payload is no JSON object.")
        return dict(_plain(content))

    def form(self) -> dict[str, str]:
        """Return the fields of a form."""
        return dict(parse_qsl(self.body.decode(errors="replace")))


@dataclass(frozen=True)
class Answer:
    """A status, a body as JSON, and further headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """Return the body's octets."""
        return b"" if self.body is None else json.dumps(self.body).encode()


class ServiceError(Exception):
    """An error that a service answers."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}

    @abstractmethod
    def answer(self, request: Request, now: datetime) -> Answer:
        """Return it in the service's shape."""


class GraphError(ServiceError):
    """Microsoft Graph's: https://learn.microsoft.com/graph/errors"""

    def answer(self, request: Request, now: datetime) -> Answer:
        """Return it as Graph does: code, message, and an inner error with date and identifiers."""
        inner = {
            "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": str(uuid.uuid4()),
            "client-request-id": request.correlation,
        }
        error = {"code": self.code, "message": self.message, "innerError": inner}
        return Answer(self.status, {"error": error}, self.headers)


class EntraError(ServiceError):
    """The token endpoint's: https://learn.microsoft.com/entra/identity-platform/reference-error-codes"""

    def __init__(
        self, status: int, code: str, number: int, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, code, message, headers)
        self.number = number

    def answer(self, request: Request, now: datetime) -> Answer:
        """Return it as the token endpoint does, AADSTS number and identifiers in the description."""
        trace, stamp = str(uuid.uuid4()), now.strftime("%Y-%m-%d %H:%M:%SZ")
        description = (
            f"AADSTS{self.number}: {self.message} Trace ID: {trace} Correlation ID: {request.correlation} "
            f"Timestamp: {stamp}"
        )
        body = {
            "error": self.code,
            "error_description": description,
            "error_codes": [self.number],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": request.correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
        }
        return Answer(self.status, body, self.headers)


class ExchangeError(ServiceError):
    """A cmdlet's, as the administration interface of Exchange Online wraps it: the exception is in the details."""

    def answer(self, request: Request, now: datetime) -> Answer:
        """Return it with the exception's class before the message, separated by bars."""
        detail = {"code": "Context", "target": "", "message": f"Ex6F9304|{self.code}|{self.message}"}
        error = {
            "code": "NotFound" if self.status == 404 else "BadRequest",
            "message": "Error executing request. Exception of type 'CmdletException' was thrown.",
            "details": [detail],
            "innererror": {"message": self.message, "type": self.code, "stacktrace": ""},
        }
        return Answer(self.status, {"error": error}, self.headers)


class NotEmulated(Exception):
    """Something that the emulator does not know; the message names it."""


def _plain(content: Any) -> Any:
    """Return JSON without the names of types, which clients may send and need not."""
    if isinstance(content, dict):
        return {name: _plain(value) for name, value in content.items() if name != "@odata.type"}
    return [_plain(each) for each in content] if isinstance(content, list) else content


def utc_now(skew: float = 0.0) -> datetime:
    """Return the time, as a service whose clock is ahead by so many seconds has it."""
    return datetime.fromtimestamp(datetime.now(UTC).timestamp() + skew, UTC)


def not_found(identifier: str) -> GraphError:
    """Return the error of a directory that has no such object."""
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{identifier}' does not exist or one of its queried reference-property objects are not present.",
    )
