# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was let begin: written before the work, read for backing out."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control import permits
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.decision import Begun
from tests.unit.change_control.examples import NOON

RUN = "2026-11-25T120000Z-abcdef"


def test_what_was_let_begin_is_found_again(tmp_path: Path) -> None:
    permits.append(tmp_path, RUN, NOON, {"1.3": "A", "rollback": "B"}, None)
    permits.append(tmp_path, RUN, NOON, {}, {"approver": "A. Name", "reason": "flood", "lines": ["1.6"]})
    assert permits.begun(tmp_path) == [Begun("1.3", "A"), Begun("rollback", "B")]
    assert stat.S_IMODE((tmp_path / permits.NAME).stat().st_mode) == 0o600
    assert permits.given(tmp_path, RUN)
    assert not permits.given(tmp_path, "2026-11-25T130000Z-abcdef")


def test_lines_that_cannot_be_read_count_for_nothing(tmp_path: Path) -> None:
    permits.append(tmp_path, RUN, NOON, {"1.3": "A"}, None)
    path = tmp_path / permits.NAME
    whole = path.read_text(encoding="utf-8")
    event = json.loads(whole)
    others = [
        {**event, "event": "task began"},
        {**event, "lines": []},
        {"v": 1, "at": event["at"], "event": "permit"},
        "permit",
    ]
    path.write_text("\n".join([*map(json.dumps, others), whole[:40], whole]), encoding="utf-8")
    assert permits.begun(tmp_path) == [Begun("1.3", "A")]
    assert permits.begun(tmp_path / "none") == []
