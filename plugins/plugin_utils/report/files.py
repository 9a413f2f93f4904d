# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of the report: replaced whole or not at all, readable to nobody else; the plan under a lock."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import files
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report import plan as plans

LOCK_SECONDS = 30.0
"""How long a run waits for another that writes the plan, which takes it milliseconds."""


def write(path: Path, text: str) -> None:
    """Put the file in its place whole: whoever reads sees the old one or the new one, never half of it.

    Raises:
        Problem: it cannot be written; what was there is still there.
    """
    files.write(path, text.encode(errors="replace"), files.PRIVATE_FILE)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Put a document in its place."""
    write(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Keep other runs from the plan meanwhile.

    Raises:
        TimeoutError: another run did not let go of it.
    """
    with (directory / ".plan.lock").open("w", encoding="utf-8") as file:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise TimeoutError(
                        f"{file.name} has been held by another run for {LOCK_SECONDS:.0f} s; this run is in its own "
                        "report and not in the plan"
                    ) from error
                time.sleep(0.05)
        yield


def peek_plan(path: Path, environment: str, *, emulated: bool) -> plans.Plan:
    """Return the plan for looking at, an empty one where there is none that can be used; nothing is kept aside."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        content = None
    usable = not plans.defect(content, environment, emulated=emulated)
    return content if usable else plans.empty(environment, emulated=emulated)


def read_plan(path: Path, environment: str, *, emulated: bool) -> tuple[plans.Plan, str | None]:
    """Return the plan as it was left, and a warning where it could not be used and a new one begins.

    What cannot be used is kept aside under a name of its own, never lost.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return plans.empty(environment, emulated=emulated), None
    except (OSError, ValueError, RecursionError) as error:
        why = f"{type(error).__name__}: {error}"
    else:
        why = plans.defect(content, environment, emulated=emulated)
        if not why:
            return content, None
    aside = path.with_name(f"plan-unusable-{datetime.now(UTC):%Y-%m-%dT%H%M%S%fZ}.json")
    path.replace(aside)
    return (
        plans.empty(environment, emulated=emulated),
        f"The living plan could not be used ({why}). It was kept as {aside}, and a new one begins with this run. To go "
        f"on with the old one, correct it and put it back as {path}.",
    )
