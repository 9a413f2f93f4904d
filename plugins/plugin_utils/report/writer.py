# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The listener that reports: follows a run, and writes report, plan and JUnit file when it ends."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from ansible.release import __version__ as ansible_core
from ansible.utils.color import ANSIBLE_COLOR, stringc

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import attestation
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.progress import ProgressFollower
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report import (
    document,
    files,
    junit,
    page,
    plan,
    surroundings,
    terminal,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.collector import Collector
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.run_events import Listener, Result, Run


class ReportWriter(Listener):
    """Writes what it can: a file that cannot be written keeps none of the others from being written, and is named."""

    def __init__(self, progress: ProgressFollower | None = None) -> None:
        """Start with nothing seen, and keep whom to ask for the final figures of long work."""
        self._collector = Collector()
        self._progress = progress

    def run_began(self, run: Run) -> None:
        """Keep what the gate said last."""
        self._collector.began(run)

    def task_ended(self, result: Result) -> None:
        """Take in a result."""
        self._collector.ended(result)

    def run_ended(self, hosts: Mapping[str, Mapping[str, int]], at: datetime) -> Sequence[str]:
        """Write the files, and return the headings' table, what could not be written, and where the files are."""
        run = self._collector.run
        if run is None:
            return ()
        complaints: list[str] = []
        attested, unreadable = attestation.read_all(run.state_directory)
        complaints += unreadable
        attestations = {line: [one.as_dict() for one in of_line] for line, of_line in attested.items()}
        place = run.state_directory / "reports" / run.environment
        _attempt(complaints, "directory", lambda: place.mkdir(mode=0o700, parents=True, exist_ok=True))
        known = files.peek_plan(place / "plan.json", run.environment, emulated=run.rehearsal)
        report = document.build(
            run,
            self._collector,
            hosts=hosts,
            ended=at,
            surroundings=surroundings.describe(run.inventories, ansible_core, os.environ),
            attestations=attestations,
            settled_since=plan.settled_since(known),
            last_seen=plan.last_seen(known),
            work=self._progress.rates() if self._progress else (),
        )
        directory = place / run.run_id
        _attempt(complaints, "directory", lambda: directory.mkdir(mode=0o700, parents=True, exist_ok=True))
        written = {
            "Report": (directory / "report.json", lambda path: files.write_json(path, report)),
            "For reading": (directory / "report.html", lambda path: files.write(path, page.report_page(report))),
            "For CI": (directory / "junit.xml", lambda path: files.write(path, junit.render(report))),
            "Living plan": (place / "plan.html", lambda path: _carry_on(path, report, attestations, complaints)),
        }
        paths = [
            f"{what}: {path}"
            for what, (path, how) in written.items()
            if _attempt(complaints, str(path), partial(how, path))
        ]
        colour = stringc if ANSIBLE_COLOR else (lambda text, _colour: text)
        return [
            *terminal.render(report, width=_width(), colour=colour),
            *(colour(f"The report is incomplete: {complaint}", "bright red") for complaint in complaints),
            *paths,
        ]


def _attempt(complaints: list[str], what: str, action: Callable[[], object]) -> bool:
    """Do it, and return whether it could be done; the run's own outcome matters more than its report."""
    try:
        action()
    except Exception as error:
        complaints.append(f"{what} could not be written: {type(error).__name__}: {error}")
        return False
    return True


def _carry_on(
    page_path: Path,
    report: Mapping[str, Any],
    attestations: Mapping[str, Sequence[Mapping[str, str]]],
    complaints: list[str],
) -> None:
    """Add this run to the living plan, while no other run does."""
    path = page_path.with_name("plan.json")
    with files.locked(path.parent):
        known, warning = files.read_plan(path, report["environment"], emulated=report["emulated"])
        if warning:
            complaints.append(warning)
        carried_on = plan.accumulate(known, report)
        files.write_json(path, carried_on)
        files.write(page_path, page.plan_page(carried_on, attestations, report["change"]["time_zone"]))


def _width() -> int:
    """Return how wide the terminal is; where there is none, lines may be longer."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 160
