# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the roles' task files by a real ansible-playbook on emulated hosts, on all of them at once.

The gate is not asked here: molecule's scenarios begin with it. Its permit is a variable of the inventory.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.windows.conftest import SHARE_PASSWORD, Process
from tests.integration.windows.playbook import play
from tests.integration.windows_roles import estate

ROLES = {"products": "exam_scheduler", "logs": "calsync", "1.4": "exam_scheduler", "1.9": "calsync"}
TASKS = {
    "products": ("preflight", "apply", "verify"),
    "logs": ("logs", "verify_logs"),
    "1.4": ("back_out_1_4",),
    "1.9": ("back_out_1_9",),
}


@dataclass(frozen=True)
class Outcome:
    """How one run ended for one host."""

    changed: int
    unreachable: bool
    failure: str
    """The message of the task that failed, or nothing."""
    tasks: Mapping[str, Mapping[str, Any]]
    """The last result of each task that was not skipped, by its name."""


class Runner:
    """ansible-playbook on the hosts of these tests."""

    def __init__(self, directory: Path, process: Process, password: str) -> None:
        self.directory = directory
        self.process = process
        self._password = password
        self._number = itertools.count()
        (directory / "state").mkdir()

    def run(self, kind: str, hosts: Mapping[str, Mapping[str, Any]], *, check: bool = False) -> dict[str, Outcome]:
        """Apply and prove on hosts, or back out there, each with variables of its own, and return how it ended."""
        number = next(self._number)
        inventory = self.directory / f"inventory{number}.yml"
        inventory.write_text(yaml.safe_dump({"all": {"hosts": self._hosts(hosts), "vars": self._usual()}}))
        content = {
            "hosts": "all",
            "gather_facts": False,
            "tasks": [
                {
                    "name": part,
                    "ansible.builtin.import_role": {
                        "name": f"uoe.exam_scheduling.{ROLES[kind]}",
                        "tasks_from": part,
                        "rolespec_validate": False,
                    },
                }
                for part in TASKS[kind]
            ],
        }
        playbook = self.directory / f"playbook{number}.yml"
        playbook.write_text(yaml.safe_dump([content]), encoding="utf-8")
        told = play(
            self.directory,
            "-i",
            inventory,
            *(["--check"] if check else []),
            playbook,
            hidden=(self._password, PASSWORD, SHARE_PASSWORD),
        )
        return {name: _outcome(name, told) for name in hosts}

    def _hosts(self, hosts: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        addresses = {name: host["listen"] for name, host in estate.seed()["hosts"].items()}
        return {name: {"ansible_host": addresses[name], **own} for name, own in hosts.items()}

    def _usual(self) -> dict[str, Any]:
        lines = {"1.4": "collection", "1.9": "collection"}
        return {
            "ansible_connection": "winrm",
            "ansible_user": "ansible",
            "ansible_password": self._password,
            "ansible_port": 5986,
            "ansible_winrm_transport": "ntlm",
            "ansible_winrm_ca_trust_path": str(self.process.authority / "root.pem"),
            "change_control_permit": {
                "roles": {"exam_scheduler": True, "calsync": True},
                "carried_out_by": lines,
                "owner": dict.fromkeys(lines, "The vendor"),
            },
            "exam_fqdn": "{{ inventory_hostname }}.exams.example",
            "exam_state_directory": str(self.directory / "state"),
            "exam_installer_share_user": estate.SHARE_READER,
            "exam_installer_share_password": SHARE_PASSWORD,
            "exam_scheduler_service_password": PASSWORD,
            "windows_product_watch_seconds": 2,
            "calsync_product": {"services": [{"name": "CalSync", "start_mode": "auto"}]},
            "calsync_log": estate.log(),
            "calsync_log_wait_seconds": 5,
            "calsync_watch_seconds": 2,
        }


PASSWORD = secrets.token_urlsafe(16)


def _outcome(name: str, told: Mapping[str, Any]) -> Outcome:
    results = {
        task["task"]["name"].rpartition(" : ")[2]: task["hosts"][name]
        for play in told["plays"]
        for task in play["tasks"]
        if name in task["hosts"] and not task["hosts"][name].get("skipped")
    }
    failed = [each for each in results.values() if each.get("failed") and not each.get("_ansible_ignore_errors")]
    stats = told["stats"][name]
    return Outcome(
        changed=stats["changed"],
        unreachable=bool(stats["unreachable"]),
        failure=_message(failed[-1]) if failed and stats["failures"] else "",
        tasks=results,
    )


def _message(result: Mapping[str, Any]) -> str:
    """Return a task's message, with those of its items."""
    return " ".join(str(each.get("msg", "")) for each in (result, *result.get("results", [])))


@pytest.fixture(scope="session")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    password = secrets.token_urlsafe(16)
    process = Process(tmp_path_factory.mktemp("windows_roles") / "emulator", estate.seed(), password)
    process.start()
    yield Runner(tmp_path_factory.mktemp("runs"), process, password)
    process.stop()
    assert "Traceback" not in process.log
