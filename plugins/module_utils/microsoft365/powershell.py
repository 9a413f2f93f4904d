# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values in scripts of PowerShell that are handed over."""

from __future__ import annotations


def quoted(text: str) -> str:
    """Return a text as a string of PowerShell in which nothing is expanded."""
    return "'" + text.replace("'", "''") + "'"
