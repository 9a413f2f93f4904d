# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real ansible-playbook at its most talkative: nothing that it prints or keeps has a secret in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.config_bundle.conftest import TRANSFORMATIONS, Promotion, contents
from tests.unit.config_bundle.corpus import SECRET_PLACES, leaks

ROOT = Path(__file__).parents[3]
PASSPHRASE = "correct horse battery"


def play(promotion: Promotion, tasks: list[dict[str, Any]], *options: str) -> str:
    """Return what ansible-playbook prints."""
    playbook = promotion.root / "playbook.yml"
    secrets = promotion.root / "secrets.yml"
    secrets.write_text(yaml.safe_dump({"connect": promotion.secrets, "passphrase": PASSPHRASE}), encoding="utf-8")
    content = [{"hosts": "localhost", "gather_facts": False, "vars_files": [str(secrets)], "tasks": tasks}]
    playbook.write_text(yaml.safe_dump(content), encoding="utf-8")
    done = subprocess.run(
        ["ansible-playbook", "-i", "localhost,", "-c", "local", "-vvvvv", "--diff", str(playbook), *options],
        cwd=promotion.root, capture_output=True, text=True, check=False,
        env={
            **os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"), "ANSIBLE_PIPELINING": "true",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable, "LC_ALL": "C.UTF-8",
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def tasks(promotion: Promotion) -> list[dict[str, Any]]:
    """Collect, and render."""
    shared = {"bundle": str(promotion.bundle), "passphrase": "{{ passphrase }}"}
    collect = {"state": "collected", "source": str(promotion.source), "secret_places": SECRET_PLACES}
    render = {
        "directory": str(promotion.target),
        "transformations": TRANSFORMATIONS,
        "secrets": "{{ connect }}",
        "digest": "{{ made.digest }}",
    }
    module = "uoe.exam_scheduling.config_bundle"
    return [
        {"name": "Collect", module: {**shared, **collect}, "register": "made"},
        {"name": "Render", module: {**shared, **render}},
    ]


def test_that_nothing_of_it_is_printed_or_kept(promotion: Promotion, tasks: list[dict[str, Any]]) -> None:
    promotion.collect(passphrase=PASSPHRASE)  # to learn the names of the secrets that are not declared
    shutil.rmtree(promotion.bundle)
    printed = play(promotion, tasks)
    assert "changed=2" in printed
    assert "@@secret:es_password@@" in printed
    assert "[WARNING]: Connect.exe.config, /configuration/appSettings" in printed.replace("\n", " ")
    assert leaks(printed) == []
    assert not [secret for secret in (*promotion.secrets.values(), PASSPHRASE) if secret in printed]
    again = play(promotion, tasks)
    assert "changed=0" in again
    kept = {
        path: content
        for path, content in contents(promotion.root).items()
        if not path.startswith(("source/", "target/")) and path != "secrets.yml"
    }
    for path, content in kept.items():
        assert leaks(content) == [], path
        assert not [secret for secret in promotion.secrets.values() if secret.encode() in content], path
    rendered = b"".join(contents(promotion.target).values())
    assert b"sql-live.exams.example" in rendered
    assert b"@@secret" not in rendered
