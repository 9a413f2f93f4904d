# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of each line of the implementation plan in one run, from the results of its tasks. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.text import clean, first_line
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.run_events import Result

State = Literal[
    "failed",
    "not proven",
    "pending",
    "waiting",
    "would change",
    "applied",
    "proven in part",
    "not in this run",
    "not built yet",
    "attested",
    "proven",
]
"""What became of a line, the worst first."""

Kind = Literal["failure", "not reached", "pending", "proof", "gap", "hand-over", "attestation"]

MOST_FINDINGS = 50
"""How many differences of one proof the report keeps; the module's own output has them all."""
MOST_ITEMS = 100
"""How many changed items of one line the report keeps."""


class Evidence(NamedTuple):
    """One thing that a reader may want to check."""

    kind: Kind
    host: str | None
    """Where it was seen."""
    words: str
    outcome: Literal["proven", "not proven", "different"] | None = None
    """Of a proof: whether it saw all as declared, not everything, or something that is not as declared."""
    figures: Mapping[str, int] | None = None
    """Of a proof: how much it looked at, how much of it differs, how much was not seen."""
    findings: Sequence[Mapping[str, str]] = ()
    """Of a proof: what differs or was not seen, with where, what, expected, found, remedy."""
    left_out: int = 0
    """How many findings there were beyond those."""

    def as_dict(self) -> dict[str, Any]:
        """Return the evidence as the report holds it."""
        return {
            "kind": self.kind,
            "host": self.host,
            "words": self.words,
            "outcome": self.outcome,
            "figures": dict(self.figures) if self.figures is not None else None,
            "findings": [dict(finding) for finding in self.findings],
            "findings_left_out": self.left_out,
        }


ORDER: tuple[Kind, ...] = ("failure", "not reached", "pending", "proof", "gap", "hand-over", "attestation")


@dataclass
class LineRecord:
    """What happened to one line of the plan in this run."""

    changed: bool = False
    evidence: list[Evidence] = field(default_factory=list)
    changes: list[dict[str, str]] = field(default_factory=list)
    """What was changed, or in check mode would be: item and action."""
    changes_left_out: int = 0
    waiting_for: list[str] = field(default_factory=list)
    touched: bool = False
    worked: bool = False
    """Whether one of its tasks ran where the gate let work begin, or says that it has changed something."""
    spans: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """From when to when each of its tasks ran, by the task's uuid."""

    def add(self, result: Result, *, predicted: bool = False, work: bool = True) -> None:
        """Take in one task's result on one host.

        Args:
            result: the result; a skipped one is nothing to the line.
            predicted: whether the whole run only predicts, so that what a module would change counts as the line's.
            work: whether the gate let it change anything.
        """
        if result.outcome == "skipped" or result.ignored:
            return
        content, host = result.content, clean(result.host, 200)
        if result.task.gap:
            if "msg" in content:
                self.evidence.append(Evidence("gap", host, clean(content["msg"])))
            return
        self.touched = True
        # a run that may change nothing applies nothing; what says that it did all the same is not passed over
        self.worked = self.worked or work or (result.changed and not result.check_mode)
        began, ended = self.spans.get(result.task.uuid, (result.task.at, result.at))
        self.spans[result.task.uuid] = (began, max(ended, result.at))
        # a request that was written down is no change of the estate
        if result.changed and "waiting_for" not in content:
            self.changed = True
            if predicted or not result.check_mode:
                self._add_changes(content.get("changes"))
        if result.outcome == "unreachable":
            self.evidence.append(Evidence("not reached", host, first_line(content.get("msg", "unreachable"))))
        elif result.failed:
            self._add_failure(host, content)
        elif "pending_line" in content:
            line = content["pending_line"]
            creator = "an earlier step of it" if line == result.task.line else f"line {line}"
            self.evidence.append(Evidence("pending", host, f"{creator} creates what it needs"))
        elif "waiting_for" in content:
            party = clean(content["waiting_for"])
            if party not in self.waiting_for:
                self.waiting_for.append(party)
            self.evidence.append(Evidence("hand-over", host, clean(content.get("path", "handed over in writing"))))
        elif "proven" in content:
            self._add_proof(host, content)

    def state(self, *, built: bool, check_mode: bool) -> State:
        """Return the line's state: the worst that is known of it. Only a proof makes it proven."""
        if self._has("failure"):
            return "failed"
        untouched: State = "not in this run" if built else "not built yet"
        if not self.touched:
            return untouched
        if self._has("pending"):
            return "pending"
        if self._has("not reached"):
            return "not proven"
        outcomes = {one.outcome for one in self.evidence if one.kind == "proof"}
        if outcomes == {"proven"}:
            return "proven in part" if self._has("gap") else "proven"
        if self.waiting_for:
            return "waiting"
        if outcomes:
            return "failed" if "different" in outcomes else "not proven"
        if not self.worked:
            return untouched
        if check_mode:
            return "would change" if self.changed else "not proven"
        return "applied"

    def sorted_evidence(self) -> list[Evidence]:
        """Return the evidence: failures first, then proofs and from where, then hand-overs."""
        return sorted(self.evidence, key=lambda one: ORDER.index(one.kind))

    @property
    def seen(self) -> datetime | None:
        """When the last of the line's tasks ended."""
        return max((ended for _began, ended in self.spans.values()), default=None)

    @property
    def seconds(self) -> float:
        """How long the line's tasks took."""
        return sum((ended - began).total_seconds() for began, ended in self.spans.values())

    def _has(self, kind: Kind) -> bool:
        return any(one.kind == kind for one in self.evidence)

    def _add_failure(self, host: str, content: Mapping[str, Any]) -> None:
        findings, left_out = _findings(content)
        words = first_line(content.get("msg", "failed"))
        self.evidence.append(Evidence("failure", host, words, None, _figures(content), findings, left_out))

    def _add_proof(self, host: str, content: Mapping[str, Any]) -> None:
        findings, left_out = _findings(content)
        different = content.get("state") == "different"
        outcome: Any = "proven" if content["proven"] else "different" if different else "not proven"
        words = first_line(content.get("msg", ""))
        self.evidence.append(Evidence("proof", host, words, outcome, _figures(content), findings, left_out))

    def _add_changes(self, changes: object) -> None:
        for change in changes if isinstance(changes, list) else ():
            if len(self.changes) < MOST_ITEMS:
                # before and after stay where they are: they may be long, and the item is what the board asks about
                self.changes.append({"item": clean(change.get("item")), "action": clean(change.get("action"))})
            else:
                self.changes_left_out += 1


def _findings(content: Mapping[str, Any]) -> tuple[list[Mapping[str, str]], int]:
    """Return what a proof found, as far as it is kept, and how much is left out."""
    found = [
        {
            "seen": "different" if name == "differences" else "not seen",
            **{key: clean(one.get(key, "")) for key in ("where", "what", "expected", "found", "remedy")},
        }
        for name in ("differences", "not_proven")
        for one in _list(content.get(name))
        if isinstance(one, Mapping)
    ]
    return list(found[:MOST_FINDINGS]), max(0, len(found) - MOST_FINDINGS)


def _figures(content: Mapping[str, Any]) -> dict[str, int] | None:
    """Return how much a proof looked at, or None where the result is no proof's."""
    if "differences" not in content and "not_proven" not in content:
        return None
    figures = {"differences": len(_list(content.get("differences"))), "not seen": len(_list(content.get("not_proven")))}
    count = content.get("count")
    return {"looked at": count, **figures} if isinstance(count, int) else figures


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
