# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The validation of a release: what stands, what it is of, and the evidence of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import validation


def validation_evidence(
    inputs: Mapping[str, str], state: str, permit: Mapping[str, Any], results: Mapping[str, Any]
) -> str:
    """Return the evidence as the database keeps it."""
    try:
        return validation.evidence_of(state, inputs, permit, results)
    except (Problem, ValueError) as problem:
        raise AnsibleFilterError(str(problem)) from None


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {
            "validation_digest": validation.digest_of,
            "validation_evidence": validation_evidence,
            "validation_judgement": validation.judgement,
        }
