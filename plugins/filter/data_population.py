# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a dry run has passed, what of it is left, and what is not the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import data_population


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {
            "data_population_evidence": data_population.evidence_of,
            "data_population_judgement": data_population.judgement,
            "differing": data_population.differing,
        }
