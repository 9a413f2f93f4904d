# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chains of UNION, MINUS and INTERSECT."""

from __future__ import annotations

import re

import oracledb
import pytest

from tests.integration.oracle.conftest import rows


def test_that_a_hundred_queries_are_joined(cursor: oracledb.Cursor) -> None:
    numbers = range(100)
    found = rows(cursor, " UNION ALL ".join(f"SELECT {number} FROM dual" for number in numbers))
    assert sorted(found) == [(number,) for number in numbers]


@pytest.mark.parametrize(
    ("chain", "found"),
    [
        ("1 UNION ALL 1 MINUS 2", [1]),
        ("1 UNION ALL 2 MINUS 1 UNION ALL 2", [2, 2]),
        ("1 UNION ALL 2 UNION ALL 2 INTERSECT 2", [2]),
        ("1 UNION ALL (2 MINUS 1) UNION ALL 1", [1, 1, 2]),
        ("1 UNION ALL (1 UNION 1)", [1, 1]),
        ("1 UNION 1.5 UNION ALL 1", [1, 1, 1.5]),
    ],
)
def test_that_a_chain_goes_from_left_to_right(cursor: oracledb.Cursor, chain: str, found: list[float]) -> None:
    query = re.sub(r"[\d.]+", lambda value: f"SELECT {value[0]} FROM dual", chain)
    assert sorted(rows(cursor, query), key=str) == sorted(((each,) for each in found), key=str)
