# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hand-overs: what somebody else has to do, written down so exactly that they need to ask nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import files
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    Change,
    InvalidParameter,
    MissingPrerequisite,
    Resource,
)


@dataclass(frozen=True)
class HandOver:
    """One request to another party, for one line of the plan."""

    line: str
    recipient: str
    title: str
    content: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)*", self.line):
            raise InvalidParameter("line", self.line, "no line of the plan is called so", "Give it like 1.2.")
        for name in ("recipient", "title", "content"):
            if not getattr(self, name).strip():
                raise InvalidParameter(name, getattr(self, name), "it is empty", "Say it, they will ask.")

    @property
    def file_name(self) -> str:
        """The line and the title, fit for every file system: `1.2-firewall-request.md`."""
        slug = re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")
        return f"{self.line}-{slug}.md"

    def text(self) -> str:
        """Return the file's content. It bears no date, so that the same request is the same file."""
        return (
            f"# {self.title}\n\n"
            f"- For: {self.recipient}\n"
            f"- Line of the implementation plan: {self.line}\n"
            f"- When done: nothing to send; the next run proves it, and the line stops waiting for you.\n\n"
            f"{self.content.rstrip()}\n"
        )


class HandOverFile(Resource["str | None", Change]):
    """The file of a hand-over, in the directory where the team looks for them."""

    def __init__(self, directory: Path, hand_over: HandOver) -> None:
        """Keep where the file goes and what it says."""
        self.directory = directory
        self.hand_over = hand_over
        self.path = directory / hand_over.file_name

    def read(self) -> str | None:
        """Return what the file says now, None if there is none."""
        if not self.directory.parent.is_dir():
            raise MissingPrerequisite(
                "there is no such directory",
                where=str(self.directory.parent),
                remedy="Make the state directory with playbooks/prepare_state.yml.",
            )
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def plan(self, present: str | None) -> Sequence[Change]:
        """Return the writing of the file, if it says something else or is not there."""
        text = self.hand_over.text()
        if present == text:
            return []
        return [Change(str(self.path), "update" if present is not None else "create", before=present, after=text)]

    def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
        """Write the file."""
        self.directory.mkdir(mode=0o700, exist_ok=True)
        files.write(self.path, self.hand_over.text().encode(), files.PRIVATE_FILE)
        yield from changes

    def facts(self, present: str | None) -> Mapping[str, object]:
        """Return where the file is and whom the line waits for."""
        return {"path": str(self.path), "waiting_for": self.hand_over.recipient, "line": self.hand_over.line}
