# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Probes flows from Linux or Windows hosts: chooses the module by the target's shell, and judges both the same way."""

from __future__ import annotations

import math
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import conclusion
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability import windows
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.arguments import ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.flows import flows_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.judgement import verdict
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.resolution import resolver_from

COLLECTION = "uoe.exam_scheduling"


class ActionModule(ActionBase):
    """Runs the Python module on Linux, and the PowerShell one on Windows, whose findings are judged here."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the proof, as documented for the module."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        if not getattr(self._connection._shell, "_IS_WINDOWS", False):
            return {**result, **self._execute_module(task_vars=task_vars)}
        arguments = self.validate_argument_spec(argument_spec=ARGUMENTS)[1]
        host = (task_vars or {}).get("inventory_hostname", "")
        try:
            flows = flows_from(arguments["flows"])
            asked, greetings = windows.conversations(flows)
            found = self._probe(arguments, asked, task_vars)
            if found.get("failed") or found.get("unreachable"):
                return {**result, **found}
            probes = windows.probes(flows, greetings, found["flows"], arguments["deadline"])
        except Problem as problem:
            raise AnsibleActionFail(str(problem)) from None
        judged = verdict(arguments["source"] or host, flows, probes)
        returned = {name: judged.pop(name) for name in ("flows", "firewall_request")}
        proof = conclusion(**judged)
        result |= {**returned, **proof}
        if proof["state"] != "proven":
            in_full = f"{proof['msg']}:\n{proof['table']}"
            if proof["differences"] and arguments["on_difference"] == "fail":
                return {**result, "failed": True, "msg": in_full}
            self._display.warning(in_full)
        return result

    def _probe(
        self, arguments: dict[str, Any], asked: list[dict[str, Any]], task_vars: dict[str, Any] | None
    ) -> dict[str, Any]:
        """Return what the Windows module found.

        Raises:
            InvalidParameter: a setting cannot be meant, or not for Windows.
        """
        deadline = arguments["deadline"]
        if not math.isfinite(deadline):
            raise InvalidParameter("deadline", deadline, "no flow can be proven in it", "Give seconds above 2.5.")
        windows.check_deadline(deadline)
        resolver = resolver_from(arguments)
        if resolver is not None and resolver.port != windows.RESOLVER_PORT:
            raise InvalidParameter(
                "resolver.port", resolver.port, "Windows asks a name server on port 53 only", "Leave the port out."
            )
        found: dict[str, Any] = self._execute_module(
            module_name=f"{COLLECTION}.win_firewall_reachability",
            module_args={
                "flows": asked,
                "source_address": arguments["source_address"],
                "resolver": resolver.address if resolver else None,
                "deadline": deadline,
                "concurrency": arguments["concurrency"],
            },
            task_vars=task_vars,
        )
        return found
