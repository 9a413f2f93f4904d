# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attestations: what a person vouches for, for a line of the plan that no machine can prove."""

from __future__ import annotations

import getpass
import hashlib
import itertools
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import files
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    Change,
    InvalidParameter,
    MissingPrerequisite,
    Problem,
    Resource,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.report_reader import last_seen

DIRECTORY = "attestations"
"""Where attestations are kept, under the state directory."""


@dataclass(frozen=True)
class Attestation:
    """One statement of one person about one line."""

    line: str
    attested_by: str
    statement: str
    evidence: str

    def require(self, known_lines: Sequence[str]) -> None:
        """Make sure that it is about a line of the plan, and says who vouches for what, and how one can see it.

        Raises:
            InvalidParameter: it does not.
        """
        if self.line not in known_lines:
            known = ", ".join(known_lines)
            raise InvalidParameter("line", self.line, "the plan has no such line", f"Give one of {known}.")
        asked = {
            "attested_by": "Say who vouches for it, by full name.",
            "statement": "Say what is so, in a sentence.",
            "evidence": "Say where others can see it: a ticket, a minute, a message.",
        }
        for field, remedy in asked.items():
            if not getattr(self, field).strip():
                raise InvalidParameter(field, getattr(self, field), "it is empty", remedy)

    @property
    def file_name(self) -> str:
        """The line and a digest of what was said, so that each attestation is a file and none replaces another."""
        return self.file_name_of(1)

    def file_name_of(self, time: int) -> str:
        """Return the name of the file in which the same was said for the first, second, … time."""
        digest = hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
        return f"{self.line}-{digest[:12]}{f'-{time}' if time > 1 else ''}.json"

    def is_of(self, path: Path) -> bool:
        """Return whether a file of that name may say this."""
        first, name = self.file_name.removesuffix(".json"), path.name.removesuffix(".json")
        return name == first or re.fullmatch(f"{re.escape(first)}-[1-9][0-9]*", name) is not None


@dataclass(frozen=True)
class Recorded:
    """An attestation as it is kept: with when it was recorded, and by which account."""

    attestation: Attestation
    at: datetime
    recorded_by: str

    def as_dict(self) -> dict[str, str]:
        """Return what the file says."""
        at = self.at.isoformat(timespec="seconds")
        return {**asdict(self.attestation), "at": at, "recorded_by": self.recorded_by}


def read(path: Path) -> Recorded:
    """Return the attestation that a file holds.

    Raises:
        Problem: it cannot be read.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        said = Attestation(**{name: str(content[name]) for name in ("line", "attested_by", "statement", "evidence")})
        recorded = Recorded(said, datetime.fromisoformat(content["at"]), str(content["recorded_by"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unusable(path, f"{type(error).__name__}: {error}") from error
    if recorded.at.tzinfo is None:
        raise _unusable(path, "a time without a time zone")
    if not said.is_of(path):
        raise _unusable(path, f"a statement that was edited; as it is now its file would be {said.file_name}")
    return recorded


def _unusable(path: Path, found: str) -> Problem:
    return Problem(
        "this attestation cannot be used, so it counts for nothing",
        where=str(path),
        found=found,
        remedy="Restore it from the backup of the state directory, or attest again.",
    )


def read_all(state_directory: Path) -> tuple[dict[str, list[Recorded]], list[str]]:
    """Return the attestations of each line, the newest first, and what is wrong with those that cannot be read."""
    found: dict[str, list[Recorded]] = {}
    problems = []
    for path in sorted((state_directory / DIRECTORY).glob("*.json")):
        try:
            recorded = read(path)
        except Problem as problem:
            problems.append(str(problem))
            continue
        found.setdefault(recorded.attestation.line, []).append(recorded)
    for of_line in found.values():
        of_line.sort(key=lambda one: (one.at, one.attestation.file_name), reverse=True)
    return found, problems


class AttestationFile(Resource["Recorded | None", Change]):
    """An attestation, recorded once; and anew, where a run has seen or changed something of the line since."""

    def __init__(self, state_directory: Path, attestation: Attestation, known_lines: Sequence[str]) -> None:
        """Keep where it goes and what it says; whether it may be said is looked at before anything else.

        Raises:
            InvalidParameter: it says nothing, or speaks of no line.
        """
        attestation.require(known_lines)
        self.state_directory = state_directory
        self.attestation = attestation
        self.path = state_directory / DIRECTORY / attestation.file_name
        """Where the same was said last, or will be."""

    def read(self) -> Recorded | None:
        """Return the same attestation, if it stands; one that is over, or cannot be used, is recorded anew."""
        if not self.state_directory.is_dir():
            raise MissingPrerequisite(
                "there is no such directory",
                where=str(self.state_directory),
                remedy="Make the state directory with playbooks/prepare_state.yml.",
            )
        seen = last_seen(self.state_directory / "reports", self.attestation.line)
        for time in itertools.count(1):
            self.path = self.state_directory / DIRECTORY / self.attestation.file_name_of(time)
            if not self.path.exists():
                return None
            try:
                recorded = read(self.path)
            except Problem:
                return None
            if seen is None or recorded.at > seen:
                return recorded
        return None

    def plan(self, present: Recorded | None) -> Sequence[Change]:
        """Return the recording, unless it was done."""
        if present is not None:
            return []
        said = self.attestation
        return [Change(f"attestation of line {said.line}", "create", after=f"{said.attested_by}: {said.statement}")]

    def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
        """Write the file."""
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        recorded = Recorded(self.attestation, datetime.now(UTC), os.environ.get("SUDO_USER") or getpass.getuser())
        text = json.dumps(recorded.as_dict(), indent=2) + "\n"
        files.write(self.path, text.encode(), files.PRIVATE_FILE)
        yield from changes

    def facts(self, present: Recorded | None) -> Mapping[str, object]:
        """Return where the file is."""
        return {"path": str(self.path), "line": self.attestation.line}
