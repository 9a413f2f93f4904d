# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The living plan: what is known of each line over all runs. Pure.

Runs may end in any order, and two may end at once, so what a run adds does not depend on what came first: each line
keeps its latest observations as they were, sorted by time, and what is older is reduced to changes of state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.states import (
    SETTLED,
    UNSEEN,
    that_stands,
    with_attestation,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.text import day

SCHEMA_VERSION = 1
RECENT = 20
"""How many observations of a line are kept as they were: that many runs may end in any order."""
EARLIER = 100
"""How many changes of state before those."""
RUNS = 50
"""How many runs the plan names."""

Plan = dict[str, Any]


def empty(environment: str, *, emulated: bool) -> Plan:
    """Return the plan of which nothing is known."""
    return {
        "schema_version": SCHEMA_VERSION,
        "environment": environment,
        "emulated": emulated,
        "as_of": None,
        "headings": {},
        "order": [],
        "board_meetings": [],
        "lines": {},
        "runs": [],
    }


def accumulate(plan: Plan, report: Mapping[str, Any]) -> Plan:
    """Return the plan with what a run found out; the same run again adds nothing.

    A prediction (`--check`) proves nothing: it is noted, and changes no line.
    """
    key = (report["run"]["ended"], report["run"]["id"])
    newest = not plan["runs"] or key >= max((run["ended"], run["id"]) for run in plan["runs"])
    lines = dict(plan["lines"])
    for entry in report["lines"]:
        known = lines.get(entry["line"], NOTHING)
        if newest or entry["line"] not in lines:
            known = {**known, **{name: entry[name] for name in STATIC}}
        if entry["touched"] and not report["check_mode"]:
            known = _observe(known, _observation(entry, report), entry)
        lines[entry["line"]] = known
    return {
        **plan,
        **(
            {
                "as_of": report["run"]["ended"],
                "headings": {one["heading"]: one["title"] for one in report["headings"]},
                "order": [entry["line"] for entry in report["lines"]],
                "board_meetings": report["change"]["board_meetings"],
            }
            if newest
            else {}
        ),
        "lines": lines,
        "runs": _runs(plan["runs"], report),
    }


SHORT = ("at", "run", "state", "seen")
"""What is kept of an observation that is not the last."""
NOTHING: dict[str, Any] = {"recent": [], "earlier": [], "last_proof": None, "first_proof": None}
STATIC = (
    "line",
    "title",
    "heading",
    "role",
    "procedure",
    "proof",
    "depends_on",
    "built",
    "carried_out_by",
    "owner",
    "planned",
)
"""What the inventory says of a line; the newest run's is what counts."""


def _observation(entry: Mapping[str, Any], report: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at": report["run"]["ended"],
        "run": report["run"]["id"],
        "state": entry["state_of_run"],
        "seen": entry["seen"],
        "waiting_for": entry["waiting_for"],
        "evidence": [{key: one[key] for key in ("kind", "host", "words", "outcome")} for one in entry["evidence"][:10]],
    }


def _observe(known: dict[str, Any], observation: dict[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    # several playbooks on one command line are one run, which is reported as each ends: the last of them saw it all
    others = [one for one in known["recent"] if one["run"] != observation["run"]]
    if any(one["at"] >= observation["at"] for one in known["recent"] if one["run"] == observation["run"]):
        return known
    recent = sorted([*others, observation], key=lambda one: (one["at"], one["run"]))
    earlier = list(known["earlier"])
    while len(recent) > RECENT:
        _reduce(earlier, recent.pop(0))
    # what only the last observation needs is not kept of the others
    slim = [{key: one.get(key) for key in SHORT} for one in recent[:-1]]
    proof = {key: observation[key] for key in ("at", "run", "state")} | {
        "from": sorted({one["host"] for one in entry["evidence"] if one["kind"] == "proof" and one["host"]}),
        "words": [one["words"] for one in entry["evidence"] if one["kind"] == "proof"][:10],
        "change": entry["change"],
    }
    proven = observation["state"] in ("proven", "proven in part")
    last, first = known["last_proof"], known["first_proof"]
    return {
        **known,
        "recent": [*slim, recent[-1]],
        "earlier": earlier[-EARLIER:],
        "last_proof": _pick(max, last, proof) if proven else last,
        "first_proof": _pick(min, first, {"at": observation["at"], "run": observation["run"]}) if proven else first,
    }


def _reduce(earlier: list[dict[str, Any]], oldest: Mapping[str, Any]) -> None:
    """Add what is kept of an observation that is too old: a change of state, and how long one went on being seen."""
    last = earlier[-1] if earlier else None
    if last is None or (last["state"] != oldest["state"] and last["at"] <= oldest["at"]):
        earlier.append({key: oldest.get(key) for key in SHORT})
    elif last["state"] == oldest["state"] and oldest.get("seen"):
        # else an attestation that it ended would stand again
        earlier[-1] = {**last, "seen_last": max(oldest["seen"], last.get("seen_last") or "")}


def _pick(of: Any, known: Mapping[str, Any] | None, seen: Mapping[str, Any]) -> Mapping[str, Any]:
    picked: Mapping[str, Any] = seen if known is None else of(known, seen, key=lambda one: (one["at"], one["run"]))
    return picked


def _runs(runs: Sequence[Mapping[str, Any]], report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the newest runs, this one among them, the newest first."""
    noted = {
        "id": report["run"]["id"],
        "started": report["run"]["started"],
        "ended": report["run"]["ended"],
        "playbook": report["run"]["playbook"],
        "user": report["by"]["sudo_user"] or report["by"]["user"],
        "check_mode": report["check_mode"],
        "refused": report["refused"],
        "emergency": report["change"]["emergency"] is not None,
        "verdict": report["verdict"],
        "changed": [line["line"] for line in report["lines"] if line["changed"] and not report["check_mode"]],
    }
    others = [run for run in runs if run["id"] != noted["id"]]
    return sorted([*others, noted], key=lambda run: (run["ended"], run["id"]), reverse=True)[:RUNS]


def transitions(line: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return when a line came into which state, the oldest first."""
    seen: list[dict[str, Any]] = []
    for one in (*line["earlier"], *line["recent"]):
        if not seen or seen[-1]["state"] != one["state"]:
            seen.append({key: one[key] for key in ("at", "run", "state")})
    return seen


def settled_since(plan: Plan) -> dict[str, str]:
    """Return for each line that is proven now since when it is, as far as its history reaches."""
    since = {}
    for number, line in plan["lines"].items():
        history = transitions(line)
        if history and history[-1]["state"] in SETTLED:
            since[number] = str(history[-1]["at"])
    return since


def last_seen(plan: Plan) -> dict[str, str]:
    """Return for each line when a run saw something of it last, or changed it, as far as its history reaches."""
    seen = {number: _seen(line) for number, line in plan["lines"].items()}
    return {number: times[-1] for number, times in seen.items() if times}


def _seen(line: Mapping[str, Any]) -> list[str]:
    """Return when runs saw something of a line, or changed it, the oldest first."""
    saw = [one for one in (*line["earlier"], *line["recent"]) if one["state"] not in UNSEEN]
    # a plan of an older version knows no more than when the run ended
    found = [one.get("seen") or one["at"] for one in saw] + [one["seen_last"] for one in saw if one.get("seen_last")]
    return sorted(map(str, found))


def standing(
    plan: Plan, attestations: Mapping[str, Sequence[Mapping[str, str]]], zone: tzinfo | None = None
) -> list[dict[str, Any]]:
    """Return what stands of each line now, in the plan's order: what runs saw, and what people vouch for."""
    return [_standing(plan["lines"][number], attestations.get(number, ()), zone) for number in plan["order"]]


def _standing(line: Mapping[str, Any], attested: Sequence[Mapping[str, str]], zone: tzinfo | None) -> dict[str, Any]:
    latest: Mapping[str, Any] = line["recent"][-1] if line["recent"] else {}
    history = transitions(line)
    seen = str(latest.get("state", "not run yet" if line["built"] else "not built yet"))
    times = _seen(line)
    state = with_attestation(seen, that_stands(attested, times[-1] if times else None))
    since = attested[0]["at"] if state == "attested" else history[-1]["at"] if history else None
    return {
        **{name: line[name] for name in STATIC},
        "state": state,
        "since": since,
        "actual": day(since, zone) if since and state in SETTLED else None,
        "last_run": latest.get("at"),
        "last_proof": line["last_proof"],
        "first_proof": line["first_proof"],
        "waiting_for": latest.get("waiting_for", []),
        "evidence": latest.get("evidence", []),
        "attestations": list(attested),
        "history": history,
        "seen": times,
    }


def since_meeting(
    lines: Sequence[Mapping[str, Any]], meetings: Sequence[str], as_of: str, zone: tzinfo | None = None
) -> tuple[str | None, list[dict[str, Any]]]:
    """Return the day of the last board meeting, and which lines stand otherwise now than on that day.

    The meeting's day itself counts as before: what the board saw is what stood when the day ended. Without a meeting so
    far, everything is new to the board.
    """
    last = max((met for met in (day(one, zone) for one in meetings) if met < day(as_of, zone)), default=None)

    def by_then(at: str) -> bool:
        return last is not None and day(at, zone) <= last

    changed = []
    for line in lines:
        before = [one for one in line["history"] if by_then(one["at"])]
        attested_before = [one for one in line["attestations"] if by_then(one["at"])]
        seen_before = [at for at in line["seen"] if by_then(at)]
        seen = before[-1]["state"] if before else "not run yet" if line["built"] else "not built yet"
        then = with_attestation(seen, that_stands(attested_before, seen_before[-1] if seen_before else None))
        if then != line["state"]:
            changed.append({"line": line["line"], "title": line["title"], "then": then, "now": line["state"]})
    return last, changed


def defect(plan: object, environment: str, *, emulated: bool) -> str:
    """Return why a plan that was read cannot be carried on; nothing if it can."""
    if not isinstance(plan, dict):
        return "it is no plan"
    if plan.get("schema_version") != SCHEMA_VERSION:
        return f"schema_version is {plan.get('schema_version')!r}; this collection writes {SCHEMA_VERSION}"
    if (plan.get("environment"), plan.get("emulated")) != (environment, emulated):
        return "it is another environment's"
    wanted = empty(environment, emulated=emulated)
    wrong = [name for name, value in wanted.items() if name != "as_of" and not isinstance(plan.get(name), type(value))]
    if wrong:
        return f"{', '.join(wrong)}: missing or not understood"
    keys = {*NOTHING, *STATIC}
    broken = [str(number) for number, line in plan["lines"].items() if not isinstance(line, dict) or keys - line.keys()]
    broken += [str(number) for number in plan["order"] if number not in plan["lines"]]
    return f"line {', '.join(broken)}: incomplete" if broken else ""
