# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The making of an approval: read what is there, plan what is missing, write it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.files import PUBLIC_FILE, write
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    Change,
    InvalidParameter,
    Problem,
    Resource,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import (
    Examined,
    Rules,
    approve,
    examine,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.records import Record


class ApprovalFiles(Resource[Examined, Change]):
    """The approval of a record, and the signature where there is one."""

    def __init__(
        self,
        record: Record,
        *,
        rules: Rules,
        now: datetime,
        key: Path | None = None,
        kind: str = "minute",
        reference: str | None = None,
        quote: str | None = None,
    ) -> None:
        """Keep the record, what is demanded of its approval, and the evidence: a key, a quote, or none to look only."""
        self.record = record
        self.rules = rules
        self.now = now
        self.key = key
        self.kind = kind
        self.reference = reference
        self.quote = quote

    def read(self) -> Examined:
        """Return the record with what there is of its approval."""
        return examine(self.record, self.rules, self.now)

    def plan(self, present: Examined) -> Sequence[Change]:
        """Return the files to write: none if the approval holds already and says the same.

        Raises:
            Problem: the record would not be approved by them.
        """
        if self.key is None and self.quote is None:
            return []
        if self.key is None and self.rules.require_signature:
            raise InvalidParameter(
                "quote",
                self.quote,
                "change_control_require_signature is on, so that only a signature counts",
                "Let the approver sign it: playbooks/sign.yml -e key=…",
            )
        approval = present.approval
        if approval is not None and present.approved:
            says = (approval.kind, approval.reference, approval.quote)
            if says == ("signature", "", "") if self.key else says == (self.kind, self.reference, self.quote):
                return []
        files = self._approving()
        return [_change(path, content) for path, content in files.items()]

    def _approving(self) -> Mapping[Path, str]:
        """Return the files that approve the record.

        Raises:
            Problem: they would not.
        """
        files = approve(
            self.record,
            self.rules.directory,
            approved=self.now.replace(microsecond=0),
            key=self.key,
            kind=self.kind,
            reference=self.reference or "",
            quote=self.quote or "",
        )
        # as they would be read, before any of it is written
        with TemporaryDirectory() as directory:
            for path, content in files.items():
                Path(directory, path.name).write_text(content, encoding="utf-8")
            fault = examine(self.record, replace(self.rules, directory=Path(directory)), self.now).fault
        if fault:
            raise Problem(
                f"{self.record.id} would not be approved by it",
                found=fault.replace(directory, str(self.rules.directory)),
                remedy="Have it signed with a key of the approver's that stands in change_control_allowed_signers.",
            )
        return files

    def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
        """Write each file; the approval last, since it is what counts."""
        self.rules.directory.mkdir(parents=True, exist_ok=True)
        for change in reversed(changes):
            path = Path(change.item)
            write(path, str(change.after).encode(), PUBLIC_FILE)
            yield change

    def facts(self, present: Examined) -> Mapping[str, object]:
        """Return the digest, and whether the record was approved before."""
        return {"digest": self.record.digest, "approved": present.approved}

    def message(self, changes: Sequence[Change], *, check_mode: bool) -> str:
        """Say what stands, or what the approver has to write."""
        record, judged = self.record, self.read()
        files = ", ".join(change.item for change in changes)
        if changes and check_mode:
            return f"{record.id} would be approved by {record.approver}: {files}"
        if changes:
            return f"{record.id} is approved by {record.approver}: {files}"
        if judged.approved:
            return f"{record.id} is approved: {judged.evidence}"
        return (
            f"{record.id}: {judged.fault} What {record.approver} has to quote, in a minute or in a "
            f"comment of the ticket: {record.digest}"
        )


def _change(path: Path, content: str) -> Change:
    """Return the writing of a file."""
    before = path.read_text(encoding="utf-8") if path.exists() else None
    return Change(str(path), "create" if before is None else "update", before=before, after=content)
