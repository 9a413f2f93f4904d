# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages for people: `report.html` and `plan.html`, complete in themselves. Everything that is put in is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.actions import run_sheets
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.plan import Plan, since_meeting, standing
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.states import (
    SHOWN,
    attention,
    counts,
    summarise,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.text import (
    day,
    duration,
    listed,
    moment,
    zone_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.timeline import timeline

TEMPLATES = Path(__file__).with_name("templates")


def report_page(report: Mapping[str, Any]) -> str:
    """Return `report.html`."""
    zone = zone_of(report["change"]["time_zone"])
    touched = [line for line in report["lines"] if line["touched"]]
    return _render(
        "report.html.j2",
        zone,
        report=report,
        kind=_kind(report["run"]["playbook"], check_mode=report["check_mode"]),
        touched=touched,
        counts=counts(report["lines"]),
        timeline=timeline(report),
    )


def plan_page(plan: Plan, attestations: Mapping[str, Sequence[Mapping[str, str]]], zone_name: str | None = None) -> str:
    """Return `plan.html`: what stands, what changed since the last board meeting, who has to do what next."""
    zone, as_of = zone_of(zone_name), str(plan["as_of"])
    lines = standing(plan, attestations, zone)
    meeting, changed = since_meeting(lines, plan["board_meetings"], as_of, zone)
    meetings = sorted(day(one, zone) for one in plan["board_meetings"])
    return _render(
        "plan.html.j2",
        zone,
        plan=plan,
        lines=lines,
        headings=summarise(plan["headings"], lines),
        counts=counts(lines),
        meeting=meeting,
        next_meeting=next((one for one in meetings if one >= day(as_of, zone)), None),
        changed=changed,
        sheets=run_sheets(lines, plan["environment"], as_of, zone, emulated=plan["emulated"]),
        age=lambda at: _age(at, as_of),
    )


def _render(template: str, zone: tzinfo | None, **values: Any) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        moment=lambda at: moment(at, zone), duration=duration, listed=listed, day=lambda at: day(at, zone)
    )
    environment.globals.update(
        shown=SHOWN, attention=attention, late=lambda line, now: _late(line["planned"], line["actual"], now, zone)
    )
    return environment.get_template(template).render(**values)


def _kind(playbook: str, *, check_mode: bool) -> str:
    """Return what kind of run it was, for somebody who knows nothing of Ansible."""
    name = (
        playbook.split(" ", maxsplit=1)[0].rsplit("/", maxsplit=1)[-1].removesuffix(".yml").rsplit(".", maxsplit=1)[-1]
    )
    if name == "verify":
        return "a health check: it proves, and changes nothing"
    if name == "attest":
        return "the recording of an attestation"
    if check_mode:
        return "a prediction of what a real run would do: it changes nothing"
    return "a run that applies what is missing, and proves it"


def _age(at: str, as_of: str) -> str:
    """Return how old something was when the plan was written."""
    seconds = max(0.0, (datetime.fromisoformat(as_of) - datetime.fromisoformat(at)).total_seconds())
    return "just now" if seconds < 60 else f"{duration(seconds)} ago"


def _late(planned: str | None, actual: str | None, now: str, zone: tzinfo | None) -> str:
    """Return how far a line is from its planned day: `3 days late`, `on the day`; nothing if it is not due."""
    if not planned:
        return ""
    due, done = day(planned, zone), day(actual or now, zone)
    try:
        days = (date.fromisoformat(done) - date.fromisoformat(due)).days
    except ValueError:
        return ""
    if not actual:
        return f"{days} {'day' if days == 1 else 'days'} overdue" if days > 0 else ""
    if days == 0:
        return "on the day"
    return f"{abs(days)} {'day' if abs(days) == 1 else 'days'} {'late' if days > 0 else 'early'}"
