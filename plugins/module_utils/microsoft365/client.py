# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests to Microsoft Graph and to Exchange Online's administration: tokens, pages, and what to try again.

What is tried again: 429 and 503 after `Retry-After`, or with a wait that doubles; other 5xx and broken connections
only for requests that can be repeated without harm. https://learn.microsoft.com/graph/throttling
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365._msal import require_msal
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365._requests import (
    exceptions,
    new_session,
    require_requests,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.connection import Connection
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.failures import (
    no_authority,
    not_sent,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.refusals import (
    NoAnswer,
    NoToken,
    Refused,
    refused,
    sign_in_refused,
    without_tokens,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.sign_in import (
    SERVER_ERRORS,
    TRANSIENT,
    Busy,
    asked_to_wait,
    new_application,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import OutcomeUnknown, Problem

Json = dict[str, Any]

ENTRA = "https://login.microsoftonline.com"
GRAPH = "https://graph.microsoft.com"
EXCHANGE = "https://outlook.office365.com"

FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
_REPEATABLE = frozenset({"GET", "PATCH", "DELETE"})


class Client:
    """Asks the services of one tenant as one application. Threads may share it."""

    def __init__(self, connection: Connection) -> None:
        """Prepare it; nothing is sent.

        Raises:
            Problem: a library is missing.
        """
        require_requests()
        require_msal()
        self.connection = connection
        self._session = new_session(connection)
        self._application: Any = None
        self.tried_again = 0
        """How often a request was sent again, for whatever reason."""

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def sign_in(self, *, patience: float = 0.0) -> None:
        """Get a token for Graph, so that what is wrong with the identity is said once, before threads begin.

        Args:
            patience: for how many seconds to try again what may be new to Entra ID.

        Raises:
            NoToken: the identity gets none.
        """
        deadline, wait = time.monotonic() + patience, FIRST_WAIT
        while True:
            try:
                self._token(GRAPH)
            except NoToken as error:
                if not error.may_be_too_early or time.monotonic() + wait > deadline:
                    raise
            else:
                return
            self._application = None  # msal repeats for a while what it was answered
            time.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    def get(self, path: str, *, permission: str, query: Mapping[str, str] | None = None, **options: Any) -> Any:
        """Return an object, or a number, of Graph."""
        return self.send("GET", _graph(path, query), permission=permission, **options)

    def pages(self, path: str, *, permission: str, query: Mapping[str, str] | None = None) -> Iterator[Json]:
        """Yield all objects of a list of Graph, page by page."""
        address: str | None = _graph(path, query)
        links: set[str] = set()
        while address:
            page = self.send("GET", address, permission=permission)
            yield from objects_of(page, _graph(path, None))
            address = following(page, _graph(path, None), GRAPH, links)

    def change(self, method: str, path: str, body: Json | None, *, permission: str, **options: Any) -> Any:
        """Create, change or delete an object of Graph, and return what it answered."""
        return self.send(method, _graph(path, None), body, permission=permission, **options)

    def cmdlet(self, name: str, **parameters: object) -> list[Json]:
        """Run a cmdlet of Exchange Online, and return its rows.

        Only a cmdlet that reads (`Get-`, `Test-`) is run again after a broken connection.
        """
        tenant = self.connection.tenant
        address: str | None = f"{EXCHANGE}/adminapi/beta/{tenant}/InvokeCommand"
        rows: list[Json] = []
        links: set[str] = set()
        while address:
            answer = self.send(
                "POST",
                address,
                {"CmdletInput": {"CmdletName": name, "Parameters": parameters}},
                permission="Exchange.ManageAsApp, and a role of Exchange that has the cmdlet " + name,
                repeatable=name.startswith(("Get-", "Test-")),
                headers={
                    "X-AnchorMailbox": f"APP:SystemMailbox{{bb558c35-97f1-4cb9-8ff7-d53741dc928c}}@{tenant}",
                    "Prefer": "odata.maxpagesize=1000",
                },
            )
            rows += objects_of(answer, f"cmdlet {name}")
            address = following(answer, f"cmdlet {name}", EXCHANGE, links)
        return rows

    def send(
        self,
        method: str,
        address: str,
        body: Json | None = None,
        *,
        permission: str | None = None,
        repeatable: bool | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send a request until it is answered, and return the answer's JSON, None if it has none.

        Args:
            method: of HTTP.
            address: with the name of the service.
            body: sent as JSON.
            permission: what it needs, to be named if it is refused.
            repeatable: whether it may be sent again when it is not known what became of it; by default it is if the
                method says so.
            headers: further ones.

        Raises:
            Refused: the service refused.
            NoAnswer: nothing was done, and time is up.
            OutcomeUnknown: it is not known whether it was done.
        """
        again = method in _REPEATABLE if repeatable is None else repeatable
        where = f"{method} {without_tokens(address)}"
        deadline = time.monotonic() + self.connection.retry_for
        wait = FIRST_WAIT
        while True:
            identifier = str(uuid.uuid4())
            sent = {"Authorization": f"Bearer {self._token(address)}", "client-request-id": identifier}
            try:
                answer = self._session.request(
                    method, address, json=body, headers={**(headers or {}), **sent}, allow_redirects=False
                )
            except exceptions.RequestException as error:
                problem = not_sent(error, where, identifier)
                if not isinstance(problem, NoAnswer):
                    raise problem from None
                if not again and not isinstance(error, exceptions.ConnectTimeout):
                    raise OutcomeUnknown(problem.what, where=where, remedy=problem.remedy) from None
            else:
                if answer.ok:
                    return _content(answer, where)
                request_id = answer.headers.get("request-id", "none")
                identifiers = f"request-id {request_id}, client-request-id {identifier}"
                problem = refused(answer.status_code, _body(answer), where, identifiers, permission)
                if answer.status_code not in TRANSIENT and not (again and answer.status_code in SERVER_ERRORS):
                    raise problem
                wait = asked_to_wait(answer.headers) or wait
            # a fixed wait would bring clients that were refused together back together
            pause = wait * random.uniform(1.0, 1.1)  # noqa: S311  it is no secret
            if time.monotonic() + pause > deadline:
                raise problem
            self.tried_again += 1
            time.sleep(pause)
            wait = min(wait * 2, LONGEST_WAIT)

    def wait_for(self, ready: Any, problem: Problem, seconds: float) -> Any:
        """Return what a function returns, asked again until it is not None.

        Raises:
            Problem: the given one; it is not so within the time.
        """
        deadline, wait = time.monotonic() + seconds, FIRST_WAIT
        while (found := ready()) is None:
            if time.monotonic() + wait > deadline:
                raise problem
            time.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
        return found

    def _token(self, address: str) -> str:
        service = EXCHANGE if address.startswith(EXCHANGE) else GRAPH
        where = f"{ENTRA}/{self.connection.tenant}"
        deadline, wait = time.monotonic() + self.connection.retry_for, FIRST_WAIT
        while True:
            try:
                if self._application is None:
                    self._application = new_application(self.connection, self._session, where)
                answer = self._application.acquire_token_for_client([f"{service}/.default"])
            except Busy as busy:
                problem: Problem = busy
                wait = busy.wait or wait
            except exceptions.RequestException as error:
                problem = not_sent(error, where, "none")
            except ValueError as error:
                raise no_authority(error, where) from None
            else:
                if "access_token" in answer:
                    return str(answer["access_token"])
                problem = sign_in_refused(answer, where)
                if answer.get("error") != "temporarily_unavailable":
                    raise problem
            if not isinstance(problem, NoAnswer | Refused) or time.monotonic() + wait > deadline:
                raise problem
            self.tried_again += 1
            time.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)


def _graph(path: str, query: Mapping[str, str] | None) -> str:
    """Return the address of a path of Graph, such as `v1.0/users`."""
    return f"{GRAPH}/{path}{'?' + urlencode(query, quote_via=quote, safe='$') if query else ''}"


def _body(answer: Any) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None


def following(page: Json, where: str, service: str, links: set[str]) -> str | None:
    """Return where the next page is, None after the last one.

    Args:
        page: the one before it.
        where: what messages call the list.
        service: whose token is sent there: it is sent nowhere else.
        links: those that were followed, to which this one is added.

    Raises Problem if it leads to another service, or in a circle.
    """
    link = page.get("@odata.nextLink")
    if not link:
        return None
    if not isinstance(link, str) or not link.startswith(f"{service}/"):
        raise Problem("a link to the next page leads elsewhere", where=where, found=link)
    if link in links:
        raise Problem("the link to the next page leads back to one that was read", where=where, found=link)
    links.add(link)
    return link


def objects_of(page: Any, where: str) -> list[Json]:
    """Return the objects of a page. Raises Problem if it is none."""
    listed = page.get("value", []) if isinstance(page, dict) else None
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise Problem("the answer is no list of objects", where=where, found=str(page)[:200])
    return listed


def _content(answer: Any, where: str) -> Any:
    if not answer.content:
        return None
    content = _body(answer)
    if content is None:
        raise Problem("the answer is no JSON: something between this host and the service answers instead", where=where)
    return content
