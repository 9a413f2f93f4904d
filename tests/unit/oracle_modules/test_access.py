# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is concluded from what an account's login saw and tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.access import (
    REFUSALS,
    Access,
    Answer,
    Object,
    Privilege,
    conclusions,
    read_access,
    requested,
    unreadable,
    unwanted,
    wanted,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.failures import refused
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

NOT_THERE = Answer(number=942, error="ORA-00942: table or view does not exist")
INVALID = Answer(number=4063, error="ORA-04063: view has errors")


class Scripted:
    """Stands for a session: queries that name one of some objects fail."""

    def __init__(self, failing: dict[Object, int]) -> None:
        self.failing, self.queries = failing, list[str]()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        self.queries.append(query)
        for each, number in self.failing.items():
            if f"{quoted(*each)} " in query:
                raise refused(f"ORA-{number:05d}: no", "here")
        return []


def tried(candidates: Sequence[Object], failing: dict[Object, int]) -> tuple[dict[Object, Answer], int]:
    session = Scripted(failing)
    return unreadable(cast("Session", session), candidates), len(session.queries)


@given(st.integers(0, 350), st.sets(st.integers(0, 349), max_size=6))
def test_that_one_that_fails_hides_no_other(count: int, places: set[int]) -> None:
    candidates = [("HUB", f"T{number}") for number in range(count)]
    failing = {candidates[place]: 942 for place in places if place < count}
    failed, queries = tried(candidates, failing)
    assert set(failed) == set(failing)
    assert queries <= -(-count // 100) + 2 * 7 * len(failing)


def test_that_what_was_given_and_cannot_be_read_is_unclear() -> None:
    given_and_known = frozenset({("HUB", "A"), ("HUB", "B"), ("HUB", "C"), ("HUB", "D")})
    privileges = frozenset(
        {Privilege("HUB", "A", "SELECT"), Privilege("HUB", "B", "READ"), Privilege("X", "S", "READ")}
    )
    failed = {("HUB", "B"): NOT_THERE, ("HUB", "C"): NOT_THERE, ("HUB", "D"): INVALID}
    found = conclusions(Access("ME", given_and_known, privileges=privileges, failed=failed))
    assert found == {
        "readable": ["HUB.A", "X.S"],
        "unclear": [f"HUB.B: {NOT_THERE.error}", f"HUB.D: {INVALID.error}"],
        "writable": [],
    }


def test_that_all_but_plain_reading_is_listed() -> None:
    privileges = {
        Privilege("HUB", "A", "SELECT"),
        Privilege("HUB", "A", "READ", grantable=True),
        Privilege("HUB", "A", "UPDATE", column="NOTE"),
        Privilege("HUB", "a b", "INSERT"),
        Privilege("SYS", "DBMS_LOCK", "EXECUTE"),
    }
    found = conclusions(Access("ME", own=frozenset({"T"}), privileges=frozenset(privileges)))["writable"]
    assert found == [
        "ALL on ME.T", "EXECUTE on SYS.DBMS_LOCK", 'INSERT on HUB."a b"', "READ WITH GRANT OPTION on HUB.A",
        "UPDATE (NOTE) on HUB.A",
    ]  # fmt: skip


@given(st.integers(1, 99999))
def test_that_only_a_refusal_is_a_refusal(number: int) -> None:
    answer = Answer(number=number, error=f"ORA-{number:05d}: no")
    assert wanted(answer) == {"readable": False, "populated": None, "error": answer.error}
    assert unwanted(answer)["refused"] is (True if number in REFUSALS else None)


@pytest.mark.parametrize("populated", [True, False])
def test_what_can_be_read(*, populated: bool) -> None:
    answer = Answer(populated)
    assert wanted(answer) == {"readable": True, "populated": populated, "error": None}
    assert unwanted(answer) == {"refused": False, "populated": populated, "error": None}


@pytest.mark.parametrize(
    ("objects", "not_readable", "message"),
    [
        (["EXAMS"], [], r"objects\[0\]='EXAMS' is refused.*SCHEMA.NAME"),
        (["HUB.A", "hub.a"], [], r"objects\[1\]='hub.a' is refused: it is given twice"),
        (["HUB.A"], ["HUB.B", "hub.a"], r"refused\[1\]='hub.a' is refused: it is given twice"),
        ([], ["HUB.A; DROP"], r"refused\[0\]"),
    ],
)
def test_what_cannot_be_tried(objects: list[str], not_readable: list[str], message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        requested(objects, not_readable)


def test_names_as_the_dictionary_has_them() -> None:
    assert requested(["hub.exams"], ['HUB."a b"']) == ([("HUB", "EXAMS")], [("HUB", "a b")])


@pytest.mark.parametrize(("version", "marked"), [((11, 2, 0, 4, 0), False), ((12, 1, 0, 2, 0), True)])
def test_that_an_old_server_is_not_asked_for_what_it_does_not_have(version: tuple[int, ...], *, marked: bool) -> None:
    session = Scripted({})
    read_access(cast("Session", session), "ME", version)
    assert [("oracle_maintained" in each) for each in session.queries if "owner NOT IN" in each] == [marked]
    assert ("'SYSMAN'" in str(session.queries)) is not marked
