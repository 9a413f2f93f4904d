# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who runs this, from where, with which versions and which revision of the inventory. Never fails."""

from __future__ import annotations

import getpass
import json
import os
import platform
import re
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

COLLECTION = Path(__file__).resolve().parents[3]


def describe(inventories: Sequence[str], ansible_core: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return `by`, `versions` and `inventory` of the report."""
    return {
        "by": {"user": _user(environ), "sudo_user": environ.get("SUDO_USER"), "host": socket.gethostname()},
        "versions": {
            "ansible_core": ansible_core,
            "collection": collection_version(COLLECTION),
            "python": platform.python_version(),
        },
        "inventory": [revision(path) for path in inventories],
    }


def collection_version(root: Path) -> str | None:
    """Return the version of the collection, installed or as a checkout; None if neither says."""
    try:
        manifest = json.loads((root / "MANIFEST.json").read_text(encoding="utf-8"))
        return str(manifest["collection_info"]["version"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    try:
        found = re.search(r"^version: *(\S+)", (root / "galaxy.yml").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return None
    return found[1] if found else None


def revision(inventory: str) -> dict[str, Any]:
    """Return an inventory's git commit and whether what is there differs from it; None for both without git."""
    path = Path(inventory)
    directory = path if path.is_dir() else path.parent
    answer: dict[str, Any] = {"path": inventory, "commit": None, "modified": None}
    if path.exists():
        commit = _git(directory, "rev-parse", "HEAD")
        if commit:
            status = _git(directory, "status", "--porcelain", "--", "." if path.is_dir() else path.name)
            answer |= {"commit": commit.strip(), "modified": None if status is None else bool(status.strip())}
    return answer


def _git(directory: Path, *words: str) -> str | None:
    # a checkout of the user behind sudo is read as root: it is only looked at, and none of its programs is started
    safely = ("-c", f"safe.directory={'*'}", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
    try:
        done = subprocess.run(
            ["git", *safely, "-C", str(directory), *words],
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None


def _user(environ: Mapping[str, str]) -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no name belongs to this number
        return environ.get("USER", str(os.getuid()))
