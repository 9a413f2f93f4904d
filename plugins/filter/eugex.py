# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What EUGEX is beside what is declared of it, as proofs and parity take it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_declaration import views_of_sources
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import digest_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import eugex


def views_digest(sources: Sequence[str], schema: str) -> str:
    """Return the digest of the views that source files on this machine declare, as `oracle_views` returns it."""
    try:
        return digest_of(views_of_sources(sources, schema))
    except Problem as problem:
        raise AnsibleFilterError(f"{problem} Nothing was touched.") from None


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
            "views_digest": views_digest,
            "waiting": eugex.waiting,
        }
