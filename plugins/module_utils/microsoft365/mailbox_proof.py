# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proof that an application may use the calendars it shall, and no others; asked until it is so or time is up."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.mailbox_probe import Seen
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import Finding
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

MAILBOX_ARGUMENTS: dict[str, dict[str, object]] = {
    "in_scope": {"type": "list", "elements": "str", "required": True},
    "out_of_scope": {"type": "list", "elements": "str", "required": True},
    "deadline": {"type": "float", "default": 0},
    "interval": {"type": "float", "default": 60},
    "prove_write": {"type": "bool", "default": False},
    "test_mailboxes": {"type": "list", "elements": "str", "default": []},
    "events": {"type": "str", "choices": ["any", "none", "some"], "default": "any"},
    "event_subject": {"type": "str", "default": ""},
}

DELAY = "Calendars see changes of roles and scopes after 30 minutes to 2 hours."

_ELSEWHERE = {"no mailbox": "Name a user who has a mailbox in Exchange Online.", "no answer": "Run again."}
"""What to do about states that have nothing to do with scopes."""

Probe = Callable[[str], Seen]


@dataclass(frozen=True)
class Declared:
    """What shall be so."""

    in_scope: tuple[str, ...]
    out_of_scope: tuple[str, ...]
    deadline: float
    interval: float
    test_mailboxes: tuple[str, ...]
    """Where an event is written and taken away."""
    events_in: tuple[str, ...] = ()
    """Whose calendars are looked into."""
    events: str = "any"
    """Whether there have to be events in them: any, none, some."""
    event_subject: str = ""
    """Only events whose subject has this count."""

    @property
    def expected(self) -> dict[str, str]:
        """How each mailbox shall answer."""
        return {**dict.fromkeys(self.in_scope, "allowed"), **dict.fromkeys(self.out_of_scope, "denied")}


@dataclass
class Observation:
    """What was seen."""

    live: dict[str, Seen]
    configured: dict[str, Seen] = field(default_factory=dict)
    """As Exchange is set, by Test-ServicePrincipalAuthorization; empty if it was not asked."""
    waited: float = 0.0


def declared_by(params: Mapping[str, Any]) -> Declared:
    """Return what the parameters of `exchange_mailbox_access_info` declare.

    Raises:
        InvalidParameter: they cannot be meant.
    """
    for name in ("in_scope", "out_of_scope"):
        if not params[name]:
            raise InvalidParameter(name, [], "the proof has two halves, and one is missing", "Name at least a mailbox.")
        for number, mailbox in enumerate(params[name]):
            if mailbox.count("@") != 1 or not mailbox.isprintable() or any(each in mailbox for each in "/?#% "):
                raise InvalidParameter(
                    f"{name}[{number}]", mailbox, "it is no user's principal name", "Give one like user@exams.example."
                )
    both = {each.lower() for each in params["in_scope"]} & {each.lower() for each in params["out_of_scope"]}
    if both:
        raise InvalidParameter("out_of_scope", sorted(both)[0], "it is in in_scope too", "Decide.")
    for name, least in (("deadline", 0.0), ("interval", 0.1)):
        if params[name] < least:
            raise InvalidParameter(name, params[name], "it is no time", f"Give seconds, at least {least:g}.")
    for name, asked in (("prove_write", params["prove_write"]), ("events", params["events"] != "any")):
        if asked and not params["test_mailboxes"]:
            raise InvalidParameter(
                name,
                params[name],
                "it is about test mailboxes alone, and there are none",
                "Give test_mailboxes.",
            )
    inside = {each.lower() for each in params["in_scope"]}
    for number, mailbox in enumerate(params["test_mailboxes"]):
        if mailbox.lower() not in inside:
            raise InvalidParameter(
                f"test_mailboxes[{number}]", mailbox, "it is not in in_scope", "Name a mailbox that is for tests."
            )
    return Declared(
        tuple(params["in_scope"]),
        tuple(params["out_of_scope"]),
        params["deadline"],
        params["interval"],
        tuple(params["test_mailboxes"]) if params["prove_write"] else (),
        tuple(params["test_mailboxes"]) if params["events"] != "any" else (),
        params["events"],
        params["event_subject"],
    )


