# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cmdlet of Exchange finds mailboxes by a recipient filter."""

from __future__ import annotations

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.recipient_filter import Ambiguous, finder
from emulators.microsoft365.recipient_filter import parse

TESTS = "UserPrincipalName -eq 'one@exams.example' -or UserPrincipalName -eq 'two@exams.example'"


@pytest.mark.parametrize(
    ("text", "cmdlet"),
    [
        (TESTS, "Get-Mailbox"),
        (f"(CustomAttribute1 -eq 'student') -or {TESTS}", "Get-Mailbox"),
        ("MemberOfGroup -eq 'CN=a,DC=b'", "Get-Mailbox"),
        ("Alias -like 's*' -and (-not (department -eq 'Registry'))", "Get-Recipient"),
        ("what only Exchange understands", "Get-Mailbox"),
    ],
)
def test_which_cmdlet_finds_by_it(text: str, cmdlet: str) -> None:
    assert finder(text) == cmdlet
    if "only" not in text:
        parse(text).check_cmdlet(cmdlet)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"(Department -eq 'Registry') -or {TESTS}", "filters by department and userprincipalname"),
        ("Alias -eq 'a' -or Alias -eq 'b' -and Alias -eq 'c'", "without brackets"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(Ambiguous, match=said):
        finder(text)
