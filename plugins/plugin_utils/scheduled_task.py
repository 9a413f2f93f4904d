# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a scheduled task of Windows, and follows it by the task scheduler and by the status that its program writes."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.progress import Progress
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import OutcomeUnknown, Problem

Execute = Callable[[str, dict[str, Any]], Mapping[str, Any]]
"""Runs a module on the host, by its name and its arguments, and returns its answer."""

_FIRST_LOOK = 0.5
"""Seconds before the first look; each is twice as long after the one before, up to the interval."""
_STARTS_WITHIN = 60
_KEY_VALUE = re.compile(r"(?<=key value is )\([^)]*\)")
"""What SQL Server quotes of a row."""


@dataclass(frozen=True)
class Field:
    """Where something is in a status file: keys of objects inside each other."""

    keys: Sequence[str]

    def of(self, status: Any) -> Any:
        """Return what is there, None if nothing is."""
        for key in self.keys:
            status = status.get(key) if isinstance(status, Mapping) else None
        return status if self.keys else None


@dataclass(frozen=True)
class StatusFile:
    """The file in which a program says how far it is."""

    path: str
    done: Field
    total: Field
    message: Field


@dataclass(frozen=True)
class Declared:
    """The task, and how it is followed."""

    name: str
    path: str
    status: StatusFile | None
    unit: str
    deadline: int
    stalled_after: int
    interval: int
    masked: re.Pattern[str] | None

    @property
    def full_name(self) -> str:
        """Its name with its folder, as schtasks takes it."""
        return f"\\{self.path.strip(chr(92))}\\{self.name}".replace("\\\\", "\\")


@dataclass(frozen=True)
class Seen:
    """How far the task is."""

    done: int | None = None
    total: int | None = None
    message: str = ""
    unread: str = ""
    """Why the status file could not be read."""

    def __str__(self) -> str:
        """Return it as a sentence says it."""
        if self.done is None:
            return "a number that is not known" + (f" ({self.unread})" if self.unread else "")
        return f"{self.done} of {self.total if self.total is not None else 'an unknown number'}"


