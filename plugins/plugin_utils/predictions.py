# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module said in check mode, as a proof takes it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def as_declared(result: Mapping[str, Any]) -> str:
    """Return `as declared`, or what a module run in check mode would have changed, or why it could not look."""
    if "changes" not in result:
        return str(result.get("msg", "not looked at"))
    items = [str(change["item"]) for change in result["changes"]]
    return f"differs in {', '.join(items)}" if items else "as declared"
