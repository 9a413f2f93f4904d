# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real runs of ansible-playbook against real name servers, one of whose updates is held for as long as a test wants."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.message
import pytest
import yaml

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_reader import read_journals
from emulators.estate.estate import ROOT, Estate
from tests.compiled import COMPILED
from tests.integration.dns.relay import Fate, Relay, is_update

NETWORK = "127.43"
PRIMARY, RELAY = f"{NETWORK}.0.53", f"{NETWORK}.0.153"
ZONE = "exams.example."


class Hold:
    """What the relay does with the update of the forward zone: holds it until it is told what to do with it."""

    def __init__(self) -> None:
        self.held = threading.Event()
        self._decided = threading.Event()
        self._fate: Fate = "pass"

    def decide(self, wire: bytes) -> Fate:
        if not is_update(wire) or str(dns.message.from_wire(wire, keyring=False).question[0].name) != ZONE:
            return "pass"
        self.held.set()
        self._decided.wait()
        return self._fate

    def end(self, fate: Fate) -> None:
        self._fate = fate
        self._decided.set()


class Runner:
    """Runs playbooks on the rehearsal with one overlay more: where the primary of the zone is reached."""

    def __init__(self, overlay: Path) -> None:
        self.overlay = overlay
        self.state = Estate(NETWORK).directory / "state"
        self.environment = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": os.environ["HOME"],
            "LANG": "C.UTF-8",
            "EXAM_REHEARSAL_NETWORK": NETWORK,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            **COMPILED,
        }
        (overlay / "group_vars").mkdir(parents=True)
        self.variables: dict[str, Any] = {}
        self.reach_primary_at(RELAY)

    def reach_primary_at(self, address: str) -> None:
        hosts = {"all": {"hosts": {"dns1": {"exam_connect_address": address}}}}
        (self.overlay / "hosts.yml").write_text(yaml.safe_dump(hosts), encoding="utf-8")
        # What the relay stands before answers over TCP alone, so that a proof of it is waited for in vain; but the
        # secondary and the resolver come to the new records within this time
        deadline = {"dns_deadline": 10} if address == RELAY else {}
        (self.overlay / "group_vars/all.yml").write_text(
            yaml.safe_dump({**self.variables, **deadline}), encoding="utf-8"
        )

    def words(self, playbook: str, *options: str) -> list[str]:
        inventories = ("inventories/live", "inventories/rehearsal", str(self.overlay))
        given = [word for inventory in inventories for word in ("-i", inventory)]
        return ["ansible-playbook", *given, f"playbooks/{playbook}", *options]

    def start(self, playbook: str, *options: str, **arguments: Any) -> subprocess.Popen[bytes]:
        environment = {**self.environment, **arguments.pop("environment", {})}
        return subprocess.Popen(self.words(playbook, *options), cwd=ROOT, env=environment, **arguments)

    def run(self, *words: str) -> str:
        done = subprocess.run(words, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{shlex.join(words)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def status(self) -> dict[str, Any]:
        """Return what the status playbook says, and the text that it shows."""
        output = self.run(*self.words("status.yml"), "-v")
        shown = output[output.index("TASK [Status]") : output.index("PLAY RECAP")]
        task = output[output.index("TASK [Read the journal]") : output.index("TASK [Status]")]
        result: dict[str, Any] = yaml.safe_load(task[task.index("=>") + 2 :])
        return {**result, "shown": shown}

    def journals(self) -> list[Path]:
        return sorted((self.state / "journal").glob("*.jsonl"))

    def alive(self) -> bool:
        """Return whether a process of the last run is left."""
        return read_journals(self.state / "journal")[-1].alive

    def events(self) -> list[dict[str, Any]]:
        """Return the events of the last run."""
        return [json.loads(line) for line in self.journals()[-1].read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def hold() -> Iterator[Hold]:
    hold = Hold()
    with Relay(RELAY, (PRIMARY, 53), hold.decide):
        yield hold
        hold.end("close")


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    """Return a runner of playbooks on an estate of which just the name servers run, as on the first day."""
    estate = Estate(NETWORK)
    shutil.rmtree(estate.directory, ignore_errors=True)  # what a test that was killed has left
    for name_server in estate.seed.name_servers:
        list(estate.up(name_server))
    try:
        yield Runner(tmp_path / "overlay")
    finally:
        list(estate.down())
        shutil.rmtree(estate.directory)
