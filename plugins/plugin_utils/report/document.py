# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of one run as a document: what `report.json` holds, and what all else is made of. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.line_record import Evidence, LineRecord
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.progress import Figures
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.collector import Collector
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.states import (
    UNSEEN,
    UNTOUCHED,
    summarise,
    that_stands,
    with_attestation,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.text import clean, day, zone_of
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.verdict import verdict
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.run_events import Run

SCHEMA_VERSION = 1
"""Raised when a reader of the previous version would misunderstand the new one (docs/report.schema.json)."""

RECORD = ("id", "title", "reference", "approver", "approved", "evidence", "digest", "state", "back_out")
ENTRY = (
    "line",
    "title",
    "stage",
    "role",
    "procedure",
    "proof",
    "depends_on",
    "built",
    "carried_out_by",
    "owner",
    "planned",
)


def build(
    run: Run,
    collected: Collector,
    *,
    hosts: Mapping[str, Mapping[str, int]],
    ended: datetime,
    surroundings: Mapping[str, Any],
    attestations: Mapping[str, Sequence[Mapping[str, str]]],
    settled_since: Mapping[str, str],
    last_seen: Mapping[str, str],
    work: Sequence[Figures] = (),
) -> dict[str, Any]:
    """Return the report.

    Args:
        run: the run as the gate knows it.
        collected: what happened in it.
        hosts: Ansible's recap.
        ended: when.
        surroundings: who, where, versions, inventory (`surroundings.describe`).
        attestations: those of each line, the newest first.
        settled_since: for each line that was settled before this run, since when (ISO 8601).
        last_seen: for each line of which a run before this one saw something, or changed it, when (ISO 8601).
        work: the final figures of long work, as modules reported them.
    """
    change = change_of(run.change)
    lines = [
        _line(
            entry,
            run,
            collected,
            ended=ended,
            attested=attestations.get(entry["line"], ()),
            seen=last_seen.get(entry["line"]),
            since=settled_since.get(entry["line"]),
            zone=zone_of(change["time_zone"]),
        )
        for entry in run.plan
    ]
    for line in lines:
        line["change"] = change["lines"].get(line["line"])
    refused = bool(change["refusals"]) and not run.check_mode
    tone, words = verdict(
        lines,
        refusals=change["refusals"] if refused else (),
        check_mode=run.check_mode,
        failures=collected.failures,
    )
    return {
        "schema_version": SCHEMA_VERSION,
        "environment": run.environment,
        "emulated": run.rehearsal,
        "check_mode": run.check_mode,
        "refused": refused,
        "verdict": {"tone": tone, "words": words},
        "run": {
            "id": run.run_id,
            "playbook": run.playbook,
            "inventories": list(run.inventories),
            "started": run.started.isoformat(timespec="seconds"),
            "ended": ended.isoformat(timespec="seconds"),
            "seconds": round((ended - run.started).total_seconds(), 1),
        },
        **surroundings,
        "change": change,
        "headings": summarise(run.headings, lines),
        "lines": lines,
        "failures_outside_lines": collected.failures,
        "tasks": [task.as_dict() for task in sorted(collected.tasks.values(), key=lambda one: one.task.at)],
        "results_left_out": collected.tasks_left_out,
        "work": [_work(figures, collected) for figures in work],
        "hosts": {host: dict(counted) for host, counted in hosts.items()},
    }


def change_of(change: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of change control under all of its keys, also where the gate said little."""
    emergency = change.get("emergency")
    return {
        "required": bool(change.get("required", False)),
        "now": _text(change.get("now")),
        "time_zone": _text(change.get("time_zone")),
        "board_meetings": [str(date) for date in change.get("board_meetings") or ()],
        "records": [
            {
                **{key: _text(record.get(key)) for key in RECORD},
                "window": {key: _text((record.get("window") or {}).get(key)) for key in ("start", "end", "time_zone")},
            }
            for record in change.get("records") or ()
        ],
        "lines": {str(line): str(record) for line, record in (change.get("lines") or {}).items()},
        "refusals": [clean(refusal) for refusal in change.get("refusals") or ()],
        "emergency": {key: clean(emergency.get(key)) for key in ("approver", "reason")} if emergency else None,
        "warnings": [clean(warning) for warning in change.get("warnings") or ()],
    }


def _line(
    entry: Mapping[str, Any],
    run: Run,
    collected: Collector,
    *,
    ended: datetime,
    attested: Sequence[Mapping[str, str]],
    seen: str | None,
    since: str | None,
    zone: tzinfo | None,
) -> dict[str, Any]:
    record = collected.lines.get(entry["line"], LineRecord())
    built = bool(entry.get("built", True))
    of_run = record.state(built=built, check_mode=run.check_mode)
    sees = of_run not in UNSEEN and not run.check_mode
    # as its last task ended, and not the run, which may go on for hours
    own = (record.seen or ended).isoformat(timespec="seconds") if sees else None
    attestation = that_stands(attested, max(filter(None, (seen, own)), key=datetime.fromisoformat, default=None))
    state = with_attestation(of_run, attestation)
    if state == "attested" and attestation is not None:
        since = attestation["at"]
    elif of_run not in UNTOUCHED and not run.check_mode:
        since = (since or ended.isoformat(timespec="seconds")) if state == "proven" else None
    evidence = [one.as_dict() for one in record.sorted_evidence()]
    if attestation is not None:
        said = f"{attestation['attested_by']}: {attestation['statement']} ({attestation['evidence']})"
        evidence.append(Evidence("attestation", None, clean(said)).as_dict())
    return {
        **{key: entry.get(key) for key in ENTRY},
        "planned": _text(entry.get("planned")),
        "built": built,
        "heading": heading_of(entry["line"]),
        "state": state,
        "state_of_run": of_run,
        "seen": own,
        "touched": of_run not in UNTOUCHED,
        "actual": day(since, zone) if since else None,
        "changed": record.changed,
        "changes": record.changes,
        "changes_left_out": record.changes_left_out,
        "waiting_for": record.waiting_for if of_run == "waiting" else [],
        "evidence": evidence,
        "attestation": dict(attestation) if attestation else None,
        "seconds": round(record.seconds, 1),
    }


def _work(figures: Figures, collected: Collector) -> dict[str, Any]:
    """Return what long work came to: how many, in what time, at what rate a second."""
    record = collected.tasks.get(figures.task)
    return {
        "line": record.task.line if record else None,
        "host": clean(figures.host, 200),
        "what": clean(figures.what, 200),
        "unit": clean(figures.unit, 200),
        "done": figures.done,
        "total": figures.total,
        "seconds": round(figures.seconds, 3),
        "rate": None if figures.rate is None else round(figures.rate, 1),
    }


def heading_of(line: str) -> str:
    """Return the number of the heading that a line stands under: `4` for `4.2`."""
    return line.split(".", maxsplit=1)[0]


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, Mapping):
        return clean("; ".join(f"{key}: {part}" for key, part in value.items()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return clean("; ".join(str(part) for part in value))
    return clean(value.isoformat() if isinstance(value, datetime) else value)
