# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An estate, and whoever works on it, in a network namespace that has nothing but loopback.

What would send a packet off the machine fails there, so a green run proves that a rehearsal sends none.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from emulators.estate.estate import ROOT, Estate
from tests.compiled import COMPILED


class Playbook:
    """Runs playbooks of the checkout, as a user does."""

    def __init__(self, network: str) -> None:
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ["HOME"],
            "LANG": "C.UTF-8",
            "EXAM_REHEARSAL_NETWORK": network,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            **COMPILED,
        }

    def run(
        self, playbook: str | Path, *options: str, inventories: tuple[str, ...] = ("live", "rehearsal")
    ) -> subprocess.CompletedProcess[str]:
        chosen = [option for name in inventories for option in ("-i", str(ROOT / "inventories" / name))]
        return subprocess.run(
            [Path(sys.executable).with_name("ansible-playbook"), *chosen, ROOT / "playbooks" / playbook, *options],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


class Isolated(Playbook):
    """Runs commands in one network namespace with loopback alone."""

    namespaces: tuple[str, ...] = ("--net",)

    def __init__(self, network: str) -> None:
        super().__init__(network)
        self.directory = Estate(network).directory
        self.environment["PYTHONPATH"] = f"{COMPILED.get('PYTHONPATH', '')}:{ROOT}:{ROOT / '.collections'}"
        self.environment["PATH"] += ":/usr/sbin:/sbin"
        self.holder = subprocess.Popen(
            ["unshare", *self.namespaces, "sh", "-c", "ip link set lo up && echo ready && exec cat"],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.holder.stdout is not None
        assert self.holder.stdout.readline() == b"ready\n", "network namespaces are not permitted here"

    def command(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["nsenter", *self.namespaces, f"--wdns={ROOT}", "--target", str(self.holder.pid), *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def estate(self, *words: str) -> None:
        done = self.command(sys.executable, "-m", "emulators.estate", *words)
        assert done.returncode == 0, done.stdout + done.stderr

    def play(
        self,
        playbook: str,
        *options: str,
        succeeds: bool = True,
        inventories: tuple[str, ...] = ("live", "rehearsal"),
    ) -> str:
        program = Path(sys.executable).with_name("ansible-playbook")
        chosen = [option for name in inventories for option in ("-i", f"inventories/{name}")]
        done = self.command(program, *chosen, f"playbooks/{playbook}", *options)
        assert (done.returncode == 0) is succeeds, done.stdout + done.stderr
        return done.stdout + done.stderr  # where warnings are

    def close(self) -> None:
        self.estate("down")
        assert self.holder.stdin is not None
        self.holder.stdin.close()
        self.holder.wait(timeout=10)
        assert self.holder.stdout is not None
        self.holder.stdout.close()


@dataclass
class Rehearsed:
    """LIVE, rehearsed whole from an empty estate."""

    isolated: Isolated
    predicted: str
    """What check mode printed."""
    applied: str
    """What the real run printed after it."""


def ask_hub(isolated: Isolated, *statements: str) -> list[object]:
    """Run statements on LIVE's EUGEX as the account for automation, and return what each came to."""
    network = isolated.environment["EXAM_REHEARSAL_NETWORK"]
    words = (sys.executable, "-m", "tests.ask_rehearsed_hub", network, "SVC_EXAM_AUTOMATION", *statements)
    done = isolated.command(*words)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def changed(output: str) -> int:
    return sum(int(number) for number in re.findall(r"changed=(\d+)", output))


def report(output: str) -> dict[str, str]:
    """Return the state of each line from the report that the run names."""
    found = re.search(r"^Report: (.*)$", output, re.MULTILINE)
    assert found, output
    content = json.loads(Path(found[1]).read_text(encoding="utf-8"))
    assert content["emulated"] is True
    return {line["line"]: line["state"] for line in content["lines"]}


def journalled(state: Path) -> tuple[str | None, set[str | None]]:
    """Return of the last run with a journal which procedure it was, if it was one, and what lines its tasks worked for.

    None is among the lines where a task worked for none, but for the procedure alone.
    """
    text = max((state / "journal").iterdir()).read_text(encoding="utf-8")
    events = [json.loads(line) for line in text.splitlines()]
    assert events[-1]["event"] == "run ended"
    began = [event for event in events if event["event"] == "task began"]
    (procedure,) = {event["procedure"] for event in began}
    return procedure, {event["line"] for event in began}


def files(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and "reports" not in path.parts
    }
