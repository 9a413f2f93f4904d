# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role eugex hands to modules, and how parity takes facts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.eugex import (
    columns_to_look_at,
    flattened,
    reading_rights,
    waiting,
)


def test_that_columns_are_asked_for_by_table() -> None:
    assert columns_to_look_at({"S.A": {"X": "NUMBER(3)", "Y": "CHAR(1)"}, "H.V": ["Z"]}) == [
        {"table": "S.A", "columns": ["X", "Y"]},
        {"table": "H.V", "columns": ["Z"]},
    ]


def test_that_rights_on_views_come_from_their_sources() -> None:
    assert reading_rights({"tables": ["H.T"], "views": ["H.V"]}) == [
        {"object": "H.V", "privileges": ["SELECT"], "granted_elsewhere": True},
        {"object": "H.T", "privileges": ["SELECT"], "granted_elsewhere": False},
    ]


@pytest.mark.parametrize(
    ("results", "in_check_mode", "in_earnest"),
    [
        ([], False, False),
        ([{}, {"skipped": True}], False, False),
        ([{"changed": False}], False, False),
        ([{"changed": False}, {"changed": True}], True, False),
        ([{"changed": False, "pending_line": "4.2"}, {}], True, True),
    ],
)
def test_that_what_waits_or_would_change_cannot_be_proven(
    results: list[dict[str, Any]], in_check_mode: bool, in_earnest: bool
) -> None:
    assert (waiting(results, True), waiting(results, False)) == (in_check_mode, in_earnest)


def test_that_facts_are_flattened() -> None:
    facts = {"views": {"A": {"valid": True}, "B": {}}, "rights": ["X"], "none": None}
    assert flattened(facts) == {"views A valid": True, "views B": {}, "rights": ["X"], "none": None}


names = st.text("abc", min_size=1, max_size=3)
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.lists(st.integers(), max_size=2))


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    """Return facts of one level as nested ones: the inverse, where names have no space."""
    facts: dict[str, Any] = {}
    for key, value in flat.items():
        *heads, last = key.split(" ")
        place = facts
        for head in heads:
            place = place.setdefault(head, {})
        place[last] = value
    return facts


@given(
    st.dictionaries(names, st.recursive(leaves, lambda inner: st.dictionaries(names, inner, max_size=3), max_leaves=9))
)
def test_that_flattening_loses_nothing(facts: dict[str, Any]) -> None:
    flat = flattened(facts)
    assert nested(flat) == facts
    assert not any(isinstance(value, dict) and value for value in flat.values())