class ScheduledTask:
    """A scheduled task of a host."""

    def __init__(
        self,
        host: str,
        declared: Declared,
        execute: Execute,
        *,
        now: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._where = f"{host}, scheduled task {declared.full_name}"
        self._declared = declared
        self._execute = execute
        self._now = now
        self._wait = wait

    def startable(self) -> Mapping[str, Any]:
        """Return what the task scheduler says of the task.

        Raises:
            Problem: there is none, it is disabled, or it runs already; nothing was touched.
        """
        found = self._look()
        if not found.get("task_exists"):
            raise self._problem("it is not there", remedy="Have it installed with its product, or correct its name.")
        if not found["settings"]["enabled"]:
            raise self._problem("it is disabled", remedy="Enable it where nothing speaks against it.")
        if _runs(found):
            seen = self._seen()
            raise self._problem(
                "it is running already, and was not started again",
                found=f"started {found['state']['last_run_time']}; {seen}",
                remedy="Find out who has started it. Wait until it has ended, or end it, and run again.",
            )
        return found

    def run(self) -> dict[str, Any]:
        """Start it, wait until it has ended, and return `rows` (done, total) and `seconds`.

        Raises:
            Problem: it did not start, failed, hung or took too long; in the latter cases it was ended.
        """
        before, began = self.startable()["state"]["last_run_time"], self._now()
        self._start()
        found, seen = self._followed(before, began)
        result = int(found["state"]["last_task_result"])
        if result:
            raise self._problem(
                "it failed",
                expected="result 0",
                found=f"result {result:#x} after {seen}: {seen.message or 'no message'}",
                remedy="Its log says more. What it has written until then stands.",
            )
        return {"rows": {"done": seen.done, "total": seen.total}, "seconds": round(self._now() - began, 1)}

    def _start(self) -> None:
        try:
            answer = self._command("/run")
        except (AnsibleError, OSError):
            return  # whether it has begun is what is looked at next
        if answer.get("failed") and not answer.get("unreachable"):
            said = str(answer.get("stderr") or answer.get("msg")).strip()
            raise self._problem("it cannot be started", found=said, remedy="Correct that. Nothing was started.")

    def _followed(self, before: str, began: float) -> tuple[Mapping[str, Any], Seen]:
        """Return what the task scheduler says of the task when it has ended, and how far it was."""
        seen, moved, answered, pause = Seen(), began, began, _FIRST_LOOK
        with Progress(self._declared.name, unit=self._declared.unit) as progress:
            while True:
                self._wait(pause)
                pause = min(2 * pause, self._declared.interval)
                try:
                    found = self._look()
                    latest = self._seen()
                except Problem as problem:  # the job goes on while its host does not answer
                    if self._now() - answered > self._declared.stalled_after:
                        raise OutcomeUnknown(
                            f"{problem} Whether it still runs is not known; it was at {seen} when last seen."
                        ) from None
                    continue
                answered = self._now()
                started = found["state"]["last_run_time"] != before
                if not started and not _runs(found):
                    if self._now() - began > min(_STARTS_WITHIN, self._declared.deadline):
                        raise self._problem("it was started, and does not run", remedy="Look into its history.")
                    continue
                if not _runs(found):
                    progress.advance(max(0, (latest.done or 0) - (seen.done or 0)))
                    return found, latest
                if latest.done is not None and latest.done != seen.done:
                    progress.advance(latest.done - (seen.done or 0))
                    moved = self._now()
                    progress.expect(latest.total)
                seen = seen if latest.done is None else latest
                self._end_if_late(latest, moved, began)

    def _end_if_late(self, seen: Seen, moved: float, began: float) -> None:
        """End the task if it hangs or takes too long. Raises Problem then.

        One whose number cannot be read may well be at work: of that only the deadline is the end.
        """
        if seen.done is not None and self._now() - moved > self._declared.stalled_after:
            why = f"it hung: nothing moved for {self._declared.stalled_after} seconds"
        elif self._now() - began > self._declared.deadline:
            why = f"it did not end within {self._declared.deadline} seconds"
        else:
            return
        try:
            answer = self._command("/end")
            ended = "it was not ended" if answer.get("failed") or answer.get("unreachable") else "it was ended"
        except (AnsibleError, OSError):
            ended = "its host did not answer when it was to be ended, so it may still run"
        raise self._problem(
            f"{why}, at {seen}; {ended}",
            remedy="Its log says more. What it has written until then stands.",
        )

    def _look(self) -> Mapping[str, Any]:
        return self._asked(
            "community.windows.win_scheduled_task_stat", {"path": self._declared.path, "name": self._declared.name}
        )

    def _seen(self) -> Seen:
        """Return what the status file says; no number where it is missing, locked, or half written.

        Raises:
            Problem: the host did not answer.
        """
        if self._declared.status is None:
            return Seen()
        answer = self._answer("ansible.windows.slurp", {"src": self._declared.status.path})
        try:
            status = json.loads(base64.b64decode(answer.get("content", "")))
        except ValueError:
            return Seen(unread=str(answer.get("msg", "")).strip().rstrip("."))
        place = self._declared.status
        done, total = place.done.of(status), place.total.of(status)
        return Seen(
            int(done) if isinstance(done, int | float) else None,
            int(total) if isinstance(total, int | float) else None,
            self._shown(str(place.message.of(status) or "").rstrip(".")),
        )

    def _shown(self, message: str) -> str:
        """Return a message without what it may quote of people."""
        message = _KEY_VALUE.sub("(…)", message)
        return self._declared.masked.sub("…", message) if self._declared.masked else message

    def _command(self, verb: str) -> Mapping[str, Any]:
        command = f'schtasks {verb} /tn "{self._declared.full_name}"'
        return self._execute("ansible.windows.win_command", {"cmd": command})

    def _asked(self, module: str, arguments: dict[str, Any]) -> Mapping[str, Any]:
        answer = self._answer(module, arguments)
        if answer.get("failed"):
            raise self._problem("it cannot be looked at", found=str(answer.get("msg")))
        return answer

    def _answer(self, module: str, arguments: dict[str, Any]) -> Mapping[str, Any]:
        try:
            answer = self._execute(module, arguments)
        except (AnsibleError, OSError) as error:  # pywinrm's requests raise an OSError
            raise self._problem("its host did not answer", found=str(error)) from None
        if answer.get("unreachable"):
            raise self._problem("its host did not answer", found=str(answer.get("msg")))
        return answer

    def _problem(self, what: str, **parts: Any) -> Problem:
        return Problem(what, where=self._where, **parts)


def _runs(found: Mapping[str, Any]) -> bool:
    return str(found["state"]["status"]) in ("TASK_STATE_RUNNING", "TASK_STATE_QUEUED")
