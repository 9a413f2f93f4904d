# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the gate found, handed to the callback: in a file, since what a task returns is shown to whoever watches."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import run_identity


def run_directory(state_directory: Path, environment: str) -> Path:
    """Return the directory of this run's report, making it where it is not there yet.

    Raises:
        Problem: this run has no name.
        OSError: it cannot be made.
    """
    directory = state_directory / "reports" / environment / run_identity.require()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory


def write_gate_file(state_directory: Path, content: Mapping[str, Any]) -> str:
    """Write what the gate found beside the run's report, and return the file's path.

    Args:
        state_directory: the environment's state directory.
        content: environment, work, rehearsal, check_mode, state_directory, headings, plan, change.
    """
    path = run_directory(state_directory, content["environment"]) / "gate.json"
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".gate.", suffix=".tmp")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1, default=str)
    Path(temporary).replace(path)
    return str(path)


def read_gate_file(path: str) -> dict[str, Any]:
    """Return what the gate found."""
    loaded: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return loaded
