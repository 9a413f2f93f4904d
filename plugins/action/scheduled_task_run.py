# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a scheduled task of a Windows host, from the controller, by modules of ansible.windows and community.windows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.scheduled_task import (
    Declared,
    Field,
    ScheduledTask,
    StatusFile,
)

_FIELD = {"type": "list", "elements": "str", "default": []}
SPEC: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "path": {"type": "str", "default": "\\"},
    "status": {
        "type": "dict",
        "options": {"file": {"type": "str", "required": True}, "done": _FIELD, "total": _FIELD, "message": _FIELD},
    },
    "unit": {"type": "str", "default": "rows"},
    "deadline": {"type": "int", "default": 3600},
    "stalled_after": {"type": "int", "default": 600},
    "interval": {"type": "int", "default": 15},
    "masked": {"type": "str"},
}


class ActionModule(ActionBase):
    """Starts the task and waits for its end."""

    TRANSFERS_FILES = False
    _requires_connection = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what is documented for the module."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(argument_spec=SPEC)[1]
        variables = task_vars or {}
        host = str(self._templar.template(variables.get("exam_fqdn")) or variables.get("inventory_hostname", ""))

        def execute(module: str, given: dict[str, Any]) -> Mapping[str, Any]:
            answer: Mapping[str, Any] = self._execute_module(
                module_name=module, module_args=given, task_vars=task_vars, wrap_async=False
            )
            return answer

        try:
            declared = _declared(arguments)
            task = ScheduledTask(host, declared, execute)
            if self._task.check_mode:
                task.startable()
                return {**result, "changed": True}
            told = task.run()
        except Problem as problem:
            return {**result, "failed": True, "msg": str(problem)}
        return {
            **result,
            **told,
            "changed": True,
            "changes": [{"item": f"scheduled task {declared.full_name}", "action": "update"}],
        }


def _declared(arguments: Mapping[str, Any]) -> Declared:
    """Return what is asked for.

    Raises:
        InvalidParameter: a value cannot be meant.
    """
    for name in ("deadline", "stalled_after", "interval"):
        if arguments[name] < 1:
            raise InvalidParameter(name, arguments[name], "it is no time", "Give seconds, 1 or more.")
    if '"' in arguments["name"] or '"' in arguments["path"]:
        raise InvalidParameter("name", arguments["name"], "a task's name has no quotes", "Give it as Windows lists it.")
    try:
        masked = re.compile(arguments["masked"]) if arguments["masked"] else None
    except re.error as error:
        raise InvalidParameter(
            "masked", arguments["masked"], f"it is no regular expression: {error}", "Correct it."
        ) from None
    status = arguments["status"]
    return Declared(
        name=arguments["name"],
        path=arguments["path"],
        status=StatusFile(status["file"], *(Field(status[each]) for each in ("done", "total", "message")))
        if status
        else None,
        unit=arguments["unit"],
        deadline=arguments["deadline"],
        stalled_after=arguments["stalled_after"],
        interval=arguments["interval"],
        masked=masked,
    )
