# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that belong to the collection: what git tracks, and what it would track if it were added."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

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


def copy_to(target: Path) -> None:
    """Make `target` afresh as a copy of them; symbolic links stay links."""
    shutil.rmtree(target, ignore_errors=True)
    for path in files():
        copy = target / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, copy, follow_symlinks=False)
