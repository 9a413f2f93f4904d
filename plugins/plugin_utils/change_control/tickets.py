# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ticket systems in which the state of a change can be looked up. One class for each, behind one contract."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote

from ansible.module_utils.urls import open_url

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem


@dataclass(frozen=True)
class Ticket:
    """What a ticket system says of a change."""

    state: str
    """The state's name, as the ticket system has it."""
    comments: Sequence[str]
    server_time: datetime | None
    """The time that the ticket system says it is; None if it does not say."""


class TicketSystem(ABC):
    """Looks tickets up, and writes nothing."""

    @abstractmethod
    def look_up(self, identifier: str) -> Ticket:
        """Return the ticket of that identifier, which is the change record's.

        Raises:
            Problem: it cannot be looked up; the message names the system, and never the token.
        """


@dataclass(frozen=True)
class Settings:
    """How the ticket system is reached: the inventory's `change_control_ticket_system`."""

    url: str
    approved_states: Sequence[str]
    token: str = field(repr=False)
    user: str = ""
    ca: str = ""
    deadline: float = 10.0

    @classmethod
    def parse(cls, declared: Mapping[str, Any]) -> Settings:
        """Return the settings.

        Raises:
            InvalidParameter: something is missing, unknown, or not to be trusted. It never shows the token.
        """
        name = "change_control_ticket_system"
        required, optional = {"url", "approved_states", "token"}, {"kind", "user", "ca", "deadline"}
        missing, unknown = sorted(required - set(declared)), sorted(set(declared) - required - optional)
        if missing or unknown:
            raise InvalidParameter(name, sorted(declared), f"missing {missing}, unknown {unknown}", "Correct it.")
        if not str(declared["url"]).startswith("https://"):
            raise InvalidParameter(f"{name}.url", declared["url"], "it is no https address", "Tokens go over TLS only.")
        states = declared["approved_states"]
        if not isinstance(states, Sequence) or isinstance(states, str) or not states:
            raise InvalidParameter(f"{name}.approved_states", states, "it is no list of states", "Name one at least.")
        try:
            deadline = float(declared.get("deadline", 10))
        except (TypeError, ValueError):
            wrong = declared["deadline"]
            raise InvalidParameter(f"{name}.deadline", wrong, "it is no number", "Give it in seconds.") from None
        return cls(
            url=str(declared["url"]).rstrip("/"),
            approved_states=[str(state) for state in states],
            token=str(declared["token"]),
            user=str(declared.get("user", "")),
            ca=str(declared.get("ca", "")),
            deadline=deadline,
        )


class Jira(TicketSystem):
    """Jira, by its REST interface, version 2, which Cloud, Data Center and Server have in common.

    A personal access token goes as a bearer token; with `user`, an API token goes as basic authentication (Cloud).
    """

    def __init__(self, settings: Settings) -> None:
        """Keep how it is reached."""
        self._settings = settings

    def look_up(self, identifier: str) -> Ticket:
        """Return the issue's status and comments."""
        settings = self._settings
        address = f"{settings.url}/rest/api/2/issue/{quote(identifier, safe='')}?fields=status,comment"
        basic = {"url_username": settings.user, "url_password": settings.token, "force_basic_auth": True}
        bearer = {"headers": {"Authorization": f"Bearer {settings.token}", "Accept": "application/json"}}
        try:
            with open_url(
                address,
                timeout=settings.deadline,
                ca_path=settings.ca or None,
                follow_redirects="none",
                **(basic if settings.user else bearer),
            ) as answer:
                return ticket_of(answer.read(), answer.headers.get("Date"))
        except HTTPError as error:
            reasons = {
                401: "the token is not accepted",
                403: "the token may not read it",
                404: "there is no such issue",
            }
            raise Problem(
                f"{identifier} cannot be looked up: {reasons.get(error.code, 'an answer that was not expected')}",
                where=settings.url,
                found=f"HTTP {error.code}",
            ) from error
        except (URLError, OSError, HTTPException, ValueError) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise Problem(
                f"{identifier} cannot be looked up", where=settings.url, found=f"{type(error).__name__}: {reason}"
            ) from error


SYSTEMS: Mapping[str, type[Jira]] = {"jira": Jira}


def ticket_system(declared: Mapping[str, Any]) -> tuple[TicketSystem, Settings] | None:
    """Return the inventory's ticket system with its settings; None where it has none.

    Raises:
        InvalidParameter: its settings are wrong, or there is no such kind.
    """
    if not declared:
        return None
    kind = declared.get("kind", "jira")
    if kind not in SYSTEMS:
        raise InvalidParameter(
            "change_control_ticket_system.kind", kind, f"it is none of {', '.join(SYSTEMS)}", "Choose one of these."
        )
    settings = Settings.parse(declared)
    return SYSTEMS[kind](settings), settings


def ticket_of(content: bytes, date: str | None) -> Ticket:
    """Return the issue that Jira answered with. Raises ValueError if it is none."""
    try:
        fields = json.loads(content)["fields"]
        return Ticket(
            state=str(fields["status"]["name"]),
            comments=[str(comment["body"]) for comment in fields.get("comment", {}).get("comments", [])],
            server_time=parsedate_to_datetime(date) if date else None,
        )
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"the answer is no issue of Jira ({type(error).__name__}: {error})") from error
