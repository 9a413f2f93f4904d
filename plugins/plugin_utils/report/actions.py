# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has to do what next, for the run sheets of the living plan. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.states import SETTLED, attention
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.text import day

PROOF_DAYS = 7
"""After how many days a proof is old enough to be asked for again."""


def run_sheets(
    lines: Sequence[Mapping[str, Any]], environment: str, as_of: str, zone: tzinfo | None = None, *, emulated: bool
) -> list[dict[str, Any]]:
    """Return for each person or team what they have to do next, the soonest first.

    Args:
        lines: what stands of each line (`plan.standing`).
        environment: whose playbooks the commands name.
        emulated: whether they name the rehearsal's overlay too.
        as_of: the time that it is, ISO 8601.
        zone: whose days count; by default this machine's.
    """
    states = {line["line"]: line["state"] for line in lines}
    sheets: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        action = next_action(line, states, environment, as_of, zone, emulated=emulated)
        if action is None:
            continue
        overdue = line["planned"] and day(line["planned"], zone) < day(as_of, zone) and line["state"] not in SETTLED
        entry = {
            "line": line["line"],
            "title": line["title"],
            "state": line["state"],
            "due": line["planned"],
            "overdue": bool(overdue),
            **action,
        }
        for person in (line["waiting_for"] if line["state"] == "waiting" else []) or [line["owner"] or "nobody yet"]:
            sheets.setdefault(person, []).append(entry)
    return [
        {"person": person, "actions": sorted(actions, key=lambda one: (bool(one["after"]), one["due"] or "9999"))}
        for person, actions in sorted(sheets.items())
    ]


def next_action(
    line: Mapping[str, Any],
    states: Mapping[str, str],
    environment: str,
    as_of: str,
    zone: tzinfo | None = None,
    *,
    emulated: bool,
) -> dict[str, Any] | None:
    """Return what is to be done for a line, with which command, and after which other lines; None if nothing is."""
    tag = line["role"]
    inventories = f"-i inventories/{environment}{' -i inventories/rehearsal' if emulated else ''}"
    play = f"ansible-playbook {inventories} playbooks/"
    prove, work = f"{play}verify.yml --tags {tag}", f"{play}{environment}.yml --tags {tag}"
    if line["procedure"]:
        prove = work = f"{play}{line['procedure']}.yml"
    attest = f"{play}attest.yml -e line={line['line']} …"
    why = attention(line)
    after = [number for number in line["depends_on"] or () if states.get(number) not in (*SETTLED, "proven in part")]
    by_others = line["carried_out_by"] != "collection"
    does: dict[str, tuple[str, str, list[str]]] = {
        "failed": (f"Put right: {why}", work, []),
        "not proven": (f"Make it visible, then prove it: {why}", prove, []),
        "pending": (f"Run again once the earlier line is done: {why}", work, after),
        "waiting": (f"Do what was handed over in writing: {_request(line)}", prove, []),
        "applied": ("Prove it", prove, []),
        # an attestation would not settle it: it never outweighs what was seen
        "proven in part": (f"Prove the rest: {why}", prove, []),
        "not run yet": (
            "Have it looked at and handed over" if by_others else "Have it applied and proven",
            work,
            after,
        ),
        "not built yet": ("Carry it out, then have it attested", attest, after),
    }
    if line["state"] in does:
        action, command, then = does[line["state"]]
        return {"action": action, "command": command, "after": then}
    if line["state"] == "proven" and line["last_proof"] and _days(line["last_proof"]["at"], as_of) > PROOF_DAYS:
        old = f"Prove it again: its last proof is of {day(line['last_proof']['at'], zone)}"
        return {"action": old, "command": prove, "after": []}
    return None


def _request(line: Mapping[str, Any]) -> str:
    """Return the files of the request."""
    files = [one["words"].rsplit("/", maxsplit=1)[-1] for one in line["evidence"] if one["kind"] == "hand-over"]
    return ", ".join(files) or "the request"


def _days(earlier: str, later: str) -> int:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).days
