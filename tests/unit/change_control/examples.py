# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change records for the tests, made by hand or of files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import Judged, Rules
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.records import ChangeRecord, Coverage
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.windows import Window

APPROVER = "Chair of the change advisory board <change-board@exams.example>"
NOON = datetime(2027, 2, 3, 12, 0, tzinfo=UTC)
RECORD = f"""---
id: SAS005-150
title: Deploy new Exam Scheduling solution
reference: Change advisory board 2027-01-12, item 4
approver: {APPROVER}
window: {{start: 2027-02-03T08:00, end: 2027-02-03T18:00, time_zone: Europe/London}}
covers: {{lines: ["1.3"], roles: [https], procedures: [rollback]}}
back_out: Put back what was there.
"""


def rules(directory: Path, *, require_signature: bool = False) -> Rules:
    return Rules(directory, require_signature, directory / "allowed_signers")


def write_record(directory: Path, text: str = RECORD) -> ChangeRecord:
    path = directory / "SAS005-150.yml"
    path.write_text(text, encoding="utf-8")
    return ChangeRecord.parse(path, path.read_bytes())


def window(start: datetime = NOON - timedelta(hours=4), end: datetime = NOON + timedelta(hours=6)) -> Window:
    zone = ZoneInfo("Europe/London")
    return Window(start.astimezone(zone), end.astimezone(zone), zone.key)


def judged(identifier: str = "A", *, fault: str = "", of: Window | None = None, **covers: Any) -> Judged:
    named = {kind: frozenset(covers.get(kind, ())) for kind in ("lines", "roles", "procedures")}
    record = ChangeRecord(
        id=identifier,
        title="Title",
        reference="Item 4",
        approver=APPROVER,
        window=of or window(),
        covers=Coverage(**named),
        back_out="Put it back.",
        path=Path(f"{identifier}.yml"),
        content=identifier.encode(),
    )
    return Judged(record, None, fault=fault)
