# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a ticket system adds to a record's approval: the state, the comment that quotes the digest, the time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import Judged
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.tickets import (
    Settings,
    Ticket,
    TicketSystem,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.windows import CLOCK_SKEW, spoken


def looked_up(judged: Judged, system: TicketSystem, settings: Settings) -> Judged:
    """Return the record with what the ticket system says of it; a lookup that fails is a fault of the record."""
    try:
        ticket = system.look_up(judged.record.id)
    except Problem as problem:
        return replace(judged, fault=str(problem))
    fault = ticket_fault(judged, ticket, settings, datetime.now(UTC))
    return replace(judged, fault=fault, evidence=f"{judged.evidence}; its ticket is {ticket.state}")


def ticket_fault(judged: Judged, ticket: Ticket, settings: Settings, now: datetime) -> str:
    """Return what is wrong with a ticket; empty if nothing is. Pure; `now` is the real time, not a rehearsal's."""
    skew = abs(ticket.server_time - now) if ticket.server_time else timedelta()
    if skew > CLOCK_SKEW:
        return str(
            Problem(
                f"the clock of this machine and the ticket system's differ by {spoken(skew)}",
                where=settings.url,
                remedy="Correct the one that is wrong: windows are held against this machine's clock.",
            )
        )
    if ticket.state not in settings.approved_states:
        return str(
            Problem(
                "its ticket is not in an approved state",
                where=settings.url,
                expected=" or ".join(settings.approved_states),
                found=ticket.state,
            )
        )
    in_comment = judged.approval is not None and judged.approval.kind == "ticket_comment"
    if in_comment and not any(judged.record.digest in comment for comment in ticket.comments):
        return str(
            Problem(
                "no comment of its ticket quotes the record's digest",
                where=settings.url,
                expected=judged.record.digest,
                found=f"{len(ticket.comments)} comments without it",
                remedy="The approver writes it there.",
            )
        )
    return ""
