# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate before each stage: the right inventory, a real rehearsal, LIVE's own state directory; then the permit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.vars import load_extra_vars

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.state_directory import Marker, require
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.inventory_guard import (
    inventory_refusals,
    plan_refusals,
    rehearsal_refusals,
)

VARIABLES = (
    "exam_environment",
    "exam_rehearsal",
    "exam_state_directory",
    "implementation_headings",
    "implementation_plan",
    "implementation_responsibilities",
)


class ActionModule(ActionBase):
    """Runs on the controller, contacts nothing, and ends the run where it must not go on."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the permit of the stage, and what the report needs to know of this run."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(
            argument_spec={
                "environment": {"type": "str"},
                "stage": {"type": "str"},
                "work": {"type": "bool", "default": True},
            }
        )[1]
        facts = task_vars or {}
        # task variables arrive as they were written: templates are still to be filled in
        variables = {name: self._templar.template(facts.get(name)) for name in VARIABLES}
        refusals = inventory_refusals(arguments["environment"], variables, load_extra_vars(loader=self._loader).keys())
        rehearsal = bool(variables.get("exam_rehearsal"))
        if rehearsal and not refusals:
            refusals = rehearsal_refusals(self._endpoints(facts))
        plan = variables.get("implementation_plan") or []
        responsibilities = variables.get("implementation_responsibilities") or {}
        refusals = refusals or plan_refusals(plan, responsibilities)
        if refusals:
            raise AnsibleActionFail("Refused before anything was touched: " + " ".join(refusals))

        environment = variables["exam_environment"]
        directory = Path(variables["exam_state_directory"])
        try:
            require(directory, Marker(environment, rehearsal))
        except Problem as problem:
            raise AnsibleActionFail(f"Refused before anything was touched: {problem}") from problem

        lines = [entry for entry in plan if entry["stage"] == arguments["stage"] or arguments["stage"] is None]
        return {
            **result,
            "changed": False,
            "roles": {entry["role"]: arguments["work"] for entry in lines},
            "carried_out_by": {line: entry["carried_out_by"] for line, entry in responsibilities.items()},
            "owner": {line: entry["owner"] for line, entry in responsibilities.items()},
            "implementation": {
                "environment": environment,
                "rehearsal": rehearsal,
                "check_mode": bool(self._task.check_mode),
                "state_directory": str(directory),
                "change": {},
                "headings": variables.get("implementation_headings") or {},
                "plan": [{**entry, **responsibilities[entry["line"]]} for entry in plan],
            },
        }

    @staticmethod
    def _endpoints(task_vars: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Return the endpoints of every host of the inventory, whether this run uses it or not."""
        endpoints = {}
        for host in task_vars["groups"]["all"]:
            of_host = task_vars["hostvars"][host]
            endpoints[host] = {
                "exam_connect_address": of_host.get("exam_connect_address"),
                "ansible_host": of_host.get("ansible_host"),
                "exam_resolver": (of_host.get("exam_resolver") or {}).get("address"),
            }
        return endpoints
