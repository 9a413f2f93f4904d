# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proves what was gathered from a system: compares it with what is declared, and concludes as every proof does."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.comparison import compare, expectations
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import Finding, conclusion
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


class ActionModule(ActionBase):
    """Runs on the controller and contacts nothing: what it judges was gathered by the tasks before it."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the proof."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(
            argument_spec={
                "subject": {"type": "str", "required": True},
                "expected": {"type": "dict", "required": True},
                "found": {"type": "dict", "default": {}},
                "no_answer": {"type": "str", "default": ""},
                "remedies": {"type": "dict", "default": {}},
                "where": {"type": "str"},
                "on_difference": {"type": "str", "choices": ["fail", "report"], "default": "fail"},
            }
        )[1]
        expected, no_answer = arguments["expected"], arguments["no_answer"].strip()
        if not expected:
            raise AnsibleActionFail("expected={} is refused: nothing would be proven. Say what is expected.")
        where = arguments["where"] or self._host(task_vars or {})
        unseen = [Finding(where, "all of it", "an answer", " ".join(no_answer.split()), "Reach it, and run again.")]
        try:
            texts = expectations(expected)
            differences = (
                [] if no_answer else compare(expected, arguments["found"], where=where, remedies=arguments["remedies"])
            )
        except Problem as problem:
            raise AnsibleActionFail(str(problem)) from None
        proof = conclusion(
            subject=arguments["subject"],
            count=len(expected),
            differences=differences,
            not_proven=unseen if no_answer else [],
        )
        result |= {**proof, "expected": texts}
        if not proof["proven"]:
            in_full = f"{proof['msg']}:\n{proof['table']}"
            if differences and arguments["on_difference"] == "fail":
                return {**result, "failed": True, "msg": in_full}
            self._display.warning(in_full)
        return result

    def _host(self, variables: dict[str, Any]) -> str:
        """Return the host's full name, or the inventory's where it has none."""
        name = self._templar.template(variables.get("exam_fqdn")) or variables.get("inventory_hostname", "")
        return str(name)
