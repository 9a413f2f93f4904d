# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run came to, in a sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.states import Tone
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.text import listed


def verdict(
    lines: Sequence[Mapping[str, Any]],
    *,
    refusals: Sequence[str],
    check_mode: bool,
    failures: Sequence[Mapping[str, str]],
) -> tuple[Tone, str]:
    """Return how bad it is, and the sentence.

    Args:
        lines: the report's lines.
        refusals: why the gate refused the work; nothing if it did not.
        check_mode: whether the run only predicted.
        failures: failures of tasks that work for no line.
    """
    touched = [line for line in lines if line["touched"]]
    if refusals:
        what = "Stopped between two stages" if touched else "Refused before anything was touched"
        return "bad", f"{what}: {refusals[0]}"
    by_state = {state: [line["line"] for line in touched if line["state"] == state] for state in _STATES}
    settled = [line["line"] for line in touched if line["state"] in ("proven", "attested")]
    if by_state["failed"]:
        rest = f" {_lines(settled)} proven." if settled else ""
        return "bad", f"{_lines(by_state['failed'])} not as the plan wants it.{rest}"
    if failures and not by_state["not proven"]:
        first = failures[0]
        return "bad", f"The run broke off at '{first['task']}' on {first['host']}: {first['words']}"
    if check_mode:
        return _prediction(touched, by_state)
    if by_state["not proven"]:
        return "part", f"Nothing is known to be wrong, but {_lines(by_state['not proven'], small=True)} not proven."
    waiting = by_state["waiting"] + by_state["pending"]
    if waiting:
        whom = sorted({party for line in touched for party in line["waiting_for"]})
        rest = f" {_lines(settled)} proven." if settled else ""
        return "wait", f"{_lines(waiting)} waiting for {listed(whom) or 'an earlier line'}.{rest}"
    if by_state["applied"]:
        return "info", f"{_lines(by_state['applied'])} applied and not proven yet."
    if by_state["proven in part"]:
        rest = f" {_lines(settled)} proven as a whole." if settled else ""
        return "part", f"All that was looked at is as the plan wants it; {_in_part(by_state['proven in part'])}.{rest}"
    if not touched:
        return "idle", "No line of the plan was worked on in this run."
    return "good", f"{_lines(settled)} proven: everything that this run looked at is as the plan wants it."


_STATES = ("failed", "not proven", "pending", "waiting", "would change", "applied", "proven in part")


def _prediction(touched: Sequence[Mapping[str, Any]], by_state: Mapping[str, list[str]]) -> tuple[Tone, str]:
    changing = [line["line"] for line in touched if line["changed"]]
    if not touched:
        return "idle", "No line of the plan was looked at in this prediction."
    if not changing:
        return "info", "A prediction: a real run would change nothing."
    pending = f" {_lines(by_state['pending'])} waiting for an earlier line." if by_state["pending"] else ""
    return "info", f"A prediction: a real run would change {_names(changing)}. Nothing was changed.{pending}"


def _in_part(lines: list[str]) -> str:
    return f"of {_names(lines)} some is not looked at yet"


def _names(lines: list[str]) -> str:
    return f"{'line' if len(lines) == 1 else 'lines'} {listed(lines)}"


def _lines(lines: list[str], *, small: bool = False) -> str:
    """Return `Line 1.2 is`, `Lines 1.2 and 1.3 are`."""
    words = f"{_names(lines)} {'is' if len(lines) == 1 else 'are'}"
    return words if small else words[0].upper() + words[1:]
