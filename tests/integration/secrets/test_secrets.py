# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that fail, and say all that they can say (-vvvv), leave the estate's secrets only where they belong."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.estate.estate import ROOT
from emulators.oracle.engine import faults
from tests.integration.playbooks.isolated import Isolated

NETWORK = "127.48"
ARGUMENTS = ("-vvvv", "--diff")


@pytest.fixture
def isolated() -> Iterator[Isolated]:
    runner = Isolated(NETWORK)
    try:
        yield runner
    finally:
        runner.close()
        shutil.rmtree(runner.directory, ignore_errors=True)


def secrets_of(isolated: Isolated) -> dict[str, str]:
    """Return all secrets that were generated for this estate, by the names of their files."""
    paths = [path for path in (isolated.directory / "secrets").glob("*") if path.is_file()]
    return {path.name: path.read_text(encoding="utf-8").strip() for path in paths}


def command_lines() -> str:
    """Return what everybody on this machine can see of all processes."""
    seen = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            seen.append(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended
    return "\n".join(seen)


def run(isolated: Isolated, playbook: str, place: Path) -> tuple[int, str, str]:
    """Run a playbook, and return its exit code, what it printed, and every command line that there was meanwhile."""
    inventories = [option for name in ("live", "rehearsal") for option in ("-i", f"inventories/{name}")]
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    (place / "tmp").mkdir(exist_ok=True)
    printed = place / f"{playbook}.txt"
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [
                *("nsenter", "--net", "--target", str(isolated.holder.pid)),
                *(program, *inventories, f"playbooks/{playbook}", *ARGUMENTS),
            ],
            cwd=ROOT,
            env={
                **isolated.environment,
                "ANSIBLE_LOG_PATH": str(place / "ansible.log"),
                "ANSIBLE_LOCAL_TEMP": str(place / "tmp"),
                "TMPDIR": str(place / "tmp"),
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        seen = set()
        while process.poll() is None:
            seen.update(command_lines().splitlines())
    return process.returncode, printed.read_text(encoding="utf-8"), "\n".join(sorted(seen))


def where(secrets: dict[str, str], texts: dict[str, str]) -> list[str]:
    """Return which secret is in which text."""
    return sorted(f"{name} in {text}" for name, secret in secrets.items() for text in texts if secret in texts[text])


def left_behind(isolated: Isolated, place: Path) -> dict[str, str]:
    """Return what files hold after a run: logs, temporary ones, the state directory but for keys and certificates."""
    state = isolated.directory / "state"
    roots = [
        place,
        *(state / name for name in ("journal", "reports", "hand-overs", "attestations")),
        state / "permits.jsonl",
    ]
    files = [path for root in roots for path in ([root] if root.is_file() else root.rglob("*")) if path.is_file()]
    return {str(path): path.read_text(encoding="utf-8", errors="replace") for path in files}


@pytest.mark.timeout(600)
def test_that_runs_that_fail_and_say_all_leave_no_secret_anywhere(isolated: Isolated, tmp_path: Path) -> None:
    isolated.estate("reset")
    secrets = secrets_of(isolated)
    assert len(secrets) > 5
    assert all(len(secret) >= 8 for secret in secrets.values())

    # all before the hub is applied, with what it takes; there the account would get its password, and the task fails
    faults.write(isolated.directory / "eugex-live", [{"kind": "error", "number": 1031, "match": "CREATE USER"}])
    code, printed, seen = run(isolated, "live.yml", tmp_path)
    assert code == 2
    assert "EXAM_CONNECT" in printed
    assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in printed, "it did print arguments"
    assert "ansible-playbook" in seen
    assert where(secrets, {"what it printed": printed, "command lines": seen, **left_behind(isolated, tmp_path)}) == []

    for part in ("dns2", "sql-server", "web2-live"):
        isolated.estate("down", "--only", part)
    code, printed, seen = run(isolated, "verify.yml", tmp_path)
    assert code == 2
    assert where(secrets, {"what it printed": printed, "command lines": seen, **left_behind(isolated, tmp_path)}) == []
