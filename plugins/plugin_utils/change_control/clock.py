# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clock of change control: the machine's own; in a rehearsal the one that the overlay sets, going on from there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import run_identity
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.windows import (
    CLOCK_SKEW,
    parse_time,
    spoken,
)


def clock(declared: object, *, rehearsal: bool, run_id: str | None, actual: datetime) -> datetime:
    """Return the time that windows are held against.

    Args:
        declared: `change_control_now`, if it is set.
        rehearsal: whether this is a rehearsal, and known to be one.
        run_id: this run's name; a rehearsal's clock goes on from the run's start.
        actual: the machine's time, in UTC.

    Raises:
        InvalidParameter: a clock is set and this is no rehearsal, or it is no time with an offset.
    """
    if declared in (None, ""):
        return actual
    if not rehearsal:
        raise InvalidParameter(
            "change_control_now",
            str(declared),
            "only a rehearsal has a clock of its own",
            "Remove it: LIVE's windows are held against the real time.",
        )
    start = parse_time("change_control_now", str(declared))
    return start + (actual - run_identity.started(run_id)) if run_id else start


def refuse_earlier_than_last_run(journals: Path, run_id: str | None, now: datetime) -> None:
    """Return unless this machine's clock shows a time before an earlier run began.

    Args:
        journals: the directory with a file for each run, called after it.
        run_id: this run's name.
        now: the machine's time.

    Raises:
        Problem: it does: the clock was set back, or stood wrong then.
    """
    names = [path.stem for path in journals.glob("*.jsonl") if path.stem != run_id]
    if not names:
        return
    last = run_identity.started(max(names))
    if last > now.astimezone(UTC) + CLOCK_SKEW:
        raise Problem(
            f"the clock of this machine is {spoken(last - now)} before the beginning of the run {max(names)}",
            expected="a time after it",
            found=now.isoformat(timespec="seconds"),
            remedy="Compare the clock with a time server before anything is held against a window.",
        )
