# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters of playbooks/adopt.yml; each has its documentation beside this file."""

from __future__ import annotations

from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.adoption import (
    adopted_accounts,
    adopted_configuration,
    adopted_database,
    adopted_product,
    adopted_reference_data,
    adopted_scope,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.adoption_certificates import adopted_certificates
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.adoption_hub import (
    adopted_hub_account,
    adopted_views,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.adoption_records import adopted_records
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.inventory_text import to_inventory_yaml


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        """Return them by name."""
        return {
            "adopted_accounts": adopted_accounts,
            "adopted_certificates": adopted_certificates,
            "adopted_configuration": adopted_configuration,
            "adopted_database": adopted_database,
            "adopted_hub_account": adopted_hub_account,
            "adopted_product": adopted_product,
            "adopted_records": adopted_records,
            "adopted_reference_data": adopted_reference_data,
            "adopted_scope": adopted_scope,
            "adopted_views": adopted_views,
            "to_inventory_yaml": to_inventory_yaml,
        }
