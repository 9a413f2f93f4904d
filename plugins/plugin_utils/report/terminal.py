# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the terminal shows after Ansible's recap: the plan's headings, a line each. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import render_table
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.states import SHOWN
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.text import shorten

Colour = Callable[[str, str], str]
"""Gives the text a colour that Ansible names, or leaves it as it is."""

NARROWEST = 100
"""Below this many columns a table is no use; the terminal may wrap it."""
TONES = {"bad": "red", "wait": "yellow", "part": "yellow", "info": "cyan", "idle": "dark gray", "good": "green"}


def render(report: Mapping[str, Any], *, width: int, colour: Colour) -> list[str]:
    """Return the lines: title, table, what is urgent, the verdict."""
    marks = [mark for mark, on in (("EMULATED", report["emulated"]), ("CHECK MODE", report["check_mode"])) if on]
    marks += ["REFUSED"] if report["refused"] else []
    title = " ".join(["IMPLEMENTATION PLAN", report["environment"].upper(), *(f"[{mark}]" for mark in marks)])
    rows = [
        (
            one["heading"],
            one["title"],
            f"{one['proven']} of {one['lines']}",
            SHOWN[one["worst"]].words,
            one["attention"],
        )
        for one in report["headings"]
    ]
    header = ("", "heading", "proven", "worst state", "needs attention first")
    table = [shorten(line, max(width, NARROWEST)) for line in render_table(header, rows).splitlines()]
    lines = [f"{title} ".ljust(80, "*"), *table[:2]]
    lines += [
        colour(line, SHOWN[one["worst"]].terminal) for line, one in zip(table[2:], report["headings"], strict=True)
    ]
    lines.append("")
    emergency = report["change"]["emergency"]
    if emergency:
        lines.append(colour(f"EMERGENCY, approved by {emergency['approver']}: {emergency['reason']}", "bright red"))
    lines += [colour(f"warning: {warning}", "yellow") for warning in report["change"]["warnings"]]
    if report["refused"]:
        lines += [colour(f"refused: {refusal}", "red") for refusal in report["change"]["refusals"][1:]]
    lines.append(colour(report["verdict"]["words"], TONES[report["verdict"]["tone"]]))
    return lines
