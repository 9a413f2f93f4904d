# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collects what became of each line of the plan, and writes the report when the run ends."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import render_table
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.line_record import LineRecord
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.run_events import Listener, Result, Run

SCHEMA_VERSION = 1


class ReportWriter(Listener):
    """The listener that reports."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._run: Run | None = None
        self._lines: dict[str, LineRecord] = {}

    def run_began(self, run: Run) -> None:
        """Keep what the gate said last."""
        self._run = run

    def task_ended(self, result: Result) -> None:
        """Take in a result of a line."""
        if result.task.line is None or result.outcome == "skipped" or result.ignored:
            return
        record = self._lines.setdefault(result.task.line, LineRecord())
        if result.task.gap:
            if "msg" in result.content:
                record.add_gap(str(result.content["msg"]))
            return
        record.add(result.host, result.content, failed=result.failed, seconds=result.seconds)

    def run_ended(self, hosts: Mapping[str, Mapping[str, int]], at: datetime) -> Sequence[str]:
        """Write the report, and return its table for the terminal."""
        run = self._run
        if run is None:
            return ()
        lines = [self._line(entry, run) for entry in run.plan]
        directory = run.state_directory / "reports" / run.environment / run.run_id
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = directory / "report.json"
        report = {
            "schema_version": SCHEMA_VERSION,
            "environment": run.environment,
            "emulated": run.rehearsal,
            "check_mode": run.check_mode,
            "started": run.started.isoformat(timespec="seconds"),
            "ended": at.isoformat(timespec="seconds"),
            "lines": lines,
        }
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        temporary.replace(path)

        touched = [line for line in lines if line["state"] not in ("not in this run", "not built yet")]
        marks = [mark for mark, on in (("EMULATED", run.rehearsal), ("CHECK MODE", run.check_mode)) if on]
        title = " ".join(["IMPLEMENTATION PLAN", run.environment.upper(), *(f"[{mark}]" for mark in marks)])
        rows = [
            (line["line"], line["title"], line["state"], "changed" if line["changed"] else "", _first(line["evidence"]))
            for line in touched
        ]
        return [
            f"{title} ".ljust(80, "*"),
            render_table(("line", "what", "state", "", "evidence"), rows),
            "",
            f"{len(lines) - len(touched)} lines of the plan are not in this run or not built yet.",
            f"Report: {path}",
        ]

    def _line(self, entry: Mapping[str, Any], run: Run) -> dict[str, Any]:
        record = self._lines.get(entry["line"], LineRecord())
        return {
            **entry,
            "state": record.state(built=entry["built"], check_mode=run.check_mode),
            "changed": record.changed,
            "evidence": record.evidence(),
            "seconds": round(record.seconds, 1),
        }


def _first(evidence: list[str]) -> str:
    """Return the first piece of evidence, and how much more there is in the report."""
    more = len(evidence) - 1
    return f"{evidence[0].splitlines()[0]}{f' (and {more} more)' if more > 0 else ''}" if evidence else ""
