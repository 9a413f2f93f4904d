# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proves that every line which changes the environment is covered by an approved change record."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.vars import load_extra_vars

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import conclusion
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import run_identity
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import judge
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.authorisation import declared_rules
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.briefing import briefing, uncovered
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.clock import clock
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.decision import works_of
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.records import read_records

VARIABLES = (
    "change_control_allowed_signers",
    "change_control_approvals",
    "change_control_now",
    "change_control_records",
    "change_control_require_signature",
    "exam_environment",
    "exam_rehearsal",
    "implementation_plan",
    "implementation_responsibilities",
)


class ActionModule(ActionBase):
    """Runs on the controller, where the records are."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the proof, the records, and the briefing for the board."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(
            argument_spec={"on_difference": {"type": "str", "choices": ["fail", "report"], "default": "fail"}}
        )[1]
        variables = {name: self._templar.template((task_vars or {}).get(name)) for name in VARIABLES}
        responsibilities = variables["implementation_responsibilities"]
        plan = [{**entry, **responsibilities[entry["line"]]} for entry in variables["implementation_plan"]]
        works = works_of({}, {entry["role"] for entry in plan}, plan)
        try:
            rules = declared_rules(variables, load_extra_vars(loader=self._loader))
            now = clock(
                variables["change_control_now"],
                rehearsal=bool(variables["exam_rehearsal"]),
                run_id=run_identity.current(),
                actual=datetime.now(UTC),
            )
        except Problem as problem:
            raise AnsibleActionFail(str(problem)) from None
        directory = variables["change_control_records"]
        records, problems = read_records(Path(directory)) if directory else ([], [])
        judged = [judge(record, rules, now) for record in records]
        needed = works if variables["exam_environment"] == "live" else []
        proof = conclusion(
            subject=f"lines of {variables['exam_environment'].upper()} that need an approved change",
            count=len(needed),
            differences=uncovered(needed, judged, problems),
        )
        result |= {**proof, "records": [one.as_dict() for one in judged], "briefing": briefing(needed, judged, now)}
        if proof["differences"]:
            in_full = f"{proof['msg']}:\n{proof['table']}"
            if arguments["on_difference"] == "fail":
                return {**result, "failed": True, "msg": in_full}
            self._display.warning(in_full)
        return result
