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
        ("City -eq '$null'", False),
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
    with pytest.raises(NotEmulated, match=r"Manager|-gt"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("alias -EQ 's1'", "Alias -eq 's1'"),
        ('Alias -eq "it\'s" -or City -eq $NULL', "((Alias -eq 'it''s') -or (City -eq $null))"),
        (
            "-not (Alias -eq 'a') -and (Alias -eq 'b' -or Alias -eq 'c')",
            "((-not(Alias -eq 'a')) -and (((Alias -eq 'b') -or (Alias -eq 'c'))))",
        ),
    ],
)
def test_how_exchange_writes_it(text: str, written: str) -> None:
    assert parse(text).text == written
    assert parse(written).text == written


@pytest.mark.parametrize(
    ("text", "cmdlet"),
    [("userprincipalname -eq 'a'", "Get-Recipient"), ("Alias -eq 'a' -or Department -eq 'b'", "Get-Mailbox")],
)
def test_properties_that_a_cmdlet_does_not_filter_by(text: str, cmdlet: str) -> None:
    name = "UserPrincipalName" if cmdlet == "Get-Recipient" else "Department"
    with pytest.raises(FilterError, match=f'"{name}" is not a recognized filterable property. Valid property names'):
        parse(text).check_cmdlet(cmdlet)
