# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked again and for how long, and what is made of the answers; no network."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.mailbox_probe import Seen
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.mailbox_proof import (
    Declared,
    Observation,
    declared_by,
    events_differ,
    halves,
    judged,
    observe,
    readable,
    shown,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

IN, OUT = "in@exams.example", "out@exams.example"
ALLOWED, DENIED = Seen("allowed"), Seen("denied", "403 ErrorAccessDenied")


def declared(deadline: float = 0) -> Declared:
    return Declared((IN,), (OUT,), deadline, 0.01, ())


def test_that_nobody_is_asked_twice_without_need() -> None:
    asked: Counter[str] = Counter()

    def probe(mailbox: str) -> Seen:
        asked[mailbox] += 1
        return ALLOWED if mailbox == IN else DENIED

    assert halves(declared(), observe(declared(60), probe, at_once=4)) == {"in_scope": True, "out_of_scope": True}
    assert asked == {IN: 1, OUT: 1}


def test_that_both_halves_hold_at_the_same_time() -> None:
    asked: Counter[str] = Counter()

    def probe(mailbox: str) -> Seen:
        """Let in scope be late, and out of scope be let in by the same change for a while."""
        asked[mailbox] += 1
        if mailbox == IN:
            return ALLOWED if asked[IN] >= 3 else DENIED
        return ALLOWED if asked[OUT] == 2 else DENIED

    observation = observe(declared(60), probe, at_once=4)
    assert halves(declared(), observation) == {"in_scope": True, "out_of_scope": True}
    assert asked[OUT] >= 3, "what was right at first is looked at again after waiting"


def test_that_the_deadline_ends_it() -> None:
    observation = observe(declared(0.05), lambda _mailbox: DENIED, at_once=4)
    assert halves(declared(), observation) == {"in_scope": False, "out_of_scope": True}


@pytest.mark.parametrize(
    ("live", "configured", "said"),
    [
        (DENIED, ALLOWED, "calendars do not know it yet"),
        (DENIED, DENIED, "Correct the scope"),
        (DENIED, None, "If that has passed"),
        (Seen("no mailbox"), None, "Name a user who has a mailbox"),
    ],
)
def test_what_to_do_about_one_that_is_not_reached(live: Seen, configured: Seen | None, said: str) -> None:
    seen = Observation({IN: live, OUT: DENIED}, {IN: configured, OUT: DENIED} if configured else {})
    differences, not_proven = judged(declared(), seen)
    assert said in differences[0].remedy
    assert not not_proven


def test_that_silence_is_neither_a_difference_nor_a_proof() -> None:
    seen = Observation({IN: Seen("no answer", "503"), OUT: DENIED})
    differences, not_proven = judged(declared(), seen)
    assert not differences
    assert [(each.where, each.found) for each in not_proven] == [(IN, "no answer: 503")]
    assert shown(declared(), seen)[0] == {"mailbox": IN, "expected": "allowed", "live": "no answer", "configured": None}


def parameters(**changes: Any) -> dict[str, Any]:
    return {"in_scope": [IN], "out_of_scope": [OUT], "deadline": 0.0, "interval": 1.0, "prove_write": False,
            "test_mailboxes": [], "events": "any", "event_subject": "", **changes}  # fmt: skip


def test_that_test_mailboxes_are_for_writing_alone() -> None:
    assert declared_by(parameters(test_mailboxes=[IN])).test_mailboxes == ()
    assert declared_by(parameters(test_mailboxes=[IN], prove_write=True)).test_mailboxes == (IN,)


@pytest.mark.parametrize(
    ("wanted", "there", "differs"), [("none", 0, False), ("none", 2, True), ("some", 0, True), ("some", 2, False)]
)
def test_that_events_are_where_they_shall_be_and_nowhere_else(wanted: str, there: int, differs: bool) -> None:
    asked = declared_by(parameters(test_mailboxes=[IN], events=wanted, event_subject="Exam X"))
    assert (asked.events_in, asked.test_mailboxes) == ((IN,), ()), (
        "no other calendar is looked into, nothing is written"
    )
    found = events_differ(asked, {IN: there})
    assert [each.expected for each in found] == ([f"{wanted} named 'Exam X'"] if differs else [])


def test_that_who_is_silent_hinders_nobody_from_being_looked_into() -> None:
    asked = declared_by(parameters(in_scope=[IN, "in2@exams.example"], test_mailboxes=[IN.upper()], events="none"))
    silent = Seen("no answer", "429")
    assert readable(asked, Observation({IN: ALLOWED, "in2@exams.example": ALLOWED, OUT: silent})) == [IN.upper()]
    assert readable(asked, Observation({IN: silent, "in2@exams.example": ALLOWED, OUT: DENIED})) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"events": "none"},
        {"in_scope": []},
        {"out_of_scope": []},
        {"interval": 0.0},
        {"out_of_scope": ["IN@exams.example"]},
    ],
)
def test_what_cannot_be_meant(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter):
        declared_by(parameters(**changes))
