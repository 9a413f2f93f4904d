# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When make bench fails, and how its table reads."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.performance import bench_windows, page, pictures, results, scale
from tests.performance.__main__ import table
from tests.performance.ratio import Measurement, duration, verdict


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


def test_that_results_are_kept_part_by_part_with_where_they_come_from(tmp_path: Path) -> None:
    file = tmp_path / "performance.json"
    with_points = Measurement(**{**vars(measurement(2.0)), "points": ((20, 1.0, 50.0), (200, 9.0, 80.0))})
    first = results.result("estate_size", [with_points], 3.14)
    results.keep([results.result("dns", [measurement(1.0)], 0.5), first], file)
    kept = results.keep([results.result("dns", [measurement(3.0)], 0.5)], file)
    assert results.read(file) == kept
    assert kept["estate_size"] == first
    assert kept["dns"].measurements[0].ratio == pytest.approx(3.0)
    assert (kept["dns"].date[:2], len(kept["dns"].commit) >= 12, "cores" in kept["dns"].machine) == ("20", True, True)


def test_that_the_page_shows_every_part_its_source_and_what_is_not_measured(tmp_path: Path) -> None:
    with_points = Measurement(**{**vars(measurement(250.0)), "points": ((20, 1.0, 50.0), (200, 9.0, 80.0))})
    kept = {"estate_size": results.result("estate_size", [with_points], 2.0)}
    page.write(kept, tmp_path / "performance.md")
    text = (tmp_path / "performance.md").read_text(encoding="utf-8")
    assert "## Estate size" in text
    assert "| 200 endpoints | endpoint | 2 ms | 500 ms | a loop | 250.0x | 100x | 50 MiB | 120 MiB | ok |" in text
    assert f"{kept['estate_size'].date}, commit {kept['estate_size'].commit}" in text
    assert "- `dns`: Records kept on a real BIND" in text
    for picture in ("ratios", "estate_size-time", "estate_size-memory"):
        assert f"pictures/performance-{picture}.svg" in text
        ET.parse(tmp_path / f"pictures/performance-{picture}.svg")  # noqa: S314 (it is our own)


def test_that_the_page_in_the_documentation_is_made_of_the_results_that_are_kept() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(results.read(), page.methods())


def test_that_bars_grow_with_the_ratio_and_name_their_work() -> None:
    picture = pictures.bars([measurement(10.0), measurement(1000.0)])
    root = ET.fromstring(picture)  # noqa: S314 (it is our own)
    widths = [float(each.get("width", "0")) for each in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert widths[2] == pytest.approx(3 * widths[1])
    assert picture.count("200 endpoints") == 2


def test_that_a_generated_estate_has_flows_and_records_by_its_hosts() -> None:
    groups, variables = scale.inventory(200, "127.35", range(1, 11), "127.35.99.1")
    hosts = groups["all"]["children"]["generated"]["hosts"]
    assert len({entry["exam_source_address"] for entry in hosts.values()}) == len(hosts) == 200
    assert len(hosts) * len(variables["firewall_flows"]) == 2000
    assert len({entry["name"] for entry in variables["dns_records"]}) == 2000


def test_that_each_module_which_the_roles_run_on_windows_hosts_is_measured() -> None:
    assert bench_windows.forgotten() == set()
