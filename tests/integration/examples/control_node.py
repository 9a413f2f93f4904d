# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control node of the university: names lead to the rehearsed hosts, and the places that examples name are there.

All of it is in a network and a mount namespace, so that nothing of it is left on the machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from emulators.estate.estate import ROOT
from tests.integration.examples.world import World
from tests.integration.playbooks.isolated import Isolated

REPORT = "uoe.exam_scheduling.implementation_report"
"""The callback that the checkout enables; without it no run has a name, and the gate lets none pass."""


class ControlNode(Isolated):
    """Runs examples as they are written, on an estate of its own."""

    namespaces = ("--net", "--mount")

    def __init__(self, network: str) -> None:
        super().__init__(network)
        domain = self.directory / "domain"
        self.environment |= {
            "HOME": str(self.directory / "home"),
            "KRB5_CONFIG": str(domain / "krb5.conf"),
            "KRB5CCNAME": f"FILE:{domain / 'tickets'}",
        }
        self.neighbours: subprocess.Popen[str] | None = None

    def furnish(self) -> None:
        """Have names and places, once the estate runs, and what the estate has not: Kerberos, TEST's SQL Server."""
        network = self.environment["EXAM_REHEARSAL_NETWORK"]
        outside = Path("/proc/self/ns/mnt").readlink()
        done = self.command(sys.executable, "-m", "tests.integration.examples.furnish", network, outside)
        assert done.returncode == 0, done.stdout + done.stderr
        self.neighbours = subprocess.Popen(
            [
                *("nsenter", *self.namespaces, f"--wdns={ROOT}", "--target", str(self.holder.pid)),
                *(sys.executable, "-m", "tests.integration.examples.neighbours", network),
            ],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.neighbours.stdout is not None
        assert self.neighbours.stdout.readline() == "ready\n"

    def close(self) -> None:
        if self.neighbours is not None:
            self.neighbours.communicate("")  # the end of its input is what it waits for
        super().close()

    def examine(self, world: World, directory: Path) -> list[list[dict[str, Any]]]:
        """Run a world with its examples, and return the results of each play's tasks: before, the examples, after.

        Args:
            world: what there is around the examples.
            directory: an empty one, for the playbook.
        """
        (directory / "examples.yml").write_text(world.examples, encoding="utf-8")
        playbook = directory / "playbook.yml"
        playbook.write_text(yaml.safe_dump(world.plays(), sort_keys=False), encoding="utf-8")
        program = Path(sys.executable).with_name("ansible-playbook")
        in_json = [
            "ANSIBLE_STDOUT_CALLBACK=ansible.posix.json",
            f"ANSIBLE_CALLBACKS_ENABLED=ansible.posix.json,{REPORT}",
        ]
        done = self.command("env", *in_json, program, "-i", "inventories/live", "-i", "inventories/rehearsal", playbook)
        try:
            # after it comes what the report says
            plays = json.JSONDecoder().raw_decode(done.stdout)[0]["plays"]
        except (ValueError, KeyError):
            raise AssertionError(done.stdout + done.stderr) from None
        return [[result(task) for task in play["tasks"]] for play in plays]


def result(task: dict[str, Any]) -> dict[str, Any]:
    """Return what a task came to on the one host of its play, with its name and its state."""
    (found,) = task["hosts"].values()
    failed = found.get("failed", False) or found.get("unreachable", False)
    states = {"failed": failed, "skipped": found.get("skipped", False), "changed": found["changed"], "ok": True}
    return {
        "task": task["task"]["name"],
        "state": next(name for name, holds in states.items() if holds),
        "result": found,
    }
