# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Approves a change record: writes down where its approval can be seen, or signs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, reconcile
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.records import SUFFIX
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.settings import (
    ControllerAction,
    Settings,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.sign_offs import parse_record
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.signing import ApprovalFiles


class ActionModule(ControllerAction):
    """Runs on the controller: the approver's key and the records are there."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the record's digest, whether it is approved, and what changed."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(
            argument_spec={
                "record": {"type": "str", "required": True},
                "key": {"type": "path", "no_log": False},
                "kind": {"type": "str", "choices": ["minute", "ticket_comment"], "default": "minute"},
                "reference": {"type": "str"},
                "quote": {"type": "str"},
            },
            mutually_exclusive=[("key", "quote"), ("key", "reference")],
            required_together=[("reference", "quote")],
        )[1]
        try:
            files = _files(arguments, Settings.parse(self.variables(task_vars), self.extra_variables()))
            outcome = reconcile(files, check_mode=bool(self._task.check_mode))
        except (Problem, OSError) as problem:
            raise AnsibleActionFail(f"{problem} Nothing was touched.") from None
        result |= outcome.result(check_mode=bool(self._task.check_mode), diff=bool(self._task.diff))
        if outcome.problem is not None:
            return {**result, "failed": True, "msg": f"{outcome.problem} Run again to make it whole."}
        return {**result, "msg": files.message(outcome.changes, check_mode=bool(self._task.check_mode))}


def _files(arguments: dict[str, Any], settings: Settings) -> ApprovalFiles:
    """Return the approval that is wanted.

    Raises:
        Problem: there is no such record, or it is none.
    """
    path = Path(settings.records or "", f"{arguments['record']}{SUFFIX}")
    try:
        record = parse_record(path, path.read_bytes())
    except FileNotFoundError:
        raise Problem(
            "there is no such change record",
            where=str(path),
            remedy="Give the id of a record of change_control_records: -e record=SAS005-150.",
        ) from None
    return ApprovalFiles(
        record,
        rules=settings.rules,
        now=settings.now,
        key=Path(arguments["key"]) if arguments["key"] else None,
        kind=arguments["kind"],
        reference=arguments["reference"],
        quote=arguments["quote"],
    )
