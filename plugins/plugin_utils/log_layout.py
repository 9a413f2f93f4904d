# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The layout of a service's log (log4net's conversion patterns): what it writes, and whether the log shows it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.xml_attributes import attribute_in

_CONVERSION = re.compile(r"%(?:(?P<percent>%)|-?\d*(?:\.\d+)?(?P<name>[A-Za-z][\w-]*)(?:\{(?P<option>[^}]*)\})?)")
_FORMATTED = {"date", "utcdate", "d"}
"""Conversions whose option is a format, and says nothing of what is written."""

_BEGINS_A_LINE = r"[\d\[(<]|(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\b"
"""What lines of logs begin with, whatever the layout: a time, something in brackets, or a level."""

LAYOUT, FORBIDDEN, LINE, AFTER = "layout", "fields that may not be logged", "last line of the log", "last line written"


def conversions(layout: str) -> list[str]:
    """Return what a layout writes into each line, in its order: `date`, `level`, `property{uun}`.

    Raises:
        InvalidParameter: a percent sign begins nothing that log4net knows.
    """
    names = []
    for place in [match.start() for match in re.finditer(r"%%|%", layout)]:
        found = _CONVERSION.match(layout, place)
        if found is None:
            raise InvalidParameter(
                "layout", layout, f"nothing follows the percent sign at {place}", "Write %% for one."
            )
        if found["name"]:
            option = "" if found["option"] is None or found["name"] in _FORMATTED else "{" + found["option"] + "}"
            names.append(found["name"] + option)
    return names


def forbidden(layout: str, allowed: Collection[str]) -> list[str]:
    """Return what a layout writes that is not among what may be logged."""
    return [name for name in dict.fromkeys(conversions(layout)) if name not in allowed]


def line_regex(pattern: str) -> str:
    """Return a regular expression of .NET that matches a log whose last line matches a pattern, case included.

    What follows a line and is none itself, such as the stack of an error, belongs to it.
    """
    return rf"(?-i)(?:\A|\n)(?:{pattern})(?:\r?\n(?!{_BEGINS_A_LINE})[^\r\n]*)*\r?\n?\z"


def judgement(
    declared: Mapping[str, Any],
    layout_file: Mapping[str, Any],
    line: Mapping[str, Any],
    log_file: Mapping[str, Any],
    *,
    running: bool = True,
) -> dict[str, Any]:
    """Return how a service's log stands to what is declared.

    Args:
        declared: `layout`, `element`, `attribute`, `allowed`, `service`.
        layout_file: what slurp said of the file that holds the layout, with its `stat` as win_stat said it.
        line: what win_wait_for said of the log's last line.
        log_file: what win_stat said of the log.
        running: whether the service is to run. One that is not writes no line that could show anything.

    Returns:
        `present` (the layout that the file holds, or None), `expected`, `found` and `remedies` for the proof, and
        `shown`: whether the running service has written a line of this layout since the layout was last changed.
    """
    present = None
    if "content" in layout_file:
        present = attribute_in(layout_file["content"], declared["element"], declared["attribute"])
    log, matches = log_file.get("stat") or {"exists": False}, "msg" not in line
    found: dict[str, str] = {}
    if present is not None:
        found[LAYOUT] = present
        found[FORBIDDEN] = ", ".join(forbidden(present, declared["allowed"])) or "none"
    if log["exists"]:
        after = log["lastwritetime"] >= layout_file["stat"]["lastwritetime"] if present is not None else False
        found[LINE] = "matches" if matches else "does not match"
        found[AFTER] = "after the layout was changed" if after else "before it"
    expected = {
        LAYOUT: declared["layout"],
        FORBIDDEN: "none",
        LINE: "matches",
        AFTER: "after the layout was changed",
    }
    remedies = {
        LAYOUT: "Run the role calsync, or change it by hand.",
        FORBIDDEN: "Take them out of the layout: they may be personal data.",
        LINE: f"Restart {declared['service']}, and look at the log.",
        AFTER: f"Restart {declared['service']}, so that it takes the layout up.",
    }
    if not running:
        for item in (LINE, AFTER):
            del expected[item], remedies[item]
            found.pop(item, None)
        return {"present": present, "expected": expected, "found": found, "remedies": remedies, "shown": False}
    shown = found.get(LINE) == expected[LINE] and found.get(AFTER) == expected[AFTER]
    return {"present": present, "expected": expected, "found": found, "remedies": remedies, "shown": shown}
