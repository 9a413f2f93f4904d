# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs tasks by a real ansible-playbook over the real winrm connection, and returns what each task answered."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from scripts.working_copy import ROOT
from tests.compiled import COMPILED

Result = dict[str, Any]


def play(directory: Path, *options: str | Path, hidden: Collection[str] = ()) -> Result:
    """Run ansible-playbook with no settings but those below, and return what its callback ansible.posix.json told.

    Args:
        directory: its home.
        options: inventories, playbook, and how to run it.
        hidden: what may not be shown.
    """
    with begun(directory, *options) as process:
        stdout, stderr = process.communicate()
    start = stdout.find("{\n")
    assert start >= 0, stdout + stderr
    assert not any(secret in stdout + stderr for secret in hidden), "a password was shown"
    told: Result = json.loads(stdout[start:])
    return told


def begun(directory: Path, *options: str | Path) -> subprocess.Popen[str]:
    """Return the process of ansible-playbook that `play` runs."""
    configuration = directory / "ansible.cfg"
    configuration.write_text(
        "[defaults]\ncallback_result_format = json\nforks = 20\ninternal_poll_interval = 0.005\n"
        # it has plugins loaded once instead of once for each task
        "callbacks_enabled = uoe.exam_scheduling.implementation_report\n",
        encoding="utf-8",
    )
    return subprocess.Popen(
        [Path(sys.executable).with_name("ansible-playbook"), *options],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "LANG": "C.UTF-8",
            "ANSIBLE_CONFIG": str(configuration),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            "ANSIBLE_INVENTORY_ENABLED": "ansible.builtin.yaml",
            **COMPILED,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Ansible:
    """ansible-playbook with an inventory of emulated hosts."""

    def __init__(
        self, directory: Path, addresses: Mapping[str, str], password: str, root: Path, hidden: Collection[str] = ()
    ) -> None:
        self._directory = directory
        self._addresses = addresses
        self._password = password
        self._root = root
        self._hidden = hidden
        self._number = itertools.count()

    def run(
        self,
        tasks: list[Result],
        hosts: list[str],
        *,
        variables: Mapping[str, Any] | None = None,
        each: Mapping[str, Mapping[str, Any]] | None = None,
        check: bool = False,
    ) -> dict[str, list[Result]]:
        """Run the tasks on the hosts, going on after a failure, and return the results of each host in their order.

        Args:
            tasks: as in a playbook; without a name of its own each gets a number.
            hosts: names of the inventory.
            variables: of all hosts, where they are not the usual ones.
            each: the same, of single hosts.
            check: the whole run in check mode.
        """
        told = play(self._directory, *self._written(tasks, hosts, variables, each, check), hidden=self._hidden)
        (only,) = told["plays"]
        return {name: [task["hosts"][name] for task in only["tasks"] if name in task["hosts"]] for name in hosts}

    def begin(
        self, tasks: list[Result], hosts: Collection[str], *, variables: Mapping[str, Any] | None = None
    ) -> subprocess.Popen[str]:
        """Return a process that runs tasks on hosts."""
        return begun(self._directory, *self._written(tasks, list(hosts), variables, None, False))

    def _written(
        self,
        tasks: list[Result],
        hosts: list[str],
        variables: Mapping[str, Any] | None,
        each: Mapping[str, Mapping[str, Any]] | None,
        check: bool,
    ) -> list[str | Path]:
        """Write inventory and playbook, and return the options of ansible-playbook."""
        number = next(self._number)
        inventory = self._directory / f"inventory{number}.yml"
        inventory.write_text(yaml.safe_dump(self._inventory(hosts, variables or {}, each or {})), encoding="utf-8")
        content = {
            "hosts": "all",
            "gather_facts": False,
            "ignore_errors": True,
            "tasks": [{"name": str(position), **task} for position, task in enumerate(tasks)],
        }
        playbook = self._directory / f"playbook{number}.yml"
        playbook.write_text(yaml.safe_dump([content]), encoding="utf-8")
        return ["-i", inventory, "--diff", *(["--check"] if check else []), playbook]

    def _inventory(
        self, hosts: list[str], variables: Mapping[str, Any], each: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Any]:
        usual = {
            "ansible_connection": "winrm",
            "ansible_user": "ansible",
            "ansible_password": self._password,
            "ansible_port": 5986,
            "ansible_winrm_transport": "basic",
            "ansible_winrm_ca_trust_path": str(self._root),
            **variables,
        }
        addressed = {name: {"ansible_host": self._addresses[name], **each.get(name, {})} for name in hosts}
        return {"all": {"hosts": addressed, "vars": usual}}
