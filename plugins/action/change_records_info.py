# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proves that every line which changes the environment is covered by an approved change record."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import conclusion
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import judge
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.briefing import briefing, uncovered
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.decision import works_of
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.records import read_records
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.settings import (
    ControllerAction,
    Settings,
    responsible_plan,
)


class ActionModule(ControllerAction):
    """Runs on the controller, where the records are."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the proof, the records, and the briefing for the board."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(
            argument_spec={"on_difference": {"type": "str", "choices": ["fail", "report"], "default": "fail"}}
        )[1]
        variables = self.variables(task_vars)
        plan = responsible_plan(variables)
        works = works_of({}, {entry["role"] for entry in plan}, plan)
        try:
            settings = Settings.parse(variables, self.extra_variables())
        except Problem as problem:
            raise AnsibleActionFail(str(problem)) from None
        records, problems = read_records(settings.records) if settings.records else ([], [])
        judged = [judge(record, settings.rules, settings.now) for record in records]
        needed = works if variables["exam_environment"] == "live" else []
        proof = conclusion(
            subject=f"lines of {variables['exam_environment'].upper()} that need an approved change",
            count=len(needed),
            differences=uncovered(needed, judged, problems),
        )
        result |= {
            **proof,
            "records": [one.as_dict() for one in judged],
            "briefing": briefing(needed, judged, settings.now),
        }
        if proof["differences"]:
            in_full = f"{proof['msg']}:\n{proof['table']}"
            if arguments["on_difference"] == "fail":
                return {**result, "failed": True, "msg": in_full}
            self._display.warning(in_full)
        return result
