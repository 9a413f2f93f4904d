# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands of the implementation plan after this run."""

from __future__ import annotations

DOCUMENTATION = r"""
name: implementation_report
type: notification
short_description: Report each line of the implementation plan
version_added: "0.1.0"
description:
  - Writes C(report.json), C(report.html) and C(junit.xml) below C(reports/<environment>/<run>) in the state directory,
    carries on the living plan (C(plan.json), C(plan.html)) beside it, and prints the plan's headings after Ansible's
    recap. C(docs/report.md) explains them.
  - A task belongs to a line by its variable C(implementation_line). What a task hides (C(no_log)) is never looked at.
  - A failure of the report never fails the run.
requirements:
  - enable in configuration, for example C(ANSIBLE_CALLBACKS_ENABLED=uoe.exam_scheduling.implementation_report)
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible import context
from ansible.plugins.callback import CallbackBase

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import command_line, run_identity, run_memory
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.gate_file import read_gate_file
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.journal import Journal
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.live_line import LiveLine
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.preloading import preload
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.progress import ProgressFollower
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.writer import ReportWriter
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.run_events import Listener, Outcome, Result, Run, Task

_ONLY_LOOK = (
    *("assert", "debug", "fail", "include_role", "include_tasks", "include_vars", "set_fact", "wait_for"),
    *("find", "setup", "slurp", "stat", "win_find", "win_reg_stat", "win_stat", "win_wait_for"),
    *("change_gate", "prove", "validate_argument_spec"),
)
"""Names of actions; what is named `…_info` only looks as well."""


class CallbackModule(CallbackBase):
    """Translates Ansible's events for those who follow a run, and shows what they have to say when it ends."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "uoe.exam_scheduling.implementation_report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        """Name the run."""
        super().__init__()
        self._run_id = run_identity.begin()
        self._task: Task | None = None
        progress = ProgressFollower()
        # The journal ends last, so that it says of everything else that it has ended.
        self._listeners: list[Listener] = [
            progress,
            LiveLine(progress, self._display),
            ReportWriter(progress),
            Journal(progress),
        ]

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Prepare what the run's workers need."""
        preload()

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Announce a task."""
        variables = task.get_vars()
        line = variables.get("implementation_line")
        self._task = Task(
            uuid=task._uuid,
            name=task.get_name(),
            role=task._role.get_name(include_role_fqcn=False) if task._role else "",
            line=None if line is None else str(line),
            gap=bool(variables.get("implementation_gap")),
            at=datetime.now(UTC),
            once=task.run_once is True,
            only_looks=task.check_mode is True or only_looks(task.action),
        )
        began = self._task
        self._tell(lambda listener: listener.task_began(began))

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        """Announce that a task is sent to a host; the worker for it is forked right after."""
        began = self._task
        if began is not None and began.uuid == task._uuid:
            self._tell(lambda listener: listener.task_sent(began, host.get_name()))

    def v2_playbook_on_handler_task_start(self, task: Any) -> None:
        """Announce a handler: a task like any other."""
        self.v2_playbook_on_task_start(task, is_conditional=False)

    def v2_runner_on_ok(self, result: Any) -> None:
        """Pass on a result."""
        self._ended(result, "ok")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Pass on a failure."""
        self._ended(result, "failed", ignored=ignore_errors)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Pass on that a host was not reached."""
        self._ended(result, "unreachable", ignored=bool(_fields(result).get("ignore_unreachable")))

    def v2_runner_on_skipped(self, result: Any) -> None:
        """Pass on that there was nothing to do."""
        self._ended(result, "skipped")

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Let the listeners end, and show what they say."""
        hosts = {host: stats.summarize(host) for host in sorted(stats.processed)}
        at = datetime.now(UTC)

        def end(listener: Listener) -> None:
            for line in listener.run_ended(hosts, at):
                self._display.display(line)

        self._tell(end)

    def _ended(self, result: Any, outcome: Outcome, *, ignored: bool = False) -> None:
        content: Mapping[str, Any] = result.result
        found = read_gate_file(content["implementation_file"]) if "implementation_file" in content else None
        if found is not None:
            run_memory.remember(found)
            run = self._run(found)
            self._tell(lambda listener: listener.run_began(run))
        if self._task is None:
            return
        hidden = bool(content.get("_ansible_no_log"))
        if hidden:
            content = {"changed": content.get("changed"), "msg": "its result is hidden (no_log)"}
        fields = _fields(result)
        delegated = fields.get("delegate_to") or ""
        ended = Result(
            task=self._task,
            # a loop whose items are delegated to a host each ran on no one of them, and keeps the template
            host=delegated if delegated and "{{" not in delegated else result.host.get_name(),
            outcome=outcome,
            ignored=ignored,
            check_mode=bool(fields.get("check_mode")),
            content=content,
            hidden=hidden,
            at=datetime.now(UTC),
            inventory_host=result.host.get_name(),
        )
        self._tell(lambda listener: listener.task_ended(ended))

    def _run(self, implementation: Mapping[str, Any]) -> Run:
        return Run(
            run_id=self._run_id,
            started=run_identity.started(self._run_id),
            environment=implementation["environment"],
            rehearsal=implementation["rehearsal"],
            check_mode=implementation["check_mode"],
            state_directory=Path(implementation["state_directory"]),
            playbook=" ".join(context.CLIARGS.get("args") or ()),
            inventories=tuple(context.CLIARGS.get("inventory") or ()),
            headings=implementation["headings"],
            plan=implementation["plan"],
            change=implementation["change"],
            work=implementation["work"],
            procedure=implementation["procedure"],
            command=command_line.words(context.CLIARGS),
            given=implementation["given"],
        )

    def _tell(self, what: Callable[[Listener], None]) -> None:
        """Tell every listener; the run's own outcome matters more than what any of them makes of it."""
        for listener in self._listeners:
            try:
                what(listener)
            except Exception as error:
                name = type(listener).__name__
                self._display.warning(f"{name} missed something of this run: {type(error).__name__}: {error}")


def only_looks(action: str) -> bool:
    """Return whether an action changes nothing, whatever it is given."""
    name = action.rpartition(".")[2]
    return name in _ONLY_LOOK or name.endswith("_info")


def _fields(result: Any) -> Mapping[str, Any]:
    """Return what a task's keywords came to."""
    # its public name warns in ansible-core 2.21, where it is to be `task`, which holds templates in 2.19
    fields: Mapping[str, Any] = result._task_fields
    return fields
