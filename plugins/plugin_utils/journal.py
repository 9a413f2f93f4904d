# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps the journal of a run that works: what began, what was applied, what ended, each as it happens."""

from __future__ import annotations

import getpass
import itertools
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from shlex import join
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import run_variables
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal import JournalFile
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.progress import ProgressFollower
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.run_events import Listener, Result, Run, Task

DIRECTORY = "journal"
"""Under the state directory."""

STATUS = "status.yml"
"""The playbook that says what stands: beside this run's, above it if this is a stage's, or else by its full name."""

MOST_ITEMS = 50
"""Items that one line names; how many there are is said in any case."""


class Journal(Listener):
    """The listener that journals.

    A run in check mode, and one that only proves, has no journal. The file is made when the first task of a line is
    about to run, or in a procedure the first that may change something, so that a run that did nothing leaves nothing.
    """

    def __init__(self, progress: ProgressFollower) -> None:
        """Keep whom to ask for the final figures of long work."""
        self._progress = progress
        self._run: Run | None = None
        self._file: JournalFile | None = None
        self._written: Mapping[str, object] = {}
        self._sent: set[tuple[str, str]] = set()

    def run_began(self, run: Run) -> None:
        """Keep what the gate said last."""
        self._run = run

    def task_began(self, task: Task) -> None:
        """Let no module take a task for the one before it."""
        _tell_modules(None, None, None)

    def task_sent(self, task: Task, host: str) -> None:
        """Journal a line's or a procedure's task as begun, and tell its module where to append."""
        run = self._run
        if run is None or not self._is_work(run, task):
            _tell_modules(None, task, host)
            return
        journal = self._open(run)
        journal.append("task began", **_of(task, run), host=host)
        self._sent.add((task.uuid, host))
        _tell_modules(journal.path, task, host)

    def task_ended(self, result: Result) -> None:
        """Journal how a task that was journalled as begun has ended."""
        host = result.inventory_host
        if self._file is None or (result.task.uuid, host) not in self._sent:
            return
        self._sent.discard((result.task.uuid, host))
        for figures in self._progress.finished(result.task.uuid, host):
            self._file.append("progress", **asdict(figures))
        self._file.append(
            "task ended",
            task=result.task.uuid,
            host=host,
            ran_on=result.host,
            outcome=result.outcome,
            ignored=result.ignored,
            check_mode=result.check_mode,
            changed=result.changed,
            hidden=result.hidden,
            **({} if result.hidden else _items(result)),
        )
        # A task that changed nothing leaves nothing to be known after the machine itself has died.
        if result.changed or result.failed:
            self._file.sync()

    def run_ended(self, hosts: Mapping[str, Mapping[str, int]], at: datetime) -> Sequence[str]:
        """Journal the end, and after a failure say where to look."""
        run, self._run = self._run, None  # another playbook of the same command line asks a gate of its own
        if self._file is None or run is None:
            return ()
        failed = sorted(host for host, counts in hosts.items() if counts["failures"] or counts["unreachable"])
        self._file.append("run ended", outcome="failed" if failed else "ok", failed_hosts=failed)
        self._file.sync()
        self._file.close()
        self._file, self._written = None, {}
        return ["", f"What stands, and how to carry on: {_status_command(run)}"] if failed else ()

    def _is_work(self, run: Run, task: Task) -> bool:
        """Return whether a task is journalled."""
        if run.check_mode or not run.work or task.gap:
            return False
        if run.procedure is None:
            return task.line is not None
        # one that its own questions refuse has done nothing; once it has, they may be what it breaks off at
        return self._file is not None or not task.only_looks

    def _open(self, run: Run) -> JournalFile:
        """Return the journal of the run, made if need be, that knows under which change the run works now."""
        if self._file is None:
            directory = run.state_directory / DIRECTORY
            directory.mkdir(mode=0o700, exist_ok=True)
            path = directory / f"{run.run_id}.jsonl"
            # It is there when this is another playbook of the same command line.
            self._file = JournalFile(path, create=not path.exists())
        about = _about(run)
        if about != self._written:
            self._file.append("run began", **about)
            self._file.sync()
            self._written = about
        return self._file


def _about(run: Run) -> dict[str, object]:
    emergency = run.change.get("emergency") or None
    return {
        "run": run.run_id,
        "started": run.started.isoformat(),
        "environment": run.environment,
        "rehearsal": run.rehearsal,
        "playbook": run.playbook,
        "who": _who(),
        "changes": sorted({str(record) for record in (run.change.get("lines") or {}).values() if record}),
        "emergency": emergency if emergency is None else {name: str(value) for name, value in emergency.items()},
        "command": list(run.command),
        "given": run.given,
        "directory": str(Path.cwd()),
    }


def _who() -> str:
    """Return who started the run and where; behind sudo, who called it."""
    try:
        user = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a user number without a name
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"


def _of(task: Task, run: Run) -> dict[str, object]:
    """Return what a task is, and what it works for: its line of the plan, with its title, or else the procedure."""
    title = next((entry["title"] for entry in run.plan if str(entry["line"]) == task.line), None)
    return {
        "task": task.uuid,
        "name": task.name,
        "role": task.role,
        "line": task.line,
        "title": title,
        "procedure": run.procedure,
        "once": task.once,
    }


def _items(result: Result) -> dict[str, Any]:
    """Return what a result says of its items: names and numbers, never values."""
    content = result.content
    applied: Sequence[Any] = ()
    if "applied" in content:
        applied = content["applied"]
    elif result.outcome == "ok" and not result.check_mode:
        changes = content.get("changes")
        if isinstance(changes, list):
            applied = [change.get("item") for change in changes if isinstance(change, Mapping)]
    pending = content.get("pending", ())
    items: dict[str, Any] = {}
    for name, listed in (("applied", applied), ("pending", pending)):
        if isinstance(listed, Sequence) and not isinstance(listed, str) and listed:
            items[name] = [str(item) for item in listed[:MOST_ITEMS]]
            items[f"{name}_count"] = len(listed)
    return items


def _status_command(run: Run) -> str:
    """Return the command that says what stands, on this run's inventories."""
    words = list(run.command)
    inventories = [word for flag, value in itertools.pairwise(words) if flag == "-i" for word in (flag, value)]
    beside = Path(words[-1]).parent
    found = [path for path in (beside / STATUS, beside.parent / STATUS) if path.is_file()]
    return join([*words[:1], *inventories, str(found[0]) if found else "uoe.exam_scheduling.status"])


def _tell_modules(journal: Path | None, task: Task | None, host: str | None) -> None:
    """Set or take away what modules on the controller find in their environment."""
    for variable, value in (
        (run_variables.JOURNAL, journal),
        (run_variables.TASK, task.uuid if task else None),
        (run_variables.HOST, host),
    ):
        if value is None:
            os.environ.pop(variable, None)
        else:
            os.environ[variable] = str(value)
