# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`ansible-test sanity` without containers, of what users get; part of the stage `unit`.

tests/sanity/README.md says what it leaves out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pip
from ansible_test._internal.host_configs import VirtualPythonConfig
from ansible_test._internal.python_requirements import get_venv_packages

from scripts import working_copy

ROOT = working_copy.ROOT
HOME = ROOT / ".cache" / "sanity"
"""Where ansible-test keeps an environment for each test, for the next run."""
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"

_GET_PIP = """\
import pathlib, shutil, sysconfig
for each in map(pathlib.Path, {directories}):
    shutil.copytree(each, pathlib.Path(sysconfig.get_path("purelib"), each.name))
"""
_PIP = re.compile(
    r"^(Collecting |Installing |Looking in |Processing |Successfully installed |Using cached )"
    r"|^ {2,}(Using cached|Downloading|━)"
)
"""What pip prints while it makes ansible-test's environments; its errors are printed."""
_STARTED = re.compile(r'^Running sanity test "([^"]+)"')


def provide_pip() -> None:
    """Put a script where ansible-test looks for the one that it would otherwise download.

    Each of its environments gets our own environment's pip by it, in a tenth of the time that `ensurepip` takes.
    """
    packages = get_venv_packages(VirtualPythonConfig(version=VERSION, path=sys.executable))
    ours = Path(pip.__file__).parent
    script = _GET_PIP.format(directories=[str(each) for each in (ours, *ours.parent.glob("pip-*.dist-info"))])
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    (cache / f"get_pip_{packages['pip'].replace('.', '_')}.py").write_text(script, encoding="utf-8")


def run(copy: Path, *options: str) -> tuple[int, list[str]]:
    """Run `ansible-test sanity` in the copy, printing what it prints; return its exit code and its lines."""
    process = subprocess.Popen(
        ["ansible-test", "sanity", "--color", "no", "--python", VERSION, *options],
        cwd=copy,
        env={**os.environ, "HOME": str(HOME)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = []
    for line in process.stdout or ():
        if not _PIP.match(line):
            print(line, end="", flush=True)
        lines.append(line.rstrip())
    return process.wait(), lines


def left_out(copy: Path) -> list[str]:
    """Return the options that leave out what cannot be looked at here, PowerShell without pwsh, and say so."""
    if shutil.which("pwsh"):
        return []
    programs = sorted(str(path.relative_to(copy)) for path in copy.glob("**/*.ps1"))
    for program in programs:
        print(f"left out, since there is no pwsh here: {program} (tests/unit/windows/test_powershell.py parses it)")
    return [option for program in programs for option in ("--exclude", program)]


def main() -> int:
    """Run all sanity tests on this Python and return the exit code; the closing line counts them."""
    provide_pip()
    # not below the checkout: git ignores what is built there, and ansible-test then takes it for an empty collection
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory, "ansible_collections", "uoe", "exam_scheduling")
        working_copy.copy_to(copy, working_copy.shipped())
        wanted = {line for line in run(copy, "--list-tests")[1] if re.fullmatch(r"[a-z0-9-]+", line)}
        code, lines = run(copy, *sys.argv[1:], *left_out(copy))
    started = {match[1] for match in map(_STARTED.match, lines) if match}
    if code:
        print("1 failed")
        return code
    if not sys.argv[1:] and (not wanted or started != wanted):
        print(
            f"ansible-test did not run these, and said that all is well: {sorted(wanted - started) or 'all'}\n1 failed"
        )
        return 1
    print(f"{len(started)} passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