def observe(declared: Declared, live: Probe, *, at_once: int) -> Observation:
    """Ask every mailbox, and those that are not as they shall be again, until they are or the deadline has passed.

    After waiting, all are asked once more: both halves must hold at the same time.
    """
    began = time.monotonic()
    expected = declared.expected
    seen: dict[str, Seen] = {}
    with ThreadPoolExecutor(max_workers=at_once) as threads:

        def ask(mailboxes: Sequence[str]) -> None:
            seen.update(zip(mailboxes, threads.map(live, mailboxes), strict=True))

        ask(list(expected))
        waited = False
        while True:
            pending = [mailbox for mailbox in expected if seen[mailbox].state != expected[mailbox]]
            if not pending:
                if not waited:
                    break
                ask(list(expected))
                waited = False
                continue
            if time.monotonic() + declared.interval > began + declared.deadline:
                break
            time.sleep(declared.interval)
            ask(pending)
            waited = True
    return Observation(seen, waited=time.monotonic() - began)


def configured(declared: Declared, probe: Probe, *, at_once: int) -> dict[str, Seen]:
    """Return how Exchange is set for each mailbox."""
    mailboxes = list(declared.expected)
    with ThreadPoolExecutor(max_workers=at_once) as threads:
        return dict(zip(mailboxes, threads.map(probe, mailboxes), strict=True))


def judged(declared: Declared, observation: Observation) -> tuple[list[Finding], list[Finding]]:
    """Return what differs, and what could not be seen."""
    differences: list[Finding] = []
    not_proven: list[Finding] = []
    views = (("live access", observation.live), ("configured access", observation.configured))
    for what, view in views:
        for mailbox, seen in view.items():
            expected = declared.expected[mailbox]
            if seen.state == expected:
                continue
            remedy = _remedy(what, seen, observation.configured.get(mailbox), expected)
            found = f"{seen.state}: {seen.said}" if seen.said else seen.state
            finding = Finding(mailbox, what, expected, found, remedy)
            (not_proven if seen.state == "no answer" else differences).append(finding)
    return differences, not_proven


def _remedy(what: str, seen: Seen, setting: Seen | None, expected: str) -> str:
    module = "uoe.exam_scheduling.exchange_application_access"
    if seen.state in _ELSEWHERE:
        return _ELSEWHERE[seen.state]
    if what == "configured access" or (setting is not None and setting.state != expected):
        return f"Correct the scope with {module}."
    late = f"{DELAY} Run again, or raise deadline."
    if expected == "denied":
        return f"Look for a permission of the whole tenant with {module}. {late}"
    if setting is None:
        return f"{late} If that has passed, correct the scope with {module}."
    return f"Exchange is set as declared, and calendars do not know it yet. {late}"


def readable(declared: Declared, observation: Observation) -> list[str]:
    """Return whose calendars are looked into: what the others answer hinders nobody from being looked at."""
    allowed = {mailbox.lower() for mailbox, seen in observation.live.items() if seen.state == "allowed"}
    return [each for each in declared.events_in if each.lower() in allowed]


def events_differ(declared: Declared, found: Mapping[str, int]) -> list[Finding]:
    """Return the test mailboxes in whose calendars there are events where none shall be, or none where some shall be.

    Args:
        declared: what shall be so.
        found: how many events that count there are, by mailbox.
    """
    named = f" named '{declared.event_subject}'" if declared.event_subject else ""
    return [
        Finding(
            mailbox,
            "events",
            f"{declared.events}{named}",
            str(number),
            "Find out who wrote them; CalSync takes away what it has written once the database has no such exams."
            if number
            else "Look into the log and the queue of what writes them.",
        )
        for mailbox, number in found.items()
        if (number == 0) == (declared.events == "some")
    ]


def shown(declared: Declared, observation: Observation) -> list[dict[str, object]]:
    """Return each mailbox as the module returns it."""
    return [
        {
            "mailbox": mailbox,
            "expected": expected,
            "live": observation.live[mailbox].state,
            "configured": observation.configured[mailbox].state if mailbox in observation.configured else None,
        }
        for mailbox, expected in declared.expected.items()
    ]


def halves(declared: Declared, observation: Observation) -> dict[str, bool]:
    """Return which half of the live proof holds."""
    return {
        "in_scope": all(observation.live[each].state == "allowed" for each in declared.in_scope),
        "out_of_scope": all(observation.live[each].state == "denied" for each in declared.out_of_scope),
    }
