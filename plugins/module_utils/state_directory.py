# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directory that outlives runs: keys, certificates, hand-overs, reports. One per environment, marked as such.

The marker is what keeps a mistyped path, an unmounted disk or a rehearsal's keys from being taken for LIVE's state.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change, Problem, Resource

MARKER = ".exam-scheduling.json"
PRIVATE = 0o700


@dataclass(frozen=True)
class Marker:
    """What a state directory was made for."""

    environment: str
    rehearsal: bool

    def __str__(self) -> str:
        return f"{self.environment.upper()}{' (rehearsal)' if self.rehearsal else ''}"


def read_marker(directory: Path) -> Marker | None:
    """Return what the directory was made for, or None where there is no directory or no marker.

    Raises:
        Problem: there is a marker that cannot be understood.
    """
    path = directory / MARKER
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Marker(environment=str(content["environment"]), rehearsal=bool(content["rehearsal"]))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Problem(
            "the marker of the state directory cannot be read",
            where=str(path),
            found=f"{type(error).__name__}: {error}",
            remedy="Restore the directory from its backup; do not make a new one over it.",
        ) from error


def require(directory: Path, wanted: Marker) -> None:
    """Make sure that the directory is the one that was made for this environment.

    Raises:
        Problem: it is not there, not marked, or marked for something else.
    """
    found = read_marker(directory)
    if found is None:
        raise Problem(
            "this is not a state directory",
            where=str(directory),
            expected=f"one that was made for {wanted}",
            found="no marker" if directory.is_dir() else "no such directory",
            remedy="If it should be there, look for a disk that is not mounted; if this is the first run ever, make it "
            "with playbooks/prepare_state.yml.",
        )
    if found != wanted:
        raise Problem(
            "this state directory belongs to another environment",
            where=str(directory),
            expected=str(wanted),
            found=str(found),
            remedy="Correct exam_state_directory in the inventory.",
        )


class StateDirectory(Resource["Marker | None", Change]):
    """A state directory, made once and never turned into another environment's."""

    def __init__(self, directory: Path, wanted: Marker) -> None:
        """Keep the path and what it shall be made for."""
        self.directory = directory
        self.wanted = wanted

    def read(self) -> Marker | None:
        """Return what the directory was made for; a directory with other things in it is refused."""
        found = read_marker(self.directory)
        if found is None and self.directory.is_dir() and any(self.directory.iterdir()):
            raise Problem(
                "the directory holds something else",
                where=str(self.directory),
                expected="an empty directory, or none",
                remedy="Choose another exam_state_directory, or move what is there.",
            )
        return found

    def plan(self, present: Marker | None) -> Sequence[Change]:
        """Return the making of the directory, if it is to be made."""
        if present is None:
            return [Change(str(self.directory), "create", after=f"state directory of {self.wanted}")]
        require(self.directory, self.wanted)
        return []

    def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
        """Make the directory and mark it."""
        self.directory.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        self.directory.chmod(PRIVATE)
        content = {"environment": self.wanted.environment, "rehearsal": self.wanted.rehearsal}
        (self.directory / MARKER).write_text(json.dumps(content) + "\n", encoding="utf-8")
        yield from changes
