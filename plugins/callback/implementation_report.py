# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands of the implementation plan after this run."""

from __future__ import annotations

DOCUMENTATION = r"""
name: implementation_report
type: notification
short_description: Report each line of the implementation plan
version_added: "0.1.0"
description:
  - Writes C(reports/<environment>/<run>/report.json) under the state directory, and prints what became of each line of
    the plan that this run touched, after Ansible's recap.
  - A task belongs to a line by its variable C(implementation_line). Tasks that hide their results are left out.
  - A failure of the report never fails the run.
requirements:
  - enable in configuration, for example C(ANSIBLE_CALLBACKS_ENABLED=uoe.exam_scheduling.implementation_report)
"""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import render_table
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.line_record import LineRecord

SCHEMA_VERSION = 1


class CallbackModule(CallbackBase):
    """Collects results by line of the plan, and reports them when the run ends."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "uoe.exam_scheduling.implementation_report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        """Start with nothing seen."""
        super().__init__()
        self._started = datetime.now(UTC)
        self._task_started = time.monotonic()
        self._implementation: dict[str, Any] | None = None
        self._lines: dict[str, LineRecord] = {}

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Note the time."""
        self._task_started = time.monotonic()

    def v2_runner_on_ok(self, result: Any) -> None:
        """Take in a result."""
        self._take(result, failed=False)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Take in a failure, unless the task said that it does not matter."""
        if not ignore_errors:
            self._take(result, failed=True)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Take in that a host was not reached."""
        self._take(result, failed=True)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Write and print the report."""
        if self._implementation is None:
            return
        try:
            self._report(self._implementation)
        except Exception as error:  # the run's own outcome matters more than its report
            self._display.warning(f"the implementation report was not written: {type(error).__name__}: {error}")

    def _take(self, result: Any, *, failed: bool) -> None:
        content = result.result
        if "implementation" in content:
            self._implementation = content["implementation"]
        line = result.task.get_vars().get("implementation_line")
        if line is None:
            return
        if content.get("_ansible_no_log"):
            content = {"changed": content.get("changed"), "msg": "failed; its result is hidden (no_log)"}
        record = self._lines.setdefault(str(line), LineRecord())
        if result.task.get_vars().get("implementation_gap"):
            if "msg" in content:
                record.add_gap(str(content["msg"]))
            return
        host = result.task_fields.get("delegate_to") or result.host.get_name()
        record.add(host, content, failed=failed, seconds=time.monotonic() - self._task_started)

    def _report(self, implementation: dict[str, Any]) -> None:
        check_mode = implementation["check_mode"]
        lines = []
        for entry in implementation["plan"]:
            record = self._lines.get(entry["line"], LineRecord())
            lines.append(
                {
                    **entry,
                    "state": record.state(built=entry["built"], check_mode=check_mode),
                    "changed": record.changed,
                    "evidence": record.evidence(),
                    "seconds": round(record.seconds, 1),
                }
            )
        name = f"{self._started:%Y-%m-%dT%H%M%SZ}-{os.getpid()}"
        directory = Path(implementation["state_directory"], "reports", implementation["environment"], name)
        directory.mkdir(mode=0o700, parents=True)
        path = directory / "report.json"
        report = {
            "schema_version": SCHEMA_VERSION,
            "environment": implementation["environment"],
            "emulated": implementation["rehearsal"],
            "check_mode": check_mode,
            "started": self._started.isoformat(timespec="seconds"),
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            "lines": lines,
        }
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        temporary.replace(path)

        touched = [line for line in lines if line["state"] not in ("not in this run", "not built yet")]
        untouched = len(lines) - len(touched)
        marks = [mark for mark, on in (("EMULATED", implementation["rehearsal"]), ("CHECK MODE", check_mode)) if on]
        title = " ".join(
            ["IMPLEMENTATION PLAN", implementation["environment"].upper(), *(f"[{mark}]" for mark in marks)]
        )
        self._display.banner(title)
        rows = [
            (
                line["line"],
                line["title"],
                line["state"],
                "changed" if line["changed"] else "",
                _first(line["evidence"]),
            )
            for line in touched
        ]
        self._display.display(render_table(("line", "what", "state", "", "evidence"), rows))
        self._display.display(f"\n{untouched} lines of the plan are not in this run or not built yet.\nReport: {path}")


def _first(evidence: list[str]) -> str:
    """Return the first piece of evidence, and how much more there is in the report."""
    more = len(evidence) - 1
    return f"{evidence[0].splitlines()[0]}{f' (and {more} more)' if more > 0 else ''}" if evidence else ""
