# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is declared against what was found, item by item."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.comparison import compare, expectations, text
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

plain = st.one_of(st.integers(), st.booleans(), st.text(), st.lists(st.text(), max_size=3))


@pytest.mark.parametrize(
    ("declared", "found", "same"),
    [
        (8, 8, True),
        (8, 8.0, True),
        (8, "8", True),
        ("3.10", "3.1", False),
        ("3.10", 3.1, False),
        (True, 1, False),
        (False, False, True),
        (["a", "b"], ["a", "b"], True),
        (["a", "b"], ["a"], False),
        ({"equals": 16, "unit": "GiB"}, 16.0, True),
        ({"at_least": 20, "unit": "GiB"}, 20, True),
        ({"at_least": 20}, 19.9, False),
        ({"at_least": 20}, "w32tm: error", False),
        ({"at_most": 1}, 0.2, True),
        ({"at_most": 1}, 1.5, False),
        ({"at_most": 1}, True, False),
        ({"includes": "192.0.2.10"}, ["fe80::1", "192.0.2.10"], True),
        ({"includes": "192.0.2.1"}, ["192.0.2.10"], False),
        ({"includes": "192.0.2.1"}, "192.0.2.1", False),
        ({"one_of": ["stopped", "not installed"]}, "stopped", True),
        ({"one_of": ["stopped", "not installed"]}, "started", False),
        ({"at_least_version": "16.0.4135.4"}, "16.0.4135.4", True),
        ({"at_least_version": "16.0.4135.4"}, "17.0.1000.7", True),
        ({"at_least_version": "16.0.4135.4"}, "16.0.990.1", False),
        ({"at_least_version": "3.9"}, "3.10", True),
        ({"at_least_version": "3.9"}, "unknown", False),
    ],
)
def test_a_rule_is_met_or_differs(declared: Any, found: Any, same: bool) -> None:
    assert (compare({"item": declared}, {"item": found}, where="es") == []) is same


def test_all_that_differs_is_returned_at_once_with_what_to_do() -> None:
    expected = {
        "cores": 8,
        "memory": {"equals": 32, "unit": "GiB"},
        "disk D: free": {"at_least": 40, "unit": "GiB"},
        "reboot pending": False,
        "service": {"one_of": ["stopped", "not installed"]},
        "domain": "exams.example",
    }
    found = {"cores": 4, "memory": 32, "disk D: free": 12.5, "reboot pending": True, "service": "started", "other": 1}
    differences = compare(expected, found, where="es-live", remedies={"cores": "Have it changed."})
    assert [(each.what, each.expected, each.found, each.remedy) for each in differences] == [
        ("cores", "8", "4", "Have it changed."),
        ("disk D: free", "at least 40 GiB", "12.5 GiB", ""),
        ("reboot pending", "no", "yes", ""),
        ("service", "stopped or not installed", "started", ""),
        ("domain", "exams.example", "nothing", ""),
    ]
    assert {each.where for each in differences} == {"es-live"}
    assert expectations(expected)["memory"] == "32 GiB"


@pytest.mark.parametrize(
    "declared", [{"at_least": "many"}, {"more": 1}, {"at_least": 1, "at_most": 2}, {"unit": "GiB"}, {"one_of": "a"}]
)
def test_a_rule_that_cannot_be_meant_is_refused_by_name(declared: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter, match=r"expected\[cores\]="):
        compare({"cores": declared}, {"cores": 1}, where="es")


@given(st.dictionaries(st.text(), plain, min_size=1))
def test_what_is_found_as_expected_never_differs_and_what_is_missing_always_does(expected: dict[str, Any]) -> None:
    assert compare(expected, expected, where="es") == []
    assert [each.what for each in compare(expected, {}, where="es")] == list(expected)


def test_a_value_is_written_as_people_do() -> None:
    assert [text(each) for each in (True, 16.0, 107374182400.0, ["a", 1], [], "x")] == [
        *("yes", "16", "107374182400", "a, 1", "none", "x")
    ]
