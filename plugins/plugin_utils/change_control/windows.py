# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows of time, and the clock that they are held against. Every time here is aware; local times name their zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

CLOCK_SKEW = timedelta(seconds=60)
"""How far two clocks may differ before it is called a skew."""


def parse_time(name: str, text: str, zone: ZoneInfo | None = None) -> datetime:
    """Return an aware time.

    Args:
        name: what to call it in an error.
        text: ISO 8601, to the second at most; with an offset, or else a local time of the zone.
        zone: the zone of local times; without one, an offset is demanded.

    Raises:
        InvalidParameter: it is no time; it has no offset and there is no zone; the zone's clocks skip it or show it
            twice; its offset is not the one that the zone has then.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidParameter(name, text, "it is no time", "Write it like 2027-02-03T08:00.") from None
    if zone is None:
        if time.tzinfo is None:
            raise InvalidParameter(name, text, "it has no offset from UTC", "Write it like 2027-02-03T08:00+00:00.")
        return time
    if time.tzinfo is not None:
        local = time.astimezone(zone)
        if local.utcoffset() != time.utcoffset():
            raise InvalidParameter(
                name,
                text,
                f"{zone.key} is {_offset(local)} then",
                f"Write {local.isoformat(timespec='minutes')}, or leave the offset out.",
            )
        return local
    early, late = time.replace(tzinfo=zone, fold=0), time.replace(tzinfo=zone, fold=1)
    if early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != time:
        raise InvalidParameter(
            name, text, f"the clocks of {zone.key} skip it when they go forward", "Choose a time before or after."
        )
    if early.utcoffset() != late.utcoffset():
        raise InvalidParameter(
            name,
            text,
            f"the clocks of {zone.key} show it twice when they go back",
            f"Say which: {early.isoformat(timespec='minutes')} or {late.isoformat(timespec='minutes')}.",
        )
    return early


@dataclass(frozen=True)
class Window:
    """A span of time, from its start up to, and not including, its end; both in the zone that was declared."""

    start: datetime
    end: datetime
    time_zone: str

    @classmethod
    def parse(cls, name: str, declared: Mapping[str, str]) -> Window:
        """Return the window.

        Raises:
            InvalidParameter: a part is missing or unknown, no time, in no known zone, or it ends before it starts.
        """
        if not isinstance(declared, Mapping) or set(declared) != {"start", "end", "time_zone"}:
            raise InvalidParameter(name, declared, "it needs start, end and time_zone", "Give these three.")
        try:
            zone = ZoneInfo(declared["time_zone"])
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidParameter(
                f"{name}.time_zone", declared["time_zone"], "no such zone is known here", "Name it like Europe/London."
            ) from None
        start = parse_time(f"{name}.start", declared["start"], zone)
        end = parse_time(f"{name}.end", declared["end"], zone)
        if end.astimezone(UTC) <= start.astimezone(UTC):
            raise InvalidParameter(f"{name}.end", declared["end"], "it is not after the start", "Correct one of them.")
        return cls(start, end, zone.key)

    def contains(self, now: datetime) -> bool:
        """Return whether it is open at that time. Compared in UTC, so that a change of clocks moves nothing."""
        return self.start.astimezone(UTC) <= now.astimezone(UTC) < self.end.astimezone(UTC)

    @property
    def length(self) -> timedelta:
        """How long it is open: elapsed time, whatever the clocks on the wall do meanwhile."""
        return self.end.astimezone(UTC) - self.start.astimezone(UTC)

    def distance(self, now: datetime) -> timedelta:
        """Return how long until it opens, or since it closed; nothing while it is open."""
        if self.contains(now):
            return timedelta()
        return max(self.start.astimezone(UTC) - now.astimezone(UTC), now.astimezone(UTC) - self.end.astimezone(UTC))

    def explain(self, now: datetime) -> str:
        """Say how it stands to a time: `opens in 3 days`, `closed 2 hours ago`, `closes in 40 minutes`."""
        if self.contains(now):
            return f"closes in {spoken(self.end.astimezone(UTC) - now.astimezone(UTC))}"
        if now.astimezone(UTC) < self.start.astimezone(UTC):
            return f"opens in {spoken(self.distance(now))}"
        return f"closed {spoken(self.distance(now))} ago"

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M %Z} to {self.end:%Y-%m-%d %H:%M %Z}"

    def as_dict(self) -> dict[str, str]:
        """Return start and end in ISO 8601 with their offsets, and the zone's name."""
        return {"start": self.start.isoformat(), "end": self.end.isoformat(), "time_zone": self.time_zone}


def spoken(span: timedelta) -> str:
    """Return a span in its two largest units, as people say it: `3 days 4 hours`."""
    seconds = int(span.total_seconds())
    units = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
    for index, (_name, size) in enumerate(units):
        if seconds >= size:
            parts = []
            for name, of_size in units[index : index + 2]:
                count, seconds = divmod(seconds, of_size)
                if count:
                    parts.append(f"{count} {name}{'' if count == 1 else 's'}")
            return " ".join(parts)
    return "less than a second"


def _offset(time: datetime) -> str:
    return time.isoformat()[-6:]
