# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of module `exchange_mailbox_access_info`: who asks, and what comes of it."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.client import Client
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.connection import connection_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.mailbox_probe import (
    events,
    is_silence,
    read_configured,
    read_live,
    write_once,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.mailbox_proof import (
    Declared,
    Observation,
    configured,
    declared_by,
    observe,
    readable,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.refusals import NoAnswer, Refused
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import Finding

KNOWN_WITHIN = 300.0
"""Seconds after which Entra ID knows what was registered. Longer than this nobody waits for a mistyped client_id."""


class MailboxAccess:
    """The proof of one application's access."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Check the parameters; nothing is sent.

        Raises:
            InvalidParameter: they cannot be meant.
        """
        self.declared: Declared = declared_by(params)
        self._client = Client(connection_from(params))
        identity = params["administrator"]
        self._administrator: Client | None = None
        if identity is not None:
            self._administrator = Client(connection_from(params, identity, "administrator."))

    def observe(self) -> Observation:
        """Return how the mailboxes answer, and how Exchange is set for them if an administrator is given.

        Raises:
            Problem: the identity gets no token, or its token is not accepted.
        """
        client, at_once = self._client, self._client.connection.at_once
        client.sign_in(patience=min(self.declared.deadline, KNOWN_WITHIN))
        observation = observe(self.declared, lambda mailbox: read_live(client, mailbox), at_once=at_once)
        administrator = self._administrator
        if administrator is not None:
            application = client.connection.client_id
            observation.configured = configured(
                self.declared, lambda mailbox: read_configured(administrator, application, mailbox), at_once=at_once
            )
        return observation

    def write(self) -> tuple[list[str], list[Finding], list[Finding]]:
        """Write an event to each test mailbox and take it away.

        Returns who could be written to, what differs, and what the service did not say.

        Raises:
            OutcomeUnknown: an event could not be taken away.
            KeyboardInterrupt: it was cancelled; no event is left.
        """
        done: list[str] = []
        differences: list[Finding] = []
        not_proven: list[Finding] = []
        with _cancellable():
            for mailbox in self.declared.test_mailboxes:
                try:
                    write_once(self._client, mailbox)
                except (Refused, NoAnswer) as error:
                    if is_silence(error):
                        remedy = "Run again, which also removes an event that may be left."
                        not_proven.append(Finding(mailbox, "write", "allowed", f"no answer: {error.what}", remedy))
                    else:
                        remedy = "Have the role Application Calendars.ReadWrite given, not one that only reads."
                        differences.append(Finding(mailbox, "write", "allowed", error.what, remedy))
                else:
                    done.append(mailbox)
        return done, differences, not_proven

    def events(self, observation: Observation) -> dict[str, int]:
        """Return how many events that count are in the calendar of each test mailbox that has let itself be read.

        Raises:
            Problem: one cannot be read all the same.
        """
        subject = self.declared.event_subject
        return {each: events(self._client, each, subject) for each in readable(self.declared, observation)}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        if self._administrator is not None:
            self._administrator.close()


@contextmanager
def _cancellable() -> Iterator[None]:
    """Have SIGTERM, by which a run is ended, clean up as Ctrl-C does."""

    def cancel(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, cancel)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
