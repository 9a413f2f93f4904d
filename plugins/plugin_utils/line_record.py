# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of each line of the implementation plan in one run, from the results of its tasks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

State = Literal[
    "failed",
    "pending",
    "waiting",
    "not proven",
    "would change",
    "proven",
    "proven in part",
    "applied",
    "not in this run",
    "not built yet",
]


class Proof(NamedTuple):
    """One proof of a line."""

    host: str
    proven: bool
    different: bool
    """Whether it saw something that is not as declared. Neither proven nor different: it did not see everything."""
    words: str


@dataclass
class LineRecord:
    """What happened to one line of the plan in this run."""

    changed: bool = False
    failures: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    waiting_for: list[str] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    """What no proof looked at."""
    touched: bool = False
    seconds: float = 0.0

    def add_gap(self, words: str) -> None:
        """Note what no proof looks at, so that the line is not taken for proven as a whole."""
        self.gaps.append(words)

    def add(self, host: str, result: Mapping[str, Any], *, failed: bool, seconds: float) -> None:
        """Take in one task's result on one host."""
        self.touched = True
        self.seconds += seconds
        self.changed = self.changed or bool(result.get("changed"))
        if failed:
            self.failures.append(f"{host}: {str(result.get('msg', 'failed')).splitlines()[0]}")
        elif "pending_line" in result:
            self.pending.append(str(result["pending_line"]))
        elif "waiting_for" in result:
            self.waiting_for.append(f"{result['waiting_for']} ({result['path']})")
        elif "proven" in result:
            different = result.get("state") == "different"
            self.proofs.append(Proof(host, bool(result["proven"]), different, str(result.get("msg", ""))))

    def state(self, *, built: bool, check_mode: bool) -> State:
        """Return the line's state: the worst that is known of it. Only a proof makes it proven."""
        if self.failures:
            return "failed"
        if not self.touched:
            return "not in this run" if built else "not built yet"
        if self.pending:
            return "pending"
        if self.proofs and all(proof.proven for proof in self.proofs):
            return "proven in part" if self.gaps else "proven"
        if self.waiting_for:
            return "waiting"
        if self.proofs:
            return "failed" if any(proof.different for proof in self.proofs) else "not proven"
        if check_mode:
            return "would change" if self.changed else "not proven"
        return "applied"

    def evidence(self) -> list[str]:
        """Return what a reader may want to check: failures, then proofs and from where, then hand-overs."""
        return [
            *self.failures,
            *(f"created by line {line}" for line in self.pending),
            *(f"from {proof.host}: {proof.words}" for proof in self.proofs),
            *self.gaps,
            *(f"handed over to {party}" for party in self.waiting_for),
        ]
