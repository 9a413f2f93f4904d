# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate's question in whole: which work may run now, from files and, where there is one, from the ticket system."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import (
    Judged,
    Rules,
    judge,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.decision import (
    Begun,
    Decision,
    Work,
    covered,
    decide,
    outlasts_window,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.lookup import looked_up
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.records import read_records
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.tickets import ticket_system


@dataclass(frozen=True)
class Emergency:
    """Work outside every approved change, on somebody's word, for one run."""

    approver: str
    reason: str

    @classmethod
    def parse(cls, extra_variables: Mapping[str, Any]) -> Emergency | None:
        """Return the emergency that the command line declares, None if it declares none.

        Raises:
            InvalidParameter: it names an approver and no reason, or the other way round.
        """
        names = {part: f"change_control_emergency_{part}" for part in ("approver", "reason")}
        given = {part: str(extra_variables.get(name) or "").strip() for part, name in names.items()}
        if not any(name in extra_variables for name in names.values()):
            return None
        for part, name in names.items():
            if not given[part]:
                raise InvalidParameter(
                    name, given[part], "an emergency needs both an approver and a reason", f"Add -e \"{name}='…'\"."
                )
        return cls(**given)


@dataclass(frozen=True)
class Question:
    """All that the answer depends on."""

    works: Sequence[Work]
    records: Path | None
    """The directory of the change records; None where the inventory names none."""
    rules: Rules
    now: datetime
    plan: Sequence[Mapping[str, Any]]
    tickets: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The inventory's `change_control_ticket_system`."""
    emergency: Emergency | None = None
    begun: Collection[Begun] | None = None
    """What was begun before, where work is backed out."""


@dataclass(frozen=True)
class Answer:
    """What may run, and what a report shows of why."""

    decision: Decision
    records: Sequence[Judged]
    """The records that the work runs under, or would."""
    emergency: Emergency | None
    """Set only where something runs on its strength."""
    warnings: Sequence[str]
    time_zone: str | None = None
    """That of the records' windows, whether the work runs under one or not; None where there is no record."""

    @property
    def refusals(self) -> Sequence[str]:
        """Why the work may not run; nothing if all of it may."""
        return () if self.emergency else self.decision.refusals

    def as_dict(self) -> dict[str, Any]:
        """Return it for the report: records, time zone, lines, refusals, emergency, warnings."""
        emergency = None
        if self.emergency:
            lines = [work.name for work in self.decision.refused]
            emergency = {"approver": self.emergency.approver, "reason": self.emergency.reason, "lines": lines}
        return {
            "records": [judged.as_dict() for judged in self.records],
            "time_zone": self.time_zone,
            "lines": {name: judged.record.id for name, judged in self.decision.under.items()},
            "refusals": list(self.refusals),
            "emergency": emergency,
            "warnings": list(self.warnings),
        }


def answer(question: Question) -> Answer:
    """Answer the gate's question. Reads files, and asks the ticket system of what would begin; writes nothing.

    Raises:
        InvalidParameter: the ticket system's settings are wrong, and there is no emergency.
    """
    now = question.now
    found, problems = read_records(question.records) if question.records else ([], [])
    warnings = [f"change record left out: {problem}" for problem in problems]
    for record in found:
        unknown = record.covers.unknown(question.plan)
        if unknown:
            warnings.append(f"{record.id} covers {', '.join(unknown)}, which neither the plan nor the procedures have")
    judged = [judge(record, question.rules, now) for record in found]
    decision = decide(question.works, judged, now, begun=question.begun)
    look_up = _lookup(question, warnings)
    # what is backed out of under the record that it was begun under needs no ticket any more: it may be closed by then
    begins = [work for work in question.works if not _was_begun(work, decision, question.begun)]
    if look_up is not None and any(work.name in decision.under for work in begins):
        judged = [
            look_up(one) if one.approved and any(covered(work, one, question.begun) for work in begins) else one
            for one in judged
        ]
        again = decide(begins, judged, now, begun=question.begun)
        names = {work.name for work in begins}
        rest = {name: one for name, one in decision.under.items() if name not in names}
        decision = replace(again, under={**rest, **again.under})
    if decision.refusals and problems:
        decision = replace(decision, refusals=[*decision.refusals, *(f"{problem}" for problem in problems)])
    concerned = [one for one in judged if any(covered(work, one, question.begun) for work in question.works)]
    emergency = question.emergency if decision.refusals else None
    time_zone = next((one.record.window.time_zone for one in (*concerned, *judged)), None)
    return Answer(decision, concerned, emergency, warnings, time_zone)


def _lookup(question: Question, warnings: list[str]) -> Callable[[Judged], Judged] | None:
    """Return what has a record looked up in the ticket system; None where the inventory has none.

    In an emergency wrong settings are warned of, and each lookup fails, as if the system did not answer.

    Raises:
        InvalidParameter: its settings are wrong, and there is no emergency.
    """
    try:
        system = ticket_system(question.tickets)
    except InvalidParameter as problem:
        if question.emergency is None:
            raise
        fault = f"its ticket cannot be looked up: {problem}"
        warnings.append(f"no ticket can be looked up: {problem}")
        return lambda judged: replace(judged, fault=fault)
    return None if system is None else lambda judged: looked_up(judged, *system)


def _was_begun(work: Work, decision: Decision, begun: Collection[Begun] | None) -> bool:
    return work.name in decision.under and outlasts_window(work, decision.under[work.name], begun)


def declared_emergency(variables: Mapping[str, Any], extra_variables: Mapping[str, Any]) -> Emergency | None:
    """Return the emergency that the command line declares.

    Raises:
        InvalidParameter: it is incomplete, or the inventory declares one, which would make it permanent.
    """
    for name in ("change_control_emergency_approver", "change_control_emergency_reason"):
        if name not in extra_variables and variables.get(name) is not None:
            raise InvalidParameter(
                name, variables[name], "it stands in the inventory", "Give it with -e, for one run; remove it there."
            )
    return Emergency.parse(extra_variables)
