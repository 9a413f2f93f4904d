# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An example of a run and of the weeks before it: the same for every test and for the pictures, to the second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.progress import Figures
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report import document, plan
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.collector import Collector
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.run_events import Result, Run, Task

ROOT = Path(__file__).resolve().parents[1]
STARTED = datetime(2027, 1, 19, 18, 15, tzinfo=UTC)
SURROUNDINGS = {
    "by": {"user": "root", "sudo_user": "asmith", "host": "deploy1.exams.example"},
    "versions": {"ansible_core": "2.19.14", "collection": "0.1.0", "python": "3.11.2"},
    "inventory": [
        {"path": "inventories/live", "commit": "9f1c2d3e4b5a69788796a5b4c3d2e1f00f1e2d3c", "modified": False}
    ],
}
RECORD = {
    "id": "SAS005-150",
    "title": "Deploy new Exam Scheduling solution",
    "reference": "GoCAB 2027-01-18, item 3",
    "approver": "Chair of the change advisory board",
    "approved": "2027-01-18T14:30:00+00:00",
    "evidence": "ticket comment that quotes the digest",
    "digest": "sha256:5f0c9a7be1d24c3e8d6b7a9012f3c4d5",
    "window": {"start": "2027-01-19T18:00:00+00:00", "end": "2027-01-19T22:00:00+00:00", "time_zone": "Europe/London"},
    "state": "approved",
    "back_out": "playbooks/rollback.yml; the records and certificates of before are kept",
}
CHANGE: dict[str, Any] = {
    "required": True,
    "now": "2027-01-19T18:15:00+00:00",
    "time_zone": "Europe/London",
    "board_meetings": ["2027-01-05", "2027-01-18", "2027-02-01"],
    "records": [RECORD],
    "lines": {"1.2": "SAS005-150", "1.3": "SAS005-150", "1.6": "SAS005-150"},
    "refusals": [],
    "emergency": None,
    "warnings": [],
}
ATTESTATIONS = {
    "6": [
        {
            "line": "6",
            "attested_by": "The project manager",
            "statement": "There is no data to migrate.",
            "evidence": "minutes of the project board, 2027-01-12, item 4",
            "at": "2027-01-13T09:30:00+00:00",
            "recorded_by": "asmith",
        }
    ]
}


def planned_lines() -> list[dict[str, Any]]:
    """Return LIVE's plan, as the gate hands it to the callback."""
    lines = _load("shared/implementation_plan.yml")["implementation_plan"]
    who = _load("live/group_vars/all/responsibilities.yml")["implementation_responsibilities"]
    return [{**entry, **who[entry["line"]]} for entry in lines]


def a_run(started: datetime = STARTED, **values: Any) -> Run:
    """Return a run of LIVE's plan, or whatever is given otherwise."""
    return Run(
        **{
            "run_id": f"{started:%Y-%m-%dT%H%M%SZ}-0a1b2c",
            "started": started,
            "environment": "live",
            "rehearsal": True,
            "check_mode": False,
            "state_directory": Path("/nowhere"),
            "playbook": "playbooks/live.yml",
            "inventories": ("inventories/live", "inventories/rehearsal"),
            "headings": _load("shared/implementation_plan.yml")["implementation_headings"],
            "plan": planned_lines(),
            "change": CHANGE,
            **values,
        }
    )


