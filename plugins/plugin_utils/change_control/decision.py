# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether work may run now: each piece of it against the change records, and the record that comes nearest. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import Judged


@dataclass(frozen=True)
class Work:
    """A piece of work that would change the environment: a line of the plan, or a procedure."""

    line: str = ""
    role: str = ""
    title: str = ""
    procedure: str = ""
    begun_by: str = ""
    """Of a line that a procedure applies, since no stage does: that procedure."""
    backed_out_by: str = ""
    """Of a line that is backed out: the procedure that does it."""

    def __str__(self) -> str:
        return f"procedure {self.procedure}" if self.procedure else f"line {self.line} ({self.title})"

    @property
    def name(self) -> str:
        """The line's number, or the procedure's name."""
        return self.procedure or self.line

    def covered_by(self, judged: Judged) -> bool:
        """Return whether a record's coverage names it."""
        covers = judged.record.covers
        return self.procedure in covers.procedures if self.procedure else covers.covers(self.line, self.role)


def works_of(gate: Mapping[str, Any], roles: Collection[str], plan: Iterable[Mapping[str, Any]]) -> list[Work]:
    """Return the work that a play does which would change the environment.

    Lines that others carry out are handed over, and lines that are not built do nothing; neither changes anything. Nor
    do lines that the plan marks with `changes: false`.

    Args:
        gate: the arguments of the play's gate.
        roles: the roles that the play enters.
        plan: the lines, each with who carries it out.
    """
    if not boolean(gate.get("work", True)):
        return []
    ours = [
        entry
        for entry in plan
        if entry["built"] and entry["carried_out_by"] == "collection" and entry.get("changes", True)
    ]
    if gate.get("procedure"):
        if not boolean(gate.get("back_out", False)):
            return [Work(procedure=str(gate["procedure"]))]
        wanted = [entry for entry in ours if entry["line"] in gate["lines"]]
    else:
        wanted = [
            entry for entry in ours if roles_of(entry) & set(roles) and gate.get("stage") in (None, entry["stage"])
        ]
    return [
        Work(
            line=entry["line"],
            role=entry["role"],
            title=entry["title"],
            begun_by=entry.get("procedure") or "",
            backed_out_by=str(gate.get("procedure") or ""),
        )
        for entry in wanted
    ]


def roles_of(entry: Mapping[str, Any]) -> set[str]:
    """Return the roles that work on a line of the plan: its own, and those that it names beside it."""
    return {str(entry["role"]), *map(str, entry.get("with_roles", []))}


@dataclass(frozen=True)
class Begun:
    """A piece of work that was permitted under a record: inside its window, or there would be no permit under it."""

    name: str
    record: str


@dataclass(frozen=True)
class Decision:
    """What may run, under which record, and why the rest may not."""

    under: Mapping[str, Judged]
    """The record of each piece of work that may run, by the work's name."""
    refused: Sequence[Work]
    refusals: Sequence[str]
    """Why, a sentence for each piece of work that may not run."""


def decide(
    works: Iterable[Work], records: Sequence[Judged], now: datetime, *, begun: Collection[Begun] | None = None
) -> Decision:
    """Return what may run now.

    Work may run if a record covers it, is approved, and its window contains now. Where several do, the one that it was
    begun under is taken, and then the one with the shortest window, as the one that was meant. What a procedure begins,
    a record that covers the procedure covers to be backed out of; so does one that covers the procedure that backs out.

    Args:
        works: what would be done.
        records: all change records of the environment, with what came of looking at their approvals.
        now: the time, aware.
        begun: given where work is backed out: what was begun under which record. Backing out is allowed after the
            window too, wherever that is by now.
    """
    under: dict[str, Judged] = {}
    refused, refusals = [], []
    for work in works:
        eligible = [
            judged
            for judged in records
            if judged.approved
            and covered(work, judged, begun)
            and (judged.record.window.contains(now) or outlasts_window(work, judged, begun))
        ]
        if eligible:
            under[work.name] = min(eligible, key=lambda judged: _order(work, judged, begun))
        else:
            refused.append(work)
            refusals.append(f"{work}: {_why(work, records, now, begun)}")
    return Decision(under, refused, refusals)


def covered(work: Work, judged: Judged, begun: Collection[Begun] | None) -> bool:
    """Return whether a record covers the work; where it is backed out, also by the procedure that begins it, or by the
    one that backs out of it."""
    named = begun is not None and work.backed_out_by in judged.record.covers.procedures
    return named or _covers_what_begins(work, judged, begun)


def outlasts_window(work: Work, judged: Judged, begun: Collection[Begun] | None) -> bool:
    """Return whether a record lets the work be backed out of after its window: it was begun under that record. One that
    covers nothing but the procedure that backs out has begun nothing."""
    return _covers_what_begins(work, judged, begun) and was_begun(work, judged, begun)


def _covers_what_begins(work: Work, judged: Judged, begun: Collection[Begun] | None) -> bool:
    return work.covered_by(judged) or (begun is not None and work.begun_by in judged.record.covers.procedures)


def was_begun(work: Work, judged: Judged, begun: Collection[Begun] | None) -> bool:
    """Return whether the work was begun under that record: the line, or the procedure that applies it."""
    names = {work.name, work.begun_by or work.name}
    return any(one.name in names and one.record == judged.record.id for one in begun or ())


def _order(work: Work, judged: Judged, begun: Collection[Begun] | None) -> tuple[bool, timedelta, str]:
    return not was_begun(work, judged, begun), judged.record.window.length, judged.record.id


def _why(work: Work, records: Sequence[Judged], now: datetime, begun: Collection[Begun] | None) -> str:
    """Say what it lacks, by the record that comes nearest, and what to do."""
    covering = [judged for judged in records if covered(work, judged, begun)]
    nearest = min(covering, key=lambda judged: (not judged.approved, judged.record.window.distance(now)), default=None)
    if nearest is None:
        opened = [judged.record.id for judged in records if judged.approved and judged.record.window.contains(now)]
        others = f" {', '.join(opened)} is approved and open, and does not cover it." if opened else ""
        return f"no change record covers it.{others} Have one approved that does."
    record = nearest.record
    if not nearest.approved:
        return f"{record.id} covers it, and {nearest.fault}"
    never = " It was never begun inside that window, so it cannot be backed out under it." if begun is not None else ""
    return (
        f"{record.id} covers it and is approved, but its window is {record.window}; it {record.window.explain(now)}."
        f"{never} Wait for it, or have another window approved."
    )
