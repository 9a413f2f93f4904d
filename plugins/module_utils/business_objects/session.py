# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session with a BI platform's RESTful web services: logged on once, and always logged off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import rejected_logins
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects._requests import Answer, Http
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.server import (
    LogonRejected,
    NoAnswer,
    NoLicence,
    Server,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.rejected_logins import Login

ROOT = "/biprws"
_TOKEN = "X-SAP-LogonToken"  # noqa: S105 (the name of the header)
_WRONG_PASSWORD = "FWB 00008"  # noqa: S105 (the number of an error)
_LICENCE = re.compile(r"licen[cs]e", re.IGNORECASE)


class Session:
    """A context manager: inside it somebody is logged on.

    A session that is not logged off holds a licence until it times out, hours later.
    """

    def __init__(self, server: Server) -> None:
        """Prepare it; nothing is sent."""
        self.server = server
        self.warnings: list[str] = []
        """What whoever runs this should know."""
        self._http = Http(server)
        self._token = ""

    def __enter__(self) -> Self:
        """Log on.

        Raises:
            LogonRejected: name, password or authentication is wrong; the same password is not tried again.
            NoLicence: no licence is free.
            NoAnswer: the web services did not answer, or as something else.
        """
        login = self._login()
        if login is not None and rejected_logins.is_remembered(login):
            raise LogonRejected(
                f"the logon of {self.server.user} was rejected before with this same password, and is not tried again",
                where=str(self.server),
                found=f"a record in {login.path}",
                remedy="Correct the password. If it is the right one by now, delete that file, and it is tried again.",
            )
        asked = {"userName": self.server.user, "password": self.server.password, "auth": self.server.authentication}
        answer = self._send("POST", "/logon/long", json.dumps(asked).encode())
        if answer.status != 200:
            self._rejected(answer, login)
        self._token = answer.headers.get(_TOKEN, "").strip('"') or str(_content(answer).get("logonToken", ""))
        if not self._token:
            raise NoAnswer(
                "a logon was answered without a token",
                where=str(self.server),
                found=_shown(answer),
                remedy="Look whether there is a BI platform behind this name and port.",
            )
        if login is not None:
            rejected_logins.forget(login)
        return self

    def _login(self) -> Login | None:
        if self.server.rejected_logins is None:
            return None
        server = self.server
        return Login(server.user, server.platform, server.password, self.server.rejected_logins)

    def _rejected(self, answer: Answer, login: Login | None) -> None:
        """Say why nobody was logged on."""
        said = _said(answer)
        if _LICENCE.search(said):
            raise NoLicence(
                f"the logon of {self.server.user} was refused: no licence is free",
                where=str(self.server),
                found=said,
                remedy="Wait until somebody logs off, end sessions that nobody uses (CMC, Sessions), or run this as a "
                "named user; then run again.",
            )
        if _WRONG_PASSWORD in said:
            if login is not None:
                rejected_logins.remember(login)
            raise LogonRejected(
                f"the logon of {self.server.user} was rejected: name, password or authentication "
                f"({self.server.authentication}) is wrong",
                where=str(self.server),
                found=said,
                remedy="It was tried once, and is not tried again. Correct the account or its secret first: more "
                "attempts can lock it.",
            )
        kind = LogonRejected if answer.status in (401, 403) else NoAnswer
        raise kind(
            f"the logon of {self.server.user} failed with HTTP {answer.status}",
            where=str(self.server),
            found=said,
            remedy="Look at the account in the CMC, and whether it may use RESTful web services.",
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Log off, whatever happened."""
        try:
            answer = self._send("POST", "/logoff", b"")
        except NoAnswer as failure:
            self.warnings.append(
                f"Nobody was logged off, so that a licence stays taken until the session ends: {failure}"
            )
        else:
            if answer.status >= 300:
                self.warnings.append(f"The logoff was answered with HTTP {answer.status}: {_said(answer)}")
        finally:
            self._token = ""
            self._http.close()

    def json(self, method: str, path: str, content: object = None) -> Mapping[str, Any]:
        """Return what a request is answered with.

        Raises:
            NoAnswer: it is no JSON.
            Problem: it is an error.
        """
        body = None if content is None else json.dumps(content).encode()
        return _content(self._checked("GET" if body is None else method, path, body))

    def xml(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """Return the XML that a request is answered with. Raises as `json`."""
        return self._checked(method, path, body, kind="application/xml").body

    def _checked(self, method: str, path: str, body: bytes | None, *, kind: str = "application/json") -> Answer:
        answer = self._send(method, path, body, kind=kind)
        if answer.status >= 300:
            refusal = NoAnswer if answer.status in (502, 503, 504) else Problem
            raise refusal(
                f"the request was answered with HTTP {answer.status}",
                where=f"{self.server}, {method} {ROOT}{path}",
                found=_said(answer),
                remedy="Look at the rights of the account, and at the log of the web services.",
            )
        return answer

    def _send(self, method: str, path: str, body: bytes | None, *, kind: str = "application/json") -> Answer:
        headers = {"Accept": kind, "Content-Type": kind}
        if self._token:
            headers[_TOKEN] = f'"{self._token}"'
        return self._http.send(method, ROOT + path, headers=headers, body=body)


@contextmanager
def as_documented(server: Server) -> Iterator[None]:
    """Have NoAnswer raised where what is read out of an answer is not there, or is something else."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise NoAnswer(
            "an answer is not of the form that is documented",
            where=str(server),
            found=f"{type(error).__name__}: {error}",
            remedy="Look whether there is a BI platform behind this name and port, and of which version.",
        ) from error


def _content(answer: Answer) -> Mapping[str, Any]:
    """Return an answer's JSON. Raises NoAnswer if it is none."""
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise NoAnswer(
            "the answer is no JSON object",
            found=_shown(answer),
            remedy="Look whether there is a BI platform behind this name and port, and no page to log in.",
        )
    return content


def _said(answer: Answer) -> str:
    """Return the error that an answer holds, in one line."""
    try:
        content = json.loads(answer.body)
        return " ".join(str(content["message"]).split()) + (
            "" if "(" in content["message"] else f" ({content['error_code']})"
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return _shown(answer)


def _shown(answer: Answer) -> str:
    return " ".join(answer.body[:200].decode(errors="replace").split()) or "nothing"
