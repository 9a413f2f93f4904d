# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One mailbox: whether an application may read its calendar, and whether it may write there.

Reading is one request that returns at most the identifier of one event. Writing is one event that is taken away again.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_state import CALENDAR_ROLES
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.client import Client
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.refusals import NoAnswer, Refused
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.sign_in import SERVER_ERRORS, TRANSIENT
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import OutcomeUnknown

State = Literal["allowed", "denied", "no mailbox", "no answer"]

PERMISSION = "Calendars.ReadWrite by a role of Exchange in a scope that the mailbox is in"
_MOMENT = {"dateTime": "2000-01-03T03:00:00", "timeZone": "UTC"}
"""When the event is: long ago, so that it reminds nobody and is in nobody's week."""


@dataclass(frozen=True)
class Seen:
    """How a mailbox answered."""

    state: State
    said: str = ""
    """The service's words, with the request's identifiers."""


def read_live(client: Client, mailbox: str) -> Seen:
    """Return whether the application may read a mailbox's calendar now.

    Raises:
        Refused: what has nothing to do with this mailbox, such as a token that is not accepted.
    """
    try:
        query = {"$top": "1", "$select": "id"}
        client.get(f"v1.0/users/{mailbox}/calendar/events", permission=PERMISSION, query=query)
    except Refused as error:
        if error.status == 403:
            return Seen("denied", error.what)
        if error.status == 404:
            return Seen("no mailbox", error.what)
        if is_silence(error):
            return Seen("no answer", error.what)
        raise
    except NoAnswer as error:
        return Seen("no answer", error.what)
    return Seen("allowed")


def events(client: Client, mailbox: str, subject: str) -> int:
    """Return how many events there are in a test mailbox's calendar whose subject has a text.

    Raises:
        Refused: the calendar may not be read.
        NoAnswer: the service does not answer.
    """
    query = {"$top": "100", "$select": "id,subject"}
    pages = client.pages(f"v1.0/users/{mailbox}/calendar/events", permission=PERMISSION, query=query)
    return sum(subject in (event.get("subject") or "") for event in pages)


def read_configured(client: Client, application: str, mailbox: str) -> Seen:
    """Return what Test-ServicePrincipalAuthorization says: how it is set, whether or not calendars know yet."""
    try:
        rows = client.cmdlet("Test-ServicePrincipalAuthorization", Identity=application, Resource=mailbox)
    except NoAnswer as error:
        return Seen("no answer", error.what)
    except Refused as error:
        if error.code == "ManagementObjectNotFoundException":
            return Seen("no mailbox", error.what)
        raise
    inside = any(row["InScope"] in (True, "True") and row["RoleName"] in CALENDAR_ROLES for row in rows)
    return Seen("allowed" if inside else "denied")


def write_once(client: Client, mailbox: str) -> None:
    """Write an event to a mailbox's calendar, and take it away again.

    Its transaction id is always the same for a mailbox: what an earlier run left there, broken off before it could
    clean up, is the same event to Graph, and goes with this one.

    Raises:
        Refused: it may not be written, and nothing is left; or, if `is_silence` of it, the service does not say.
        NoAnswer: it is not known whether it was written.
        OutcomeUnknown: the event could not be taken away.
        KeyboardInterrupt: it was cancelled; nothing is left.
    """
    transaction = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{client.connection.client_id}/{mailbox.lower()}"))
    event = {
        "subject": "Proof of access by the exam scheduling automation; it is removed at once",
        "start": _MOMENT,
        "end": _MOMENT,
        "transactionId": transaction,
        "sensitivity": "private",
        "showAs": "free",
        "isReminderOn": False,
        "attendees": [],
    }
    written: str | None = None

    def write_and_remove() -> None:
        nonlocal written
        if written is None:
            path = f"v1.0/users/{mailbox}/calendar/events"
            written = client.change("POST", path, event, permission=PERMISSION, repeatable=True)["id"]
        _remove(client, mailbox, written)

    try:
        write_and_remove()
    except KeyboardInterrupt:
        # Whatever was under way may be done: asked to write again, Graph returns the event that is there.
        try:
            write_and_remove()
        except (KeyboardInterrupt, Refused, NoAnswer) as error:
            if not isinstance(error, Refused) or is_silence(error):
                raise _left(mailbox, "it was cancelled, and Graph gave no answer while it was cleaned up") from None
        raise


def is_silence(error: Refused | NoAnswer) -> bool:
    """Return whether the service has not said yes or no: it does not answer, or asks to come back later."""
    return isinstance(error, NoAnswer) or error.status in TRANSIENT | SERVER_ERRORS


def _remove(client: Client, mailbox: str, event: str) -> None:
    try:
        client.change("DELETE", f"v1.0/users/{mailbox}/events/{event}", None, permission=PERMISSION)
    except (Refused, NoAnswer) as error:
        if not isinstance(error, Refused) or error.status != 404:  # a request before this one was lost, and done
            raise _left(mailbox, error.what) from error


def _left(mailbox: str, why: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"the event of the proof may still be in the calendar: {why}",
        where=mailbox,
        remedy="Run again, which removes it.",
    )
