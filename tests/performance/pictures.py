# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of measurements: bars of ratios beside their floors, and a line over an estate's size. Plain SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from tests.performance.ratio import Measurement

WIDTH = 900
_LABELS, _BAR, _ROW = 400, 400, 26
_OURS, _FLOOR, _INK, _PALE = "#1f6f8b", "#b3261e", "#222222", "#dddddd"
_LICENCE = (
    "<!--\nSPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors\nSPDX-License-Identifier: GPL-3.0-or-later\n-->"
)


def bars(measurements: Sequence[Measurement]) -> str:
    """Return a bar for each: how many times as fast as its peer, on a logarithmic scale, and its floor as a line."""
    ratios = [each.ratio for each in measurements] + [each.floor for each in measurements]
    low, high = math.floor(math.log10(min(ratios))), max(1, math.ceil(math.log10(max(ratios))))
    height = _ROW * len(measurements) + 50

    def place(ratio: float) -> float:
        return _LABELS + _BAR * (math.log10(ratio) - low) / (high - low)

    parts = []
    for power in range(low, high + 1):
        x = place(10.0**power)
        parts.append(_line(x, 10, x, height - 35, _PALE))
        parts.append(_text(x, height - 18, f"{10.0**power:g}x", anchor="middle"))
    for row, each in enumerate(measurements):
        y = 12 + row * _ROW
        start = place(1.0)
        x, width = min(start, place(each.ratio)), abs(place(each.ratio) - start)
        parts.append(_text(_LABELS - 8, y + 14, _short(each.work), anchor="end"))
        parts.append(f'<rect x="{x:.1f}" y="{y}" width="{max(width, 1):.1f}" height="18" fill="{_OURS}"/>')
        parts.append(_line(place(each.floor), y - 3, place(each.floor), y + 21, _FLOOR, width=2))
        parts.append(_text(max(start, place(each.ratio)) + 6, y + 14, f"{each.ratio:.1f}x"))
    return _picture("Ratio to the peer; the red line is the floor", height, parts)


def curve(points: Sequence[tuple[float, float, float]], column: int, name: str, unit: str) -> str:
    """Return a line through points over their size.

    Args:
        points: size, seconds and MiB.
        column: of a point, which is drawn: 1 or 2.
        name: of what it is.
        unit: of it.
    """
    left, top, width, height = 70, 30, WIDTH - 130, 220
    most_x, most_y = max(point[0] for point in points), max(point[column] for point in points) * 1.1
    places = [(left + width * point[0] / most_x, top + height * (1 - point[column] / most_y)) for point in points]
    parts = [
        _line(left, top + height, left + width, top + height, _INK),
        _line(left, top, left, top + height, _INK),
        _text(left, top - 10, f"{name}, {unit}"),
        _text(left + width, top + height + 36, "hosts", anchor="end"),
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{_OURS}" stroke-width="2"/>')
    for (x, y), point in zip(places, points, strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{_OURS}"/>')
        parts.append(_text(x, y - 10, f"{point[column]:.0f} {unit}", anchor="middle"))
        parts.append(_text(x, top + height + 18, f"{point[0]:g}", anchor="middle"))
    return _picture(f"{name} over the number of hosts", top + height + 50, parts)


def _short(text: str, length: int = 58) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, width: int = 1) -> str:
    places = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {places} stroke="{colour}" stroke-width="{width}"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{_INK}">{escape(text)}</text>'


def _picture(title: str, height: int, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" font-size="13"'
    return "\n".join(
        (
            _LICENCE,
            f'{head} font-family="sans-serif">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            *parts,
            "</svg>\n",
        )
    )
