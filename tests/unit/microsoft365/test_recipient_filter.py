# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recipient filters of the emulated Exchange: who passes, and what is refused by name."""

from __future__ import annotations

import pytest

from emulators.microsoft365.messages import NotEmulated
from emulators.microsoft365.recipient_filter import FilterError, parse

STUDENT = {"Alias": "s1", "CustomAttribute1": "Student", "MemberOfGroup": ["CN=a", "CN=b"], "City": None}


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("CustomAttribute1 -eq 'student'", True),
        ("CustomAttribute1 -ne 'student'", False),
        ("Alias -like 's*'", True),
        ("Alias -notlike 's*'", False),
        ("MemberOfGroup -eq 'CN=b'", True),
        ("MemberOfGroup -eq 'CN=c'", False),
        ("City -eq $null", True),
        ("Alias -ne $null", True),
        ("Alias -eq 's2' -or CustomAttribute1 -eq 'student' -and Alias -eq 's1'", True),
        ("(Alias -eq 's1' -or Alias -eq 's2') -and Alias -eq 's2'", False),
        ("-not (Alias -eq 's1')", False),
        ("Alias -eq 'it''s'", False),
    ],
)
def test_who_passes(text: str, passes: bool) -> None:
    assert parse(text)(STUDENT) is passes


@pytest.mark.parametrize("text", ["", "Alias", "Alias -eq", "Alias -eq 'x", "(Alias -eq 'x'", "Alias -eq 'x' 'y'"])
def test_what_is_no_filter(text: str) -> None:
    with pytest.raises(FilterError):
        parse(text)


@pytest.mark.parametrize("text", ["Manager -eq 'x'", "Alias -gt 'x'"])
def test_what_is_not_emulated(text: str) -> None:
    with pytest.raises(NotEmulated, match=r"manager|-gt"):
        parse(text)
