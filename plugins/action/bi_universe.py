# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Promotes a universe where the BI host is: by the Python module on Linux, and on Windows from here, by WinRM."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, cast

from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.arguments import CONNECTION_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe import PromotedUniverse
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_declaration import (
    REQUIRED_IF,
    UNIVERSE_ARGUMENTS,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.windows_host import (
    Answer,
    WindowsHost,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    PREREQUISITE_ARGUMENTS,
    Problem,
    run,
)

if TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

_LOOK_EVERY = 5
"""Seconds between two looks at a job."""
_SLACK = 60
"""Seconds after which Ansible gives up a job itself, once it is too late."""


class _Ended(Exception):
    """The module's return values, as `reconcile.run` ends a module with them."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__()
        self.result = result


class _Module:
    """What `reconcile.run` needs of a module, where there is none."""

    def __init__(self, params: dict[str, Any], *, check_mode: bool, diff: bool, no_log: bool) -> None:
        self.params = params
        self.check_mode = check_mode
        self.no_log = no_log
        self._diff = diff
        self._warnings: list[str] = []
        self.no_log_values = {params["login_password"]} if params["login_password"] else set()

    def warn(self, text: str) -> None:
        self._warnings.append(text)

    def exit_json(self, **result: Any) -> NoReturn:
        raise _Ended(remove_values({**result, "warnings": self._warnings}, self.no_log_values))

    def fail_json(self, **result: Any) -> NoReturn:
        self.exit_json(**result, failed=True)


class ActionModule(ActionBase):
    """Runs the Python module on Linux; on Windows, `ansible.windows` does what it does on its own host."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what is documented for the module."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        if not getattr(self._connection._shell, "_IS_WINDOWS", False):
            return {**result, **self._execute_module(task_vars=task_vars)}
        specification = {**CONNECTION_ARGUMENTS, **UNIVERSE_ARGUMENTS, **PREREQUISITE_ARGUMENTS}
        params = self.validate_argument_spec(argument_spec=specification, required_if=REQUIRED_IF)[1]
        module = _Module(params, check_mode=self._task.check_mode, diff=self._task.diff, no_log=self._task.no_log)
        host = WindowsHost(
            lambda name, arguments: self._windows(name, arguments, task_vars),
            lambda arguments, seconds: self._job(arguments, seconds, task_vars),
        )
        try:
            try:
                universe = PromotedUniverse(params, host)
            except Problem as error:
                module.fail_json(msg=f"{error} Nothing was touched.")
            run(cast("AnsibleModule", module), universe)
        except _Ended as ended:
            result |= ended.result
        return result

    def _windows(
        self, name: str, arguments: Mapping[str, object], task_vars: dict[str, Any] | None, *, wrap_async: bool = False
    ) -> dict[str, Any]:
        """Return what a module of `ansible.windows` answers."""
        answer: dict[str, Any] = self._execute_module(
            module_name=f"ansible.windows.{name}",
            module_args=dict(arguments),
            task_vars=task_vars,
            wrap_async=wrap_async,
        )
        return answer

    def _job(self, arguments: Mapping[str, object], seconds: int, task_vars: dict[str, Any] | None) -> Answer | None:
        """Return what `win_command` answers as a job, None if it did not end in time."""
        until = time.monotonic() + seconds
        self._task.async_val = seconds + _SLACK
        try:
            started = self._windows("win_command", arguments, task_vars, wrap_async=True)
        finally:
            self._task.async_val = 0
        if "ansible_job_id" not in started:
            return started
        async_dir = self._remote_expand_user(self.get_shell_option("async_dir", default="~/.ansible_async"))
        asked = {"jid": started["ansible_job_id"], "_async_dir": async_dir}
        while not (status := self._windows("async_status", asked, task_vars)).get("finished"):
            if time.monotonic() > until:
                return None
            time.sleep(_LOOK_EVERY)
        self._windows("async_status", {**asked, "mode": "cleanup"}, task_vars)
        return status
