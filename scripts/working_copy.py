# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the checkout: what git tracks, and what it would track if it were added; and which of them users get."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]


def files() -> list[str]:
    """Return the paths of all files of the checkout that git does not ignore, relative to it, sorted."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return sorted(path for path in set(listed.split("\0")) if path and (ROOT / path).exists())


def shipped() -> list[str]:
    """Return those of them that the built collection holds, and galaxy.yml, which says which they are."""
    ignored = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["build_ignore"]
    return [path for path in files() if not any(fnmatch(path, rule) or path.startswith(f"{rule}/") for rule in ignored)]


def copy_to(target: Path, paths: Iterable[str]) -> None:
    """Make `target` afresh as a copy of these files; symbolic links stay links."""
    shutil.rmtree(target, ignore_errors=True)
    for path in paths:
        copy = target / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, copy, follow_symlinks=False)
