# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The geometry of the timeline: from when to when each line was worked for. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.text import duration

MOST_BARS = 200
"""How many bars a line has at most; the closest ones are joined beyond that."""
ROW = 40
"""Pixels from one line to the next."""
TOP = 8


def timeline(report: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the picture's rows, bars (in per cent of the width) and ticks; None where nothing took any time."""
    started = datetime.fromisoformat(report["run"]["started"])
    total = max(report["run"]["seconds"], 0.001)
    titles = {line["line"]: line["title"] for line in report["lines"]}
    states = {line["line"]: line["state"] for line in report["lines"]}
    rows: dict[str, list[tuple[float, float]]] = {}
    for task in report["tasks"]:
        begins = (datetime.fromisoformat(task["began"]) - started).total_seconds()
        rows.setdefault(task["line"] or "", []).append((max(0.0, begins), max(0.0, begins) + task["seconds"]))
    if not rows:
        return None
    shown: list[dict[str, Any]] = []
    for number in sorted(rows, key=lambda one: (rows[one][0][0], one)):
        spans = _joined(rows[number])
        shown.append(
            {
                "line": number,
                "title": titles.get(number, "") if number else "the gate, preparations, checks",
                "state": states.get(number, ""),
                "y": TOP + ROW * len(shown),
                "seconds": duration(sum(end - begin for begin, end in spans)),
                "begins": duration(spans[0][0]),
                "bars": [
                    {"x": round(100 * begin / total, 3), "width": round(max(0.4, 100 * (end - begin) / total), 3)}
                    for begin, end in spans
                ],
            }
        )
    step = _step(total)
    ticks = [
        {"x": round(100 * step * n / total, 3), "words": duration(step * n) if n else "0"}
        for n in range(int(total / step) + 1)
    ]
    return {"rows": shown, "ticks": ticks, "height": TOP + ROW * len(shown) + 26, "total": duration(total)}


def _joined(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the spans in order, those that touch joined, and the closest ones too until few enough are left."""
    joined: list[tuple[float, float]] = []
    gaps = sorted(later[0] - earlier[1] for earlier, later in zip(sorted(spans), sorted(spans)[1:], strict=False))
    tolerated = max(0.05, gaps[-MOST_BARS] if len(gaps) >= MOST_BARS else 0.0)
    for begin, end in sorted(spans):
        if joined and begin - joined[-1][1] <= tolerated:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def _step(total: float) -> float:
    """Return a round number of seconds that divides the time into three to six."""
    for step in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400):
        if total / step <= 5:
            return float(step) if total >= 3 else total / 4
    return float(math.ceil(total / 5))
