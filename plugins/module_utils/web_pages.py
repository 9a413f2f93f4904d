# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""Pages as a browser gets them, over verified TLS, and whether they are what they have to be."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import Finding
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

LARGEST = 4 << 20
"""Bytes of a page that are looked at."""
SHOWN = 120


@dataclass(frozen=True)
class Page:
    """A page, and what it has to be."""

    url: str
    host: str
    port: int
    target: str
    connect_address: str
    status: int
    contains: Sequence[str]
    lacks: Sequence[str]
    remedy: str
    served: bool = True
    """Whether it is to be there; else nothing may answer with this status and this content."""

    @property
    def where(self) -> str:
        """Its address, and where it was asked for if that is not what the name stands for."""
        return self.url if self.connect_address == self.host else f"{self.url} at {self.connect_address}"


@dataclass(frozen=True)
class Sight:
    """What was found of a page."""

    page: Page
    status: int | None = None
    body: str = ""
    not_reached: str = ""
    not_trusted: str = ""
    refused: bool = False
    """Whether nothing listens there."""

    @property
    def differences(self) -> list[Finding]:
        """What is not as it has to be."""
        page = self.page
        if not page.served:
            there = self.status == page.status and all(text in self.body for text in page.contains)
            return [Finding(page.where, "page", "not served", f"status {self.status}", page.remedy)] if there else []
        if self.not_trusted:
            return [Finding(page.where, "TLS", "a handshake that clients trust", self.not_trusted, "See line 1.6.")]
        if self.status is None:
            return []
        if self.status != page.status:
            shown = " ".join(re.sub(r"<[^>]*>", " ", self.body).split())[:SHOWN]
            return [Finding(page.where, "status", str(page.status), f"{self.status} {shown}".strip(), page.remedy)]
        missing = [text for text in page.contains if text not in self.body]
        too_much = [text for text in page.lacks if text in self.body]
        return [
            *(Finding(page.where, "content", f"'{text}'", "not on the page", page.remedy) for text in missing),
            *(Finding(page.where, "content", f"no '{text}'", "on the page", page.remedy) for text in too_much),
        ]

    @property
    def not_proven(self) -> list[Finding]:
        """What could not be looked at."""
        if not self.not_reached or (self.refused and not self.page.served):
            return []
        wanted = f"status {self.page.status}" if self.page.served else "not served"
        return [Finding(self.page.where, "page", wanted, self.not_reached, self.page.remedy)]


class _Connection(http.client.HTTPSConnection):
    """HTTPS to an address, with the name of another."""

    def __init__(self, page: Page, context: ssl.SSLContext, timeout: float) -> None:
        super().__init__(page.host, page.port, timeout=timeout)
        self._page = page
        self._trust = context
        self._limit = timeout

    def connect(self) -> None:
        """Connect to the address, and verify the name."""
        plain = socket.create_connection((self._page.connect_address, self._page.port), self._limit)
        try:
            self.sock = self._trust.wrap_socket(plain, server_hostname=self._page.host)
        except BaseException:
            plain.close()
            raise


def pages_from(given: Sequence[Mapping[str, Any]]) -> list[Page]:
    """Return the pages that the module's parameters name.

    Raises:
        InvalidParameter: an address is none of HTTPS.
    """
    pages = []
    for number, entry in enumerate(given):
        parts = urlsplit(entry["url"])
        if parts.scheme != "https" or not parts.hostname:
            raise InvalidParameter(
                f"pages[{number}].url", entry["url"], "it is no address of HTTPS", "Give https://name/path."
            )
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        address = entry.get("connect_address") or parts.hostname
        pages.append(
            Page(
                entry["url"], parts.hostname, parts.port or 443, target, address,
                entry["status"], entry["contains"], entry["lacks"], entry["remedy"], entry["served"],
            )
        )  # fmt: skip
    return pages


def look_at(page: Page, roots: Sequence[str], timeout: float) -> Sight:
    """Ask for a page, following no redirection.

    Raises:
        InvalidParameter: a file of roots cannot be read.
    """
    context = ssl.create_default_context()
    if roots:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for root in roots:
        try:
            context.load_verify_locations(root)
        except OSError as error:
            raise InvalidParameter("roots", root, f"it cannot be read: {error}", "Give a PEM file.") from error
    connection = _Connection(page, context, timeout)
    try:
        connection.request("GET", page.target, headers={"Accept": "text/html, application/json", "Connection": "close"})
        response = connection.getresponse()
        body = response.read(LARGEST).decode(errors="replace")
    except ssl.SSLCertVerificationError as error:
        return Sight(page, not_trusted=error.verify_message or str(error))
    except ssl.SSLError as error:
        return Sight(page, not_trusted=f"no TLS: {error.reason or error}")
    except (OSError, http.client.HTTPException) as error:
        refused = isinstance(error, ConnectionRefusedError)
        return Sight(page, not_reached=f"no answer: {error or type(error).__name__}", refused=refused)
    finally:
        connection.close()
    return Sight(page, response.status, body)
