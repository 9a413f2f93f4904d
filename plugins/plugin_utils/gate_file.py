# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the gate found, handed to the callback: in a file, since what a task returns is shown to whoever watches."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import files
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import run_identity


def write_gate_file(state_directory: Path, content: Mapping[str, Any]) -> str:
    """Write what the gate found, and return the file's path; who reads it removes it.

    It is not among the reports, so that reports which cannot be written keep no run from being let begin.

    Args:
        state_directory: the environment's state directory.
        content: environment, work, procedure, rehearsal, check_mode, state_directory, headings, plan, change, plays,
            on_loopback, given.

    Raises:
        Problem: this run has no name, or the file cannot be written.
    """
    path = state_directory / f".gate.{run_identity.require()}.json"
    files.write(path, json.dumps(content, indent=1, default=str).encode(), files.PRIVATE_FILE)
    return str(path)


def read_gate_file(path: str) -> dict[str, Any] | None:
    """Return what the gate found, and remove the file; None if it was read before, for another host of the play."""
    file = Path(path)
    try:
        loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    file.unlink(missing_ok=True)
    return loaded
