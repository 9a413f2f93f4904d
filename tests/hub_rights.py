# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights that docs/eugex.md asks for, as its table has them."""

from __future__ import annotations

import re

from scripts.working_copy import ROOT


def rights_asked_for() -> dict[str, list[str]]:
    """Return the rights by the line of the plan, or "all", that their row begins with."""
    page = (ROOT / "docs/eugex.md").read_text(encoding="utf-8")
    table = page.partition("| line | rights |\n|---|---|\n")[2].partition("\n\n")[0]
    rows = [row.strip("| ").split(" | ") for row in table.splitlines()]
    return {re.split(r"[,; ]", line)[0]: re.findall(r"`([A-Z ]+)`", rights) for line, rights in rows}
