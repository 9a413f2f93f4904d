# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real runs of ansible-playbook against a seeded estate."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.estate.estate import ROOT, Estate

NETWORK = "127.41"


class Playbook:
    """Runs playbooks of the checkout, as a user does."""

    def __init__(self, network: str) -> None:
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ["HOME"],
            "LANG": "C.UTF-8",
            "EXAM_REHEARSAL_NETWORK": network,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
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


@pytest.fixture(scope="session")
def seeded_estate() -> Iterator[Estate]:
    """An estate that is seeded and not running: enough for what must be refused before anything is touched."""
    estate = Estate(NETWORK)
    estate.prepare()
    estate.approve_changes()
    yield estate
    shutil.rmtree(estate.directory)


@pytest.fixture
def playbook(seeded_estate: Estate) -> Playbook:
    return Playbook(seeded_estate.network)
