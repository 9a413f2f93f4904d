# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""make setup, by a copy of its script and requirements of the test's own: what it refuses, what it never leaves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.working_copy import ROOT

TOOLS = ("sh", "cat", "dirname", "env", "id", "ln", "mkdir", "readlink", "rm", "sha256sum", "tail", "flock")
"""All that the script takes from the system, besides Python."""
PYTHON = Path(getattr(sys, "_base_executable", sys.executable))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing to install."""
    place = tmp_path / "checkout"
    shutil.copytree(ROOT / "scripts", place / "scripts")
    (place / "requirements").mkdir()
    for name in ("runtime.txt", "development.txt", "lock.txt", "debian.txt"):
        (place / "requirements" / name).write_text("# nothing\n", encoding="utf-8")
    return place


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH of nothing but what the script needs."""
    place = tmp_path / "bin"
    place.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, f"this test needs {tool}"
        (place / tool).symlink_to(found)
    (place / "python3").symlink_to(PYTHON)
    return place


def program(place: Path, name: str, script: str) -> None:
    (place / name).unlink(missing_ok=True)
    (place / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (place / name).chmod(0o755)


def setup(
    checkout: Path, programs: Path, part: str = "runtime", python: str = "python3"
) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(programs), "HOME": str(checkout / "no-home"), "PYTHON": python}
    return subprocess.run(
        ["sh", str(checkout / "scripts" / "setup.sh"), part],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def require(checkout: Path, *lines: str) -> None:
    (checkout / "requirements" / "debian.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def refused(checkout: Path, programs: Path, part: str = "runtime") -> str:
    before = sorted(checkout.rglob("*"))
    done = setup(checkout, programs, part)
    assert done.returncode == 2
    assert done.stdout == ""
    assert sorted(checkout.rglob("*")) == before, "it did something before it refused"
    return done.stderr.splitlines()[0]


def test_that_without_root_it_says_exactly_what_to_install(checkout: Path, programs: Path, tmp_path: Path) -> None:
    program(programs, "id", "echo 1000")
    program(programs, "apt-get", f"touch {tmp_path}/called")
    require(
        checkout,
        "runtime  there    command:cat               # is there",
        "runtime  absent   command:no-such-program   # is not",
        "runtime  unlinked library:libnosuch.so.7    # is not",
        "test     tested   module:no_such_module     # only for the tests",
    )
    assert (
        refused(checkout, programs)
        == "Install by hand, as root: apt-get install --no-install-recommends absent unlinked"
    )
    assert refused(checkout, programs, "test").endswith(" absent unlinked tested")
    assert not (tmp_path / "called").exists()


def test_that_headers_are_looked_for_where_the_interpreter_has_its_own(
    checkout: Path, programs: Path, tmp_path: Path
) -> None:
    program(programs, "id", "echo 1000")
    program(programs, "apt-get", "exit 1")
    own = tmp_path / "include"
    own.mkdir()
    # an interpreter from elsewhere: this one, saying that its headers are in a directory of the test's
    (tmp_path / "sitecustomize.py").write_text(
        f"import sys, sysconfig\nsys._base_executable = {str(programs / 'python3')!r}\n"
        f"sysconfig.get_path = {{'include': {str(own)!r}}}.get\n",
        encoding="utf-8",
    )
    program(programs, "python3", f'PYTHONPATH={tmp_path} exec {PYTHON} "$@"')
    require(
        checkout,
        "runtime  python-headers  header:Own.h            # the interpreter's",
        "runtime  libc-headers    header:stdio.h          # the system's",
        "runtime  absent-headers  header:no/such/file.h   # nobody's",
    )
    assert refused(checkout, programs).endswith(" python-headers absent-headers")
    (own / "Own.h").touch()
    assert refused(checkout, programs).endswith("--no-install-recommends absent-headers")


def test_that_a_line_of_an_unknown_kind_is_a_defect(checkout: Path, programs: Path) -> None:
    require(checkout, "runtime  odd  programme:odd  # no such kind")
    done = setup(checkout, programs)
    assert done.returncode == 1
    assert "'programme:odd' is neither command:, module:, library: nor header:" in done.stderr


def test_that_on_another_system_it_says_exactly_what_to_install(checkout: Path, programs: Path) -> None:
    require(checkout, "runtime  absent   command:no-such-program   # is not there")
    assert refused(checkout, programs).startswith("Install by hand what Debian calls absent: ")


def test_that_what_apt_does_not_have_is_to_be_installed_by_hand_and_nothing_else_is(
    checkout: Path, programs: Path, tmp_path: Path
) -> None:
    program(programs, "id", "echo 0")
    program(programs, "apt-get", f'echo "$@" >> {tmp_path}/called')
    program(
        programs, "apt-cache", 'case $2 in known) echo "  Candidate: 1.0";; named) echo "  Candidate: (none)";; esac'
    )
    require(
        checkout,
        "runtime  known    command:no-such-program          # apt has it",
        "runtime  named    command:no-such-program          # apt has heard of it",
        "runtime  unheard  command:neither-this|nor-this    # apt has not",
        "runtime  there    command:no-such-program|cat      # is there by another name",
    )
    program(programs, "grep", f'exec {shutil.which("grep")} "$@"')  # of the installation alone
    done = setup(checkout, programs)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0].startswith("Install by hand what Debian calls named unheard (")
    assert (tmp_path / "called").read_text(encoding="utf-8").split() == ["update", "--quiet=2"]


def test_that_an_older_python_is_refused(checkout: Path, programs: Path) -> None:
    program(programs, "python3", "exit 1")
    assert refused(checkout, programs).startswith("Install by hand: Python 3.11 or later")


def test_that_the_distribution_s_python_comes_first(checkout: Path, programs: Path, tmp_path: Path) -> None:
    program(programs, "python3", f"touch {tmp_path}/asked; exit 1")
    require(checkout, "runtime  absent   command:no-such-program   # is not there")
    done = setup(checkout, programs, python="")
    assert done.stderr.startswith("Install by hand what Debian calls absent: ")
    assert not (tmp_path / "asked").exists()


def test_that_debian_packages_are_installed_as_root_with_what_is_missing_only(
    checkout: Path, programs: Path, tmp_path: Path
) -> None:
    require(checkout, "runtime  there  command:cat  # is there", "runtime  absent  command:arrived  # is not")
    installer = checkout / "scripts" / "install_debian_packages.sh"
    installer.write_text(f'echo "$@" >{tmp_path}/asked; ln -s /bin/sh {programs}/arrived\n', encoding="utf-8")
    program(programs, "apt-get", "exit 1")
    program(programs, "id", "echo 0")
    done = setup(checkout, programs)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "asked").read_text(encoding="utf-8") == "absent\n"