class Script:
    """Plays a run's events to a collector, one task after the other."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.now = run.started + timedelta(seconds=1.5)
        self.collected = Collector()
        self.collected.began(run)
        self.tasks = 0

    def task(
        self,
        line: str | None,
        name: str,
        results: Mapping[str, Mapping[str, Any]],
        *,
        seconds: float = 1.0,
        outcome: Any = "ok",
        role: str = "",
        **values: Any,
    ) -> None:
        """Let a task end with these results by host."""
        self.tasks += 1
        task = Task(f"task-{self.tasks}", name, role, line, values.pop("gap", False), self.now)
        self.now += timedelta(seconds=seconds)
        defaults = {"ignored": False, "check_mode": self.run.check_mode, "hidden": False, **values}
        for host, content in results.items():
            self.collected.ended(Result(task, host, outcome, content=content, at=self.now, **defaults))

    def report(
        self,
        attestations: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
        settled_since: Mapping[str, str] | None = None,
        work: Sequence[Figures] = (),
        last_seen: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Return the report of what was played so far."""
        assert self.collected.run is not None
        return document.build(
            self.collected.run,
            self.collected,
            hosts={"localhost": {"ok": 3, "changed": 1, "failures": 0, "unreachable": 0}},
            ended=self.now,
            surroundings=SURROUNDINGS,
            attestations=attestations or ATTESTATIONS,
            settled_since=settled_since or {},
            last_seen=last_seen or {},
            work=work,
        )


def proof(words: str, count: int, **values: Any) -> dict[str, Any]:
    """Return the result of a proof that saw all as declared, or of another."""
    result = {"changed": False, "state": "proven", "proven": True, "msg": words, "count": count}
    return {**result, "differences": [], "not_proven": [], **values}


SHUT = {
    "where": "web1-live.exams.example",
    "what": "sql-live.exams.example tcp/1433",
    "expected": "open",
    "found": "filtered: no answer within the deadline",
    "remedy": "Ask the network team to open it.",
}


def evening(run: Run | None = None) -> Script:
    """Return a run of an evening: DNS and certificates applied and proven, one flow still shut and handed over."""
    script = Script(run or a_run())
    script.task(None, "Ask for the permit of this stage", {"localhost": {"changed": False}}, seconds=0.6)
    request = "hand-overs/1.2-firewall-request.md"
    waiting = {"changed": True, "waiting_for": "Network team", "path": request}
    different = proof(
        "14 addresses of flows: differences 1, not proven 0", 14, proven=False, state="different", differences=[SHUT]
    )
    flows = {"web1-live": different, "web2-live": proof("14 addresses of flows proven", 14)}
    script.task("1.2", "Request what is missing", {"localhost": waiting}, seconds=2.1, role="firewall")
    script.task("1.2", "Prove the flows from the host that needs them", flows, seconds=8.2, role="firewall")
    items = [f"{name}.exams.example. A" for name in ("es-live", "connect-live", "sql-live", "web1-live", "web2-live")]
    changes = [{"item": item, "action": "create", "before": None, "after": "…"} for item in items]
    script.task("1.3", "Keep the declared records", {"localhost": {"changed": True, "changes": changes}}, seconds=1.4)
    records = proof("72 DNS record sets proven", 72)
    script.task("1.3", "Prove the records on every server", {"localhost": records}, seconds=11.3)
    script.task("1.6", "Keep keys and certificates", {"localhost": {"changed": True, "changes": []}}, seconds=6.0)
    endpoints = {host: proof("4 endpoints proven", 4) for host in ("localhost", "web1-live", "web2-live")}
    script.task("1.6", "Prove what clients see", endpoints, seconds=5.2, role="https")
    return script


def weeks() -> plan.Plan:
    """Return the living plan after some weeks: a night of failure, a repair, a prediction, and the evening's run."""
    known = plan.empty("live", emulated=True)
    for day, words in ((7, "the certificate of web2-live has expired"), (14, "")):
        script = Script(a_run(datetime(2027, 1, day, 19, 0, tzinfo=UTC)))
        if words:
            failed = {"web2-live": {"changed": False, "msg": words}}
            script.task("1.6", "Prove what clients see", failed, seconds=4, outcome="failed")
        else:
            script.task("1.6", "Prove what clients see", {"web2-live": proof("4 endpoints proven", 4)}, seconds=4)
        known = plan.accumulate(known, script.report())
    predicted = evening(a_run(datetime(2027, 1, 19, 9, 0, tzinfo=UTC), check_mode=True))
    known = plan.accumulate(known, predicted.report())
    return plan.accumulate(known, evening().report())


@cache
def _load(name: str) -> Any:
    return yaml.safe_load((ROOT / "inventories" / name).read_text(encoding="utf-8"))
