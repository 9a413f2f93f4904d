# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the gate permits a role to change anything: asked by each role, so that no option leaves the question out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.utils.vars import load_extra_vars

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import run_identity
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.inventory_guard import forged_variables


def granted(permit: Mapping[str, Any], role: str) -> bool:
    """Return whether the permit lets the role change anything.

    Args:
        permit: what `change_gate` returned.
        role: the role's name.

    Raises:
        AnsibleError: a variable of the gate was given on the command line, so that the permit may be forged, or the
            permit is of another run or for another stage.
    """
    if refusals := forged_variables(load_extra_vars(DataLoader())):
        raise AnsibleError("Refused before anything was touched: " + " ".join(refusals))
    if permit["run"] != run_identity.current():
        raise AnsibleError(
            "the permit is of another run. Run the playbook from its beginning, without -e or a fact cache."
        )
    if role not in permit["roles"]:
        raise AnsibleError(f"the permit of this stage does not name the role {role}. Correct implementation_plan.")
    return bool(permit["roles"][role])


class TestModule:
    """The tests of this file."""

    def tests(self) -> dict[str, Callable[..., bool]]:
        """Return them by name."""
        return {"granted": granted}
