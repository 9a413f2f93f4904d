# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When make bench fails, and how its table reads."""

from __future__ import annotations

import pytest

from tests.performance.__main__ import duration, table, verdict
from tests.performance.ratio import Measurement


def measurement(ratio: float, memory_mib: float = 50.0) -> Measurement:
    return Measurement(
        work="200 endpoints",
        unit="endpoint",
        ours=0.002,
        peer_name="a loop",
        peer=0.002 * ratio,
        floor=100.0,
        memory_mib=memory_mib,
    )


@pytest.mark.parametrize(
    ("ratio", "memory_mib", "expected"),
    [
        (101.0, 120.0, "ok"),
        (99.0, 50.0, "missed"),
        (51.0, 50.0, "missed"),
        (49.0, 50.0, "FAILS: floor missed by half"),
        (500.0, 120.5, "FAILS: memory"),
    ],
)
def test_that_only_half_a_floor_or_too_much_memory_fails(ratio: float, memory_mib: float, expected: str) -> None:
    assert verdict(measurement(ratio, memory_mib)) == expected


def test_that_the_table_has_a_line_for_each_measurement_under_its_header() -> None:
    header, line = table([measurement(250.0)]).splitlines()[::2]
    assert header.split()[:4] == ["work", "unit", "ours", "peer"]
    for shown in ("200 endpoints", "2 ms", "500 ms", "a loop", "250.0x", "100x", "50 MiB", "120 MiB", "ok"):
        assert shown in line


def test_that_durations_keep_their_digits() -> None:
    assert [duration(seconds) for seconds in (12.345, 0.5, 0.000123)] == ["12.35 s", "500 ms", "0.123 ms"]
