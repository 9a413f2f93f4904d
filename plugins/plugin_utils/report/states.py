# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The states of a line as readers see them: in which order they worry, in which words, in which colour. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.text import listed

Tone = Literal["bad", "wait", "part", "info", "idle", "good"]
"""What a reader has to do about it: act, wait, look, know, nothing, be glad."""


@dataclass(frozen=True)
class Shown:
    """How a state is shown. The symbol says the same as the colour, for those who do not see it."""

    words: str
    symbol: str
    tone: Tone
    terminal: str
    """Ansible's name of the colour."""


SHOWN: dict[str, Shown] = {
    "failed": Shown("failed", "✕", "bad", "red"),
    "not proven": Shown("not proven", "?", "part", "bright yellow"),
    "pending": Shown("pending", "…", "wait", "yellow"),
    "waiting": Shown("handed over", "⇢", "wait", "yellow"),
    "would change": Shown("would change", "△", "info", "cyan"),
    "applied": Shown("applied, not proven", "△", "info", "cyan"),
    "proven in part": Shown("proven in part", "◐", "part", "bright green"),
    "not in this run": Shown("not in this run", "·", "idle", "dark gray"),
    "not run yet": Shown("not run yet", "·", "idle", "dark gray"),
    "not built yet": Shown("not automated yet", "·", "idle", "dark gray"),
    "attested": Shown("attested", "✎", "good", "green"),
    "proven": Shown("proven", "✓", "good", "green"),
}
"""Every state of a report and of the plan, the worst first."""

SETTLED = ("proven", "attested")
"""States in which nobody has to do anything."""
UNTOUCHED = ("not in this run", "not run yet", "not built yet")
"""States of lines that no task worked for."""
UNSEEN = (*UNTOUCHED, "not proven")
"""States in which a run saw nothing of a line, so that what was known of it still is."""
SEEN_BY_NOBODY = (*UNSEEN, "applied")
"""States that contradict no later attestation: nothing was seen that is not as declared."""


def worst(states: Iterable[str]) -> str:
    """Return the state that worries most."""
    order = list(SHOWN)
    return min(states, key=order.index)


def with_attestation(state: str, attestation: Mapping[str, Any] | None) -> str:
    """Return `attested` where a human attestation stands for a line that no proof has spoken about."""
    return "attested" if attestation is not None and state in SEEN_BY_NOBODY else state


def that_stands(attestations: Sequence[Mapping[str, str]], seen: str | None) -> Mapping[str, str] | None:
    """Return the newest attestation, if no run has seen or changed anything of the line since.

    Args:
        attestations: of a line, the newest first.
        seen: when a run saw something of the line last, or changed it (ISO 8601); None if none ever did.
    """
    if not attestations or (seen and _time(attestations[0]["at"]) <= _time(seen)):
        return None
    return attestations[0]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def attention(line: Mapping[str, Any]) -> str:
    """Return, in a few words, why a line of a report or of the plan needs attention; nothing if it does not."""
    state = line["state"]
    told = dict(_told(line.get("evidence", ())))
    reasons = {
        "failed": told.get("failure") or told.get("different") or "failed",
        "not proven": told.get("not reached") or told.get("not proven") or "no proof has looked at it",
        "pending": told.get("pending", "waits for an earlier line"),
        "waiting": f"waits for {listed(line.get('waiting_for', []))}",
        "would change": "would be changed",
        "applied": "applied; its proof is still to come",
        "proven in part": told.get("gap", "some of it is not looked at"),
    }
    return reasons.get(state, "")


def _told(evidence: Sequence[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    """Return what is told first of each kind, of proofs by their outcome."""
    for one in reversed(evidence):
        host = f"{one['host']}: " if one["host"] and one["kind"] != "gap" else ""
        yield (one["outcome"] or one["kind"] if one["kind"] == "proof" else one["kind"]), f"{host}{one['words']}"


def summarise(headings: Mapping[str, str], lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each heading with how many of its lines are settled, its worst state, and what needs attention first."""
    summaries = []
    for number, title in headings.items():
        of_it = [line for line in lines if line["heading"] == number]
        if not of_it:
            continue
        state = worst(line["state"] for line in of_it)
        first = next(line for line in of_it if line["state"] == state)
        said = attention(first)
        summaries.append(
            {
                "heading": number,
                "title": title,
                "lines": len(of_it),
                "proven": sum(line["state"] in SETTLED for line in of_it),
                "worst": state,
                "attention": f"{first['line']}: {said}" if said else "",
            }
        )
    return summaries


def counts(lines: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Return how many lines are in each state that occurs: the best first, those that nothing touched last."""
    states = [line["state"] for line in lines]
    best_first = [state for state in reversed(SHOWN) if state in states]
    order = [state for state in best_first if state not in UNTOUCHED] + [s for s in best_first if s in UNTOUCHED]
    return [(state, states.count(state)) for state in order]
