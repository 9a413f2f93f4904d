# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A ticket system that answers as Jira's REST interface does, version 2, for one question: the state of an issue.

What it answers, errors included: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/#api/2/issue-getIssue
Everything else that it is asked is refused with 404 and kept, so that a test can see that there was nothing else.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import parse_qs, urlsplit

Fault = Literal["none", "error", "silent", "nonsense", "redirect", "cut off", "no HTTP"]
PATH = "/rest/api/2/issue/"


@dataclass
class Jira:
    """A running ticket system; its state is changed while it runs."""

    address: str
    context: ssl.SSLContext
    token: str
    user: str = ""
    """With a user it demands basic authentication, as Cloud does; else a bearer token, as Data Center does."""
    issues: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """The status and the comments of each issue."""
    fault: Fault = "none"
    """error: 503. silent: accepts and does not answer. nonsense: 200 and no JSON. redirect: elsewhere, without TLS. cut
    off: the connection ends in the middle of the answer. no HTTP: what answers speaks something else."""
    skew: timedelta = timedelta()
    """How far its clock is ahead."""
    refused: list[str] = field(default_factory=list)
    """What it was asked that it does not know."""

    def __enter__(self) -> Self:
        """Start it on a free port."""
        self._closing = threading.Event()
        system = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                system.answer(self)

            def do_other(self) -> None:
                system.refuse(self)

            do_POST = do_PUT = do_DELETE = do_other  # noqa: N815 - the names that the library looks for

            def date_time_string(self, timestamp: float | None = None) -> str:
                return format_datetime(datetime.now(UTC) + system.skew, usegmt=True)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer((self.address, 0), Handler)
        self._server.socket = self.context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    @property
    def _authorization(self) -> str:
        if not self.user:
            return f"Bearer {self.token}"
        return f"Basic {base64.b64encode(f'{self.user}:{self.token}'.encode()).decode()}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer a GET request."""
        address = urlsplit(request.path)
        if not address.path.startswith(PATH) or parse_qs(address.query) != {"fields": ["status,comment"]}:
            self.refuse(request)
        elif self.fault == "silent":
            self._closing.wait()
        elif self.fault == "error":
            _send(request, 503, b"Service Unavailable", "text/plain")
        elif self.fault == "nonsense":
            _send(request, 200, b"<html>Please log in</html>", "text/html")
        elif self.fault == "redirect":
            _send(request, 302, b"", "text/plain", {"Location": f"http://{self.address}:{self.port}{request.path}"})
        elif self.fault == "cut off":
            _send(request, 200, b'{"fields":', "application/json;charset=UTF-8", {"Content-Length": "5000"})
        elif self.fault == "no HTTP":
            request.wfile.write(b"220 tickets.exams.example\r\n")
        elif request.headers.get("Authorization") != self._authorization:
            _send(request, 401, b"", "text/plain", {"WWW-Authenticate": "OAuth"})
        elif (identifier := address.path.removeprefix(PATH)) not in self.issues:
            _send_json(request, 404, {"errorMessages": ["Issue Does Not Exist"], "errors": {}})
        else:
            status, comments = self.issues[identifier]
            bodies = [{"id": str(number), "body": body} for number, body in enumerate(comments)]
            fields = {"status": {"name": status}, "comment": {"comments": bodies, "total": len(bodies)}}
            _send_json(request, 200, {"id": "1", "key": identifier, "fields": fields})

    def refuse(self, request: BaseHTTPRequestHandler) -> None:
        """Refuse what it does not know, and remember it."""
        self.refused.append(f"{request.command} {request.path}")
        _send(request, 404, b"not emulated", "text/plain")


def _send_json(request: BaseHTTPRequestHandler, status: int, content: dict[str, Any]) -> None:
    _send(request, status, json.dumps(content).encode(), "application/json;charset=UTF-8")


def _send(
    request: BaseHTTPRequestHandler, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None
) -> None:
    request.send_response(status)
    for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)
