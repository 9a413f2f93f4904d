# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Graph's calendars: events of a mailbox, for whom its scope allows it, four requests at a time.

https://learn.microsoft.com/graph/api/user-post-events, https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
"""

from __future__ import annotations

import threading
from collections import Counter

from emulators.microsoft365 import odata
from emulators.microsoft365.access import READING, WRITING, allowed
from emulators.microsoft365.messages import Answer, GraphError, Json, NotEmulated, Request
from emulators.microsoft365.tenant import Tenant, new_id, stamp

CONCURRENT = 4
"""Requests at a time, for an application and a mailbox."""
EVENT_PROPERTIES = frozenset(
    {"subject", "body", "start", "end", "transactionId", "sensitivity", "showAs", "isReminderOn", "attendees"}
)


class Calendars:
    """Answers for events."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._lock = threading.Lock()
        self._running: Counter[tuple[str, str]] = Counter()
        self.most_at_once = 0
        """The most requests that ran for one application and mailbox at the same time."""

    def enter(self, caller: Json, parts: list[str]) -> tuple[str, str] | None:
        """Count a request to a mailbox, before anything delays it. Raises GraphError if there are too many."""
        if len(parts) < 3 or parts[0] != "users" or parts[2] not in ("calendar", "events"):
            return None
        key = (str(caller["appid"]), parts[1].casefold())
        with self._lock:
            if self._running[key] >= CONCURRENT:
                raise GraphError(
                    429,
                    "ApplicationThrottled",
                    "Application is over its MailboxConcurrency limit.",
                    {"Retry-After": "1"},
                )
            self._running[key] += 1
            self.most_at_once = max(self.most_at_once, self._running[key])
        return key

    def leave(self, key: tuple[str, str] | None) -> None:
        """Count a request no more."""
        if key is not None:
            with self._lock:
                self._running[key] -= 1

    def answer(self, request: Request, caller: Json, parts: list[str]) -> Answer | None:
        """Answer, or return None for what is not a calendar's."""
        match [request.method, *parts]:
            case ["GET", "users", name, "calendar", "events"]:
                events = self._events(name, caller, READING)
                return Answer(200, odata.page(request, list(events.values()), filters=("transactionId", "subject")))
            case ["POST", "users", name, "calendar", "events"]:
                return self._create(self._events(name, caller, WRITING), request.json())
            case ["DELETE", "users", name, "events", identifier]:
                events = self._events(name, caller, WRITING)
                if events.pop(identifier, None) is None:
                    raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
                return Answer(204)
            case _:
                return None

    def _events(self, name: str, caller: Json, permissions: frozenset[str]) -> dict[str, Json]:
        user = self._tenant.user(name)
        if user is None:
            raise GraphError(404, "ErrorInvalidUser", f"The requested user '{name}' is invalid.")
        if not user.get("mail"):
            raise GraphError(
                404,
                "MailboxNotEnabledForRESTAPI",
                "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
            )
        if not allowed(self._tenant, caller, user, permissions):
            raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        return self._tenant.events.setdefault(user["id"], {})

    @staticmethod
    def _create(events: dict[str, Json], content: Json) -> Answer:
        unknown = set(content) - EVENT_PROPERTIES
        if unknown:
            raise NotEmulated(f"the property {sorted(unknown)[0]} of an event")
        for name in ("start", "end"):
            if not isinstance(content.get(name), dict) or set(content[name]) != {"dateTime", "timeZone"}:
                raise GraphError(400, "ErrorPropertyValidationFailure", f"The property {name} is not valid.")
        transaction = content.get("transactionId")
        # a request that is sent again is the same event
        for event in events.values():
            if transaction is not None and event["transactionId"] == transaction:
                return Answer(201, event)
        created = {"id": new_id(), "createdDateTime": stamp(), "transactionId": None, **content}
        events[created["id"]] = created
        return Answer(201, created)
