# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What publication wants of services, and how they stand to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import publication


def publication_judgement(told: Sequence[Mapping[str, Any]], wanted: str) -> dict[str, Any]:
    """Return how services stand to what publication wants of them."""
    try:
        return publication.judgement(told, wanted)
    except Problem as problem:
        raise AnsibleFilterError(str(problem)) from None


def publication_start_mode(declared: str, wanted: str) -> str:
    """Return the start mode that publication wants of a service."""
    try:
        return publication.start_mode(declared, wanted)
    except Problem as problem:
        raise AnsibleFilterError(str(problem)) from None


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {"publication_judgement": publication_judgement, "publication_start_mode": publication_start_mode}
