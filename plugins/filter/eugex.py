# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What EUGEX is beside what is declared of it, as proofs and parity take it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import eugex


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {
            "columns_to_look_at": eugex.columns_to_look_at,
            "eugex_judgement": eugex.judgement,
            "eugex_parity": eugex.parity,
            "flattened": eugex.flattened,
            "reading_rights": eugex.reading_rights,
            "waiting": eugex.waiting,
        }
