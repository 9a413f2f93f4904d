# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated advisory board: signs LIVE's change records and sign-offs as they are when the estate starts."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import approve
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.records import Record, read_records
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.sign_offs import (
    SignOff,
    read_sign_offs,
)

APPROVED = datetime(2027, 1, 12, 15, 0, tzinfo=UTC)
"""The meeting of the board, on the rehearsal's calendar."""


def sign_records(records: Path, approvals: Path) -> None:
    """Approve each change record by a signature of a key that is made for this rehearsal.

    Args:
        records: the directory of the change records.
        approvals: where approvals, signatures, the key and the allowed-signers file are kept.

    Raises:
        Problem: a record is none, or it could not be signed.
    """
    approvals.mkdir(mode=0o700, exist_ok=True)
    key = approvals / "board"
    if not key.exists():
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "rehearsal", "-f", str(key)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    changes, problems = read_records(records)
    if problems:
        raise problems[0]
    found: list[Record] = [*changes, *read_sign_offs(records)]
    public = key.with_suffix(".pub").read_text(encoding="utf-8")
    signers = "".join(f"{principal} {public}" for principal in sorted({record.principal for record in found}))
    (approvals / "allowed_signers").write_text(signers, encoding="utf-8")
    for record in found:
        approved = record.tested if isinstance(record, SignOff) else APPROVED
        for path, content in approve(record, approvals, approved=approved, key=key).items():
            path.write_text(content, encoding="utf-8")
