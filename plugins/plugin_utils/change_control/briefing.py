# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the advisory board has to be told and asked: which records wait for it, and which lines have none. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import Finding
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import Judged
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.decision import Work


def uncovered(works: Iterable[Work], records: Sequence[Judged], problems: Iterable[Problem]) -> list[Finding]:
    """Return a finding for each piece of work that no approved record covers, and for each file that is no record."""
    findings = []
    for work in works:
        covering = [judged for judged in records if work.covered_by(judged)]
        if not any(judged.approved for judged in covering):
            findings.append(
                Finding(
                    where=str(work),
                    what="no approved change",
                    expected="an approved change record that covers it",
                    found="; ".join(f"{judged.record.id}: {judged.fault}" for judged in covering) or "none",
                    remedy="Have the board approve it." if covering else "Write one, and have the board approve it.",
                )
            )
    findings += [
        Finding(problem.where or "change records", "no change record", "a record", str(problem)) for problem in problems
    ]
    return findings


def briefing(works: Sequence[Work], records: Sequence[Judged], now: datetime) -> str:
    """Return what the board is asked for, in Markdown; empty if nothing is.

    It bears no date, so that the same request is the same text. Records whose window is over are left out.
    """
    asked = [
        judged
        for judged in records
        if not judged.approved
        and judged.record.window.end.astimezone(UTC) > now.astimezone(UTC)
        and any(work.covered_by(judged) for work in works)
    ]
    parts = []
    for judged in asked:
        record = judged.record
        covered = [work for work in works if work.covered_by(judged)]
        parts.append(
            f"## {record.id}: {record.title}\n\n"
            f"- Reference: {record.reference}\n"
            f"- To be approved by: {record.approver}\n"
            f"- Window: {record.window}\n"
            f"- Backing out: {' '.join(record.back_out.split())}\n"
            f"- To approve exactly this record, quote in the minute or in the ticket: `{record.digest}`\n"
            f"- Covers:\n" + "".join(f"  - {work}\n" for work in covered)
        )
    without = [work for work in works if not any(work.covered_by(judged) for judged in records)]
    if without:
        parts.append("## Lines without a change record\n\n" + "".join(f"- {work}\n" for work in without))
    return "\n".join(parts)
