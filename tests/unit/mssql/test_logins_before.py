# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which logins the role exam_scheduler takes for those of before, which backing out leaves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.role_variables import concluded

SEEN: list[dict[str, Any]] = [
    {"item": {"name": "there, as declared"}, "changes": []},
    {"item": {"name": "there, disabled"}, "changes": [{"action": "update"}]},
    {"item": {"name": "not there"}, "changes": [{"action": "create"}]},
    {"item": {"name": "not asked for"}, "skipped": True},
]


@pytest.mark.parametrize(
    ("name", "logins"),
    [("there", ["there, as declared", "there, disabled"]), ("not_there", ["not there"])],
)
def test_that_a_login_is_of_before_if_it_would_not_be_made(name: str, logins: list[str]) -> None:
    found = concluded("exam_scheduler", f"exam_scheduler_logins_{name}", exam_scheduler_logins_seen={"results": SEEN})
    assert sorted(found) == logins
