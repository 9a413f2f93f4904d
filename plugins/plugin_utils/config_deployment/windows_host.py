# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Windows host, by modules of ansible.windows and by win_config_files."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.host import HostProblem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.plan import Operation

Execute = Callable[[str, dict[str, Any]], Mapping[str, Any]]


class WindowsHost:
    """What a deployment asks of a host."""

    def __init__(self, name: str, execute: Execute, watch_seconds: int) -> None:
        """Keep how a module is run there, and how long a service is watched after its start."""
        self._name = name
        self._execute = execute
        self._watch_seconds = watch_seconds

    def read(self, path: str) -> bytes | None:
        """Return a file's content; None if there is none. It stays in memory."""
        if self.sha256(path) is None:
            return None
        return base64.b64decode(self._asked("ansible.windows.slurp", {"src": path})["content"])

    def sha256(self, path: str) -> str | None:
        """Return a file's SHA-256; None if there is none."""
        asked = {"path": path, "checksum_algorithm": "sha256", "get_checksum": True}
        stat = self._asked("ansible.windows.win_stat", asked)["stat"]
        if not stat["exists"]:
            return None
        if stat["isdir"]:
            raise HostProblem(
                "a directory is where a file has to be", where=f"{self._name}, {path}", remedy="Move it away."
            )
        return str(stat["checksum"])

    def operate(self, operations: Sequence[Operation]) -> None:
        """Carry operations out, in their order."""
        if operations:
            self._files(operations)

    def create(self, path: str, content: bytes) -> bool:
        """Make a file, and return whether it was not there."""
        return self._done(Operation("create", path, content=content), unless="exists")

    def exchange(self, path: str, expected: bytes, content: bytes | None) -> bool:
        """Overwrite a file, or delete it without content to come, and return whether it had the expected content."""
        action = "delete" if content is None else "overwrite"
        return self._done(Operation(action, path, content=content, expected=expected), unless="differs")

    def stop(self, service: str) -> None:
        """Stop a service."""
        self._asked("ansible.windows.win_service", {"name": service, "state": "stopped"})

    def start(self, service: str) -> None:
        """Start a service, and return once it has run for a while. One that is disabled is not to run, and does not."""
        if self._service(service)["start_mode"] == "disabled":
            return
        self._asked("ansible.windows.win_service", {"name": service, "state": "started"})
        end = time.monotonic() + self._watch_seconds
        while True:
            info = self._service(service)
            if info["state"] != "started":
                raise HostProblem(
                    "it started and stopped again",
                    where=f"{self._name}, service {service}",
                    found=f"exit code {info['win32_exit_code']}",
                    remedy="Its log says why.",
                )
            if time.monotonic() >= end:
                return
            time.sleep(1)  # between two looks

    def _service(self, service: str) -> Mapping[str, Any]:
        info = self._asked("ansible.windows.win_service_info", {"name": service})
        if not info["services"]:
            raise HostProblem("there is no such service", where=f"{self._name}, {service}", remedy="Install it first.")
        found: Mapping[str, Any] = info["services"][0]
        return found

    def _files(self, operations: Sequence[Operation]) -> None:
        self._asked(
            "uoe.exam_scheduling.win_config_files", {"operations": [operation.as_dict() for operation in operations]}
        )

    def _done(self, operation: Operation, *, unless: str) -> bool:
        """Carry one operation out, and return whether it was; it was not if the answer says the one thing."""
        answer = self._answer("uoe.exam_scheduling.win_config_files", {"operations": [operation.as_dict()]})
        if answer.get("failed") and not answer.get(unless):
            raise self._problem(answer)
        return not answer.get("failed")

    def _asked(self, module: str, arguments: dict[str, Any]) -> Mapping[str, Any]:
        answer = self._answer(module, arguments)
        if answer.get("failed"):
            raise self._problem(answer)
        return answer

    def _answer(self, module: str, arguments: dict[str, Any]) -> Mapping[str, Any]:
        try:
            answer = self._execute(module, arguments)
        except (AnsibleError, OSError) as error:  # pywinrm's requests raise an OSError
            raise _no_answer(self._name, error) from None
        if answer.get("unreachable"):
            raise _no_answer(self._name, answer.get("msg"))
        if answer.get("failed") and "module_stdout" in answer:  # what Ansible makes of an answer that is none
            raise _no_result(self._name, module, answer)
        return answer

    def _problem(self, answer: Mapping[str, Any]) -> HostProblem:
        return HostProblem(str(answer.get("msg", "no message")).rstrip("."), where=self._name, remedy="Correct that.")


def _no_result(name: str, module: str, answer: Mapping[str, Any]) -> HostProblem:
    said = " ".join(f"{answer['module_stdout']} {answer.get('module_stderr', '')}".split())
    return HostProblem(
        f"{module.rpartition('.')[2]} ended on the host before it had answered",
        where=name,
        found=f"exit code {answer.get('rc', 'unknown')}, and {said[:200] if said else 'not a word'}",
        remedy="Something ended its process: look into Windows' event log, and run again.",
    )


def _no_answer(name: str, found: object) -> HostProblem:
    return HostProblem(
        "it did not answer", where=name, found=" ".join(str(found).split()), remedy="See to it that it can be reached."
    )
