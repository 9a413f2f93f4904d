# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run tests/windows/real_host.yml on the Windows host that EXAM_TEST_WINDOWS_* name: once in earnest, then in check
mode and again, which must change nothing. What it has made there is removed, whether it failed or not
(docs/windows.md).

With --prepared DIRECTORY the host is one that scripts/windows_host_preparation.py has prepared.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from emulators.certificates import Authority, write_private

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "tests" / "windows"
HOST = "windows_test_host"
MADE, REMOVED = "real_host.yml", "real_host_removal.yml"
REQUIRED = ("NAME", "USER", "PASSWORD_FILE", "CA")
"""What has to be said of a host, each as EXAM_TEST_WINDOWS_…; further ones of tests/windows/inventory.yml may be."""

_RECAP = re.compile(rf"^{HOST} +: ok=(\d+) +changed=(\d+) +unreachable=(\d+) +failed=(\d+) ", re.MULTILINE)


class Failure(Exception):
    """Why the host is not as it should be."""


def variable(name: str) -> str:
    """Return the variable of the environment that says something of a host."""
    return f"EXAM_TEST_WINDOWS_{name}"


def missing(environment: Mapping[str, str]) -> str | None:
    """Return what has to be said of the host and is not, for people; None if nothing."""
    names = [variable(each) for each in REQUIRED if not environment.get(variable(each))]
    if names:
        return (
            f"These variables say which Windows host to run on, and are not set: {', '.join(names)} (docs/windows.md)."
        )
    files = [environment[variable(each)] for each in ("PASSWORD_FILE", "CA")]
    absent = [each for each in files if not Path(each).is_file()]
    return f"There is no file {absent[0]}: correct the variable that names it (docs/windows.md)." if absent else None


def prepared(directory: Path) -> dict[str, str]:
    """Return the variables of a host whose preparation is in a directory."""
    return {
        variable("NAME"): (directory / "name").read_text(encoding="ascii"),
        variable("ADDRESS"): (directory / "address").read_text(encoding="ascii"),
        variable("USER"): (directory / "user").read_text(encoding="ascii"),
        variable("PASSWORD_FILE"): str((directory / "password").resolve()),
        variable("CA"): str((directory / "root.pem").resolve()),
    }


def changed(told: str) -> int:
    """Return how many tasks changed something, by what ansible-playbook printed.

    Raises:
        Failure: the host was not reached, a task failed on it, or nothing was done.
    """
    recap = _RECAP.search(told)
    if recap is None:
        raise Failure("no recap was printed for the host, so that nothing is known of it")
    done, changes, unreachable, failed = map(int, recap.groups())
    if unreachable or failed or not done:
        raise Failure(f"{done} tasks were done, {failed} failed, and {unreachable} did not reach the host")
    return changes


def play(playbook: str, environment: Mapping[str, str], hidden: Collection[str], *options: str) -> int:
    """Run a playbook, printing what it prints, and return how many tasks changed something.

    Args:
        playbook: its name in tests/windows.
        environment: what is said of the host.
        hidden: what may be printed nowhere; a line with it is left out, and ends in failure.
        options: further ones of ansible-playbook.

    Raises:
        Failure: it did not end well.
    """
    print(f"==== {' '.join([playbook, *options])}", flush=True)
    program, inventory = Path(sys.executable).with_name("ansible-playbook"), FOLDER / "inventory.yml"
    command = [str(program), "-i", str(inventory), *options, str(FOLDER / playbook)]
    told, shown = [], False
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            if any(each in line for each in hidden):
                shown = True
                continue
            told.append(line)
            print(line, end="", flush=True)
    if shown:
        raise Failure(f"{playbook} printed a password; the line was left out here")
    changes = changed("".join(told))
    if process.returncode:
        raise Failure(f"ansible-playbook ended with {process.returncode}")
    return changes


def make(environment: Mapping[str, str], hidden: Collection[str]) -> None:
    """Make what the playbook makes on the host, and run it again, in check mode and in earnest.

    Raises:
        Failure: a run failed, the first one changed nothing, or a further one something.
    """
    if not play(MADE, environment, hidden):
        raise Failure("the first run changed nothing: what it makes was there already. It is removed now: run again")
    for options in (("--check", "--diff"), ()):
        if changes := play(MADE, environment, hidden, *options):
            raise Failure(f"{changes} tasks of a run after the first changed something, and nothing was to be done")


def run(environment: Mapping[str, str], hidden: Collection[str]) -> None:
    """Run everything in its order.

    Raises:
        Failure: a step did not end as it must; what was made is removed all the same.
    """
    try:
        make(environment, hidden)
    except Failure as failure:
        try:
            play(REMOVED, environment, hidden)
        except Failure as further:
            raise Failure(f"{failure}. Nor is it known what is left on the host: {further}") from None
        raise
    if not play(REMOVED, environment, hidden):
        raise Failure("nothing was there to be removed")
    if changes := play(REMOVED, environment, hidden):
        raise Failure(f"{changes} tasks of the second removal changed something: the first one left it")


def main(arguments: list[str]) -> int:
    """Return 0 if all was as it must be, 1 if not, 2 if it is not said which host."""
    parser = argparse.ArgumentParser(prog="windows_host", description=__doc__)
    parser.add_argument("--prepared", type=Path, metavar="DIRECTORY", help="of scripts/windows_host_preparation.py")
    directory = parser.parse_args(arguments).prepared
    if directory and not (directory / "name").is_file():
        parser.error(f"{directory} holds no preparation: run scripts/windows_host_preparation.py first")
    environment = {
        **{name: value for name, value in os.environ.items() if name.startswith(variable(""))},
        **(prepared(directory) if directory else {}),
    }
    if said := missing(environment):
        print(said, file=sys.stderr)
        return 2
    pkcs12_password = secrets.token_urlsafe(24)
    password = Path(environment[variable("PASSWORD_FILE")]).read_text(encoding="utf-8").strip()
    with tempfile.TemporaryDirectory() as name:
        state = Path(name)
        Authority.create("A test's root").save(state / "authority")
        write_private(state / "pkcs12_password", pkcs12_password.encode())
        environment |= {
            variable("STATE"): name,
            # named, since Ansible takes none of its own accord from a directory that everybody may write to
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        }
        try:
            run(environment, (password, pkcs12_password))
        except Failure as failure:
            print(f"windows_host: {failure}", file=sys.stderr)
            return 1
    print("windows_host: changed once, then not again, and removed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
