# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows and clocks: aware, in their zone, over changes of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.clock import (
    clock,
    refuse_earlier_than_last_run,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.windows import (
    Window,
    parse_time,
    spoken,
)

LONDON = ZoneInfo("Europe/London")
RUN = "2026-11-25T120000Z-abcdef"
STARTED = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)

zones = st.sampled_from(["Europe/London", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "UTC"])
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
spans = st.timedeltas(timedelta(minutes=1), timedelta(days=60))


def parse(start: str, end: str, time_zone: str = "Europe/London") -> Window:
    return Window.parse("window", {"start": start, "end": end, "time_zone": time_zone})


@given(zones, moments, spans, st.floats(-1, 2))
def test_a_window_contains_what_lies_between_its_ends_on_every_clock(
    zone: str, start: datetime, span: timedelta, part: float
) -> None:
    start = start.replace(microsecond=0)
    end = (start + span).replace(microsecond=0)
    first, last = (time.astimezone(ZoneInfo(zone)).isoformat() for time in (start, end))
    window = parse(first, last, zone)
    now = start + span * part
    assert window.contains(now) is (start <= now < end)
    assert window.contains(now.astimezone(ZoneInfo("Asia/Tokyo"))) is window.contains(now)
    assert window.length == end - start
    assert (window.distance(now) == timedelta()) is (start <= now <= end)


@given(zones, moments)
def test_a_local_time_means_one_moment_or_is_refused(zone: str, moment: datetime) -> None:
    local = moment.replace(microsecond=0).astimezone(ZoneInfo(zone))
    text = local.replace(tzinfo=None).isoformat()
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    if twice:
        with pytest.raises(InvalidParameter, match="show it twice"):
            parse_time("start", text, ZoneInfo(zone))
    else:
        assert parse_time("start", text, ZoneInfo(zone)).astimezone(UTC) == local.astimezone(UTC)
    assert parse_time("start", local.isoformat(), ZoneInfo(zone)).astimezone(UTC) == local.astimezone(UTC)


def test_a_window_over_the_night_in_which_clocks_go_forward_is_an_hour_shorter() -> None:
    window = parse("2027-03-27T22:00", "2027-03-28T04:00")
    assert window.length == timedelta(hours=5)
    assert str(window) == "2027-03-27 22:00 GMT to 2027-03-28 04:00 BST"
    assert not window.contains(datetime(2027, 3, 28, 3, 0, tzinfo=UTC))
    assert window.contains(datetime(2027, 3, 28, 2, 59, 59, tzinfo=UTC))


def test_a_window_over_the_night_in_which_clocks_go_back_is_an_hour_longer() -> None:
    assert parse("2027-10-30T22:00", "2027-10-31T04:00").length == timedelta(hours=7)


@pytest.mark.parametrize(
    ("start", "why"),
    [
        ("2027-03-28T01:30", "the clocks of Europe/London skip it when they go forward"),
        ("2027-10-31T01:30", "Say which: 2027-10-31T01:30+01:00 or 2027-10-31T01:30+00:00"),
        ("2027-07-01T08:00+00:00", "Europe/London is +01:00 then. Write 2027-07-01T09:00+01:00"),
        ("tomorrow", "it is no time"),
        ("2027-12-01T08:00", "it is not after the start"),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused_by_name(start: str, why: str) -> None:
    with pytest.raises(InvalidParameter, match=r"^window\.(start|end)=") as refused:
        parse(start, "2027-11-01T08:00")
    assert why in str(refused.value)


@pytest.mark.parametrize(
    "declared",
    [
        {"start": "2027-01-01T08:00", "end": "2027-01-02T08:00"},
        {"start": "2027-01-01T08:00", "end": "2027-01-02T08:00", "time_zone": "Europe/Atlantis"},
        {"start": "2027-01-01T08:00", "end": "2027-01-02T08:00", "time_zone": "../../etc/passwd"},
        {"start": "2027-01-01T08:00", "end": "2027-01-02T08:00", "time_zone": "UTC", "until": "later"},
    ],
)
def test_a_window_without_a_zone_that_is_known_is_refused(declared: dict[str, str]) -> None:
    with pytest.raises(InvalidParameter, match="window"):
        Window.parse("window", declared)


def test_without_a_zone_an_offset_is_demanded() -> None:
    with pytest.raises(InvalidParameter, match="it has no offset from UTC"):
        parse_time("approved", "2027-01-12T15:00")


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (datetime(2027, 2, 3, 7, 0, tzinfo=UTC), "opens in 1 hour"),
        (datetime(2027, 2, 3, 17, 29, 30, tzinfo=UTC), "closes in 30 minutes 30 seconds"),
        (datetime(2027, 2, 6, 20, 0, tzinfo=UTC), "closed 3 days 2 hours ago"),
    ],
)
def test_it_says_how_it_stands_to_now(now: datetime, said: str) -> None:
    assert parse("2027-02-03T08:00", "2027-02-03T18:00").explain(now) == said


@given(st.timedeltas(timedelta(), timedelta(days=400)))
def test_spoken_spans_lose_less_than_their_second_unit(span: timedelta) -> None:
    units = {"day": 86400, "hour": 3600, "minute": 60, "second": 1}
    words = spoken(span).split()
    if words[0] == "less":
        assert span < timedelta(seconds=1)
        return
    pairs = [(int(count), units[name.rstrip("s")]) for count, name in zip(words[::2], words[1::2], strict=True)]
    said = sum(count * size for count, size in pairs)
    assert 0 <= span.total_seconds() - said < max(pairs[0][1] / 24, pairs[-1][1])


@given(moments, st.timedeltas(timedelta(), timedelta(hours=9)))
def test_a_rehearsals_clock_goes_on_from_where_it_was_set(declared: datetime, elapsed: timedelta) -> None:
    now = clock(declared.isoformat(), rehearsal=True, run_id=RUN, actual=STARTED + elapsed)
    assert now == declared + elapsed


def test_live_has_no_clock_but_the_real_one() -> None:
    assert clock(None, rehearsal=False, run_id=RUN, actual=STARTED) == STARTED
    with pytest.raises(InvalidParameter, match="only a rehearsal has a clock of its own"):
        clock("2027-02-03T10:00+00:00", rehearsal=False, run_id=RUN, actual=STARTED)


def test_a_clock_that_went_back_is_named(tmp_path: Path) -> None:
    (tmp_path / f"{RUN}.jsonl").touch()
    (tmp_path / "2026-11-25T130000Z-123456.jsonl").touch()
    refuse_earlier_than_last_run(tmp_path, RUN, STARTED + timedelta(hours=1))
    with pytest.raises(Problem, match=r"58 minutes before the beginning of the run 2026-11-25T130000Z-123456"):
        refuse_earlier_than_last_run(tmp_path, RUN, STARTED + timedelta(minutes=2))
    refuse_earlier_than_last_run(tmp_path / "none", RUN, STARTED)