def test_that_services_which_came_with_an_installation_do_not_start_with_the_machine(
    checkout: Path, programs: Path, tmp_path: Path
) -> None:
    installer = checkout / "scripts" / "install_debian_packages.sh"
    text = installer.read_text(encoding="utf-8")
    assert "policy=/usr/sbin/policy-rc.d" in text
    installer.write_text(text.replace("/usr/sbin/policy-rc.d", str(tmp_path / "policy-rc.d")), encoding="utf-8")
    for tool in ("awk", "chmod", "grep", "sed"):
        program(programs, tool, f'exec {shutil.which(tool)} "$@"')
    program(programs, "apt-cache", 'echo "  Candidate: 1.0"')
    program(programs, "apt-get", f"[ $1 = update ] || : >{tmp_path}/done")
    program(
        programs,
        "dpkg-query",
        "echo 'ii  there'; echo 'rc  common'\n"
        f"[ ! -e {tmp_path}/done ] || printf '%s\\n' 'ii  light' 'ii  common' 'iU  half'",
    )
    program(
        programs, "dpkg", 'for each in "$2.service" "$2@.service" own.service; do echo /lib/systemd/system/$each; done'
    )
    program(
        programs,
        "systemctl",
        'case $* in list-*) printf "%s\\n" "there.service   enabled enabled" "own.service   enabled enabled";;'
        f" *) echo $3 >>{tmp_path}/disabled;; esac",
    )
    subprocess.run(["sh", str(installer), "light"], env={"PATH": str(programs)}, check=True)
    assert (tmp_path / "disabled").read_text(encoding="utf-8").split() == ["light.service", "common.service"]
    assert not (tmp_path / "policy-rc.d").exists()


@pytest.mark.thorough
def test_that_an_interrupted_environment_is_made_afresh(checkout: Path, programs: Path) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    leftover = checkout / ".venv" / "bin" / "leftover"
    leftover.touch()
    assert setup(checkout, programs).returncode == 0
    assert not leftover.exists()
    assert (checkout / ".collections/ansible_collections/uoe/exam_scheduling/scripts/setup.sh").is_file()

    again = setup(checkout, programs)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    (checkout / "requirements" / "development.txt").write_text("no-such-package @ file:///nowhere\n", encoding="utf-8")
    failed = setup(checkout, programs)
    assert failed.returncode == 1
    assert "pip install failed; all it said is in .cache/pip.log" in failed.stderr
    assert not (checkout / ".venv" / ".complete").exists(), "an environment that could not be made counts as none"

    moved = checkout.rename(checkout.with_name("moved"))
    (moved / "requirements" / "development.txt").write_text("# nothing\n", encoding="utf-8")
    assert "making .venv" in setup(moved, programs).stdout
    assert os.access(moved / ".venv" / "bin" / "python", os.X_OK)
