# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role exam_scheduler proposes where database and inventory disagree about being in service."""

from __future__ import annotations

from typing import Any

import pytest

from tests.role_variables import concluded

WHAT = "service record"


def told(name: str, declared: str, record: str | None, *, by_us: bool) -> Any:
    """Return a conclusion of the role about a database with that record, everything else of which is as declared."""
    return concluded(
        "exam_scheduler",
        name,
        exam_scheduler_service=declared,
        exam_scheduler_database_by_us=by_us,
        exam_scheduler_database_owner="Database team",
        exam_scheduler_database_expected={WHAT: declared},
        exam_scheduler_database_found={WHAT: record},
        exam_scheduler_left_alone=False,
        exam_scheduler_is_withdrawn=False,
        exam_scheduler_database_proof={"differences": [{"what": WHAT}], "not_proven": [{"what": "digest"}]},
    )


@pytest.mark.parametrize("by_us", [True, False])
@pytest.mark.parametrize(
    ("declared", "record", "remedy", "asked"),
    [
        ("pre_live", "live", "The database is in service: correct exam_scheduler_service.", False),
        ("pre_live", "archived", "The database is in service: correct exam_scheduler_service.", False),
        ("pre_live", None, None, True),
        ("live", "pre_live", "Run playbooks/go_live.yml.", True),
        ("live", None, "Run playbooks/go_live.yml.", True),
    ],
)
def test_that_nobody_is_led_to_take_a_database_out_of_service(
    declared: str, record: str | None, remedy: str | None, asked: bool, by_us: bool
) -> None:
    others = "Run playbooks/live.yml --tags exam_scheduler." if by_us else "Database team sets it, see the request."
    assert told("exam_scheduler_database_remedies", declared, record, by_us=by_us)[WHAT] == (remedy or others)
    request = told("exam_scheduler_database_asked", declared, record, by_us=by_us)
    assert [each["what"] for each in request] == ([WHAT] if asked else []) + ["digest"]
