# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stage `artifact`: the collection is built and installed as a user of Galaxy gets it, and works there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts import working_copy

ROOT = working_copy.ROOT
NAME = "uoe.exam_scheduling"
NOT_SHIPPED = {"emulators", "molecule", "tests", "scripts", "requirements", ".ci", ".github"}
"""Directories that serve development only: `build_ignore` in galaxy.yml leaves them out."""


def main() -> int:
    """Build, install into an empty directory, use it from there. Returns the exit code; the closing line counts."""
    passed = 0
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        (place / "ansible.cfg").touch()
        for check in (build, install, list_tasks, describe):
            print(f"== {check.__doc__}", flush=True)
            complaint = check(place)
            if complaint:
                print(f"{complaint}\n{passed} passed, 1 failed")
                return 1
            passed += 1
    print(f"{passed} passed")
    return 0


def build(place: Path) -> str:
    """The collection builds, out of nothing but files that belong to it."""
    done = _ansible(place, "ansible-galaxy", "collection", "build", str(ROOT), "--output-path", str(place / "built"))
    return done.stdout if done.returncode else ""


def install(place: Path) -> str:
    """It installs into an empty directory, and holds what users need and nothing else."""
    (artifact,) = (place / "built").glob("*.tar.gz")
    done = _ansible(
        place, "ansible-galaxy", "collection", "install", "--offline", str(artifact), "-p", str(place / "installed")
    )
    if done.returncode:
        return done.stdout
    installed = _installed(place)
    shipped = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
    foreign = shipped - set(working_copy.files()) - {"MANIFEST.json", "FILES.json"}
    unwanted = {path for path in shipped if path.split("/")[0] in NOT_SHIPPED}
    if foreign or unwanted:
        return f"galaxy.yml, build_ignore: leave these out: {sorted(foreign | unwanted)}"
    return ""


def list_tasks(place: Path) -> str:
    """Its playbook is found by name, with every role and module that it uses."""
    inventories = [f"--inventory={ROOT / 'inventories' / name}" for name in ("live", "rehearsal")]
    done = _ansible(place, "ansible-playbook", *inventories, f"{NAME}.live", "--list-tasks")
    found = f"playbook: {_installed(place)}/playbooks/live.yml" in done.stdout and f"{NAME}.dns :" in done.stdout
    return "" if done.returncode == 0 and found else done.stdout


def describe(place: Path) -> str:
    """Each of its modules has documentation that ansible-doc shows."""
    modules = sorted(path.stem for path in (_installed(place) / "plugins" / "modules").glob("[a-z]*.py"))
    if not modules:
        return "plugins/modules holds no module"
    names = [f"{NAME}.{module}" for module in modules]
    done = _ansible(place, "ansible-doc", "--json", "--type", "module", *names)
    if done.returncode:
        return done.stdout
    described = json.loads(done.stdout[done.stdout.index("{") :])
    missing = [name for name in names if not described.get(name, {}).get("doc", {}).get("short_description")]
    return f"no documentation of {missing}" if missing else ""


def _installed(place: Path) -> Path:
    return place / "installed" / "ansible_collections" / "uoe" / "exam_scheduling"


def _ansible(place: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Ansible's where nothing of the checkout, its ansible.cfg included, can be found by accident."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHONPATH"))}
    environment |= {
        "ANSIBLE_HOME": str(place / "home"),
        "ANSIBLE_COLLECTIONS_PATH": str(place / "installed"),
        "ANSIBLE_CONFIG": str(place / "ansible.cfg"),
        "ANSIBLE_NOCOLOR": "1",
    }
    done = subprocess.run(
        argv, cwd=place, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    print(f"$ {' '.join(argv)}\n{done.stdout[:4000]}", flush=True)
    return done


if __name__ == "__main__":
    sys.exit(main())
