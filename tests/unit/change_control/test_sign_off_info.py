# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a sign-off that `sign_off_info` writes is one that can be approved."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from ansible._internal._datatag._tags import TrustedAsTemplate

from ansible_collections.uoe.exam_scheduling.plugins.action.sign_off_info import _record
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.sign_offs import SignOff

NOW = datetime(2027, 2, 23, 15, 30, tzinfo=UTC)
ASKED = {
    "artefact": "validation_by_business_user",
    "digest": "0c6cc09e4f4f35fb0ad6b6c36a5d7f0e5fdd1dfb1fe26fb4d80e3ee9e4b1b7d0",
    "title": "Validation by the business user",
    "approver": "Head of the exams office <exams-office@exams.example>",
    "tested_by": "Exams office",
    "valid_days": 180,
}


def test_that_the_record_is_a_sign_off_of_just_this_content() -> None:
    record = _record(ASKED, "live", NOW)
    assert record["id"] == "validation-by-business-user-0c6cc09e4f4f"
    sign_off = SignOff.parse(Path(f"{record['id']}.yml"), record["text"].encode())
    assert (sign_off.artefact, sign_off.content_digest) == (ASKED["artefact"], ASKED["digest"])
    assert (sign_off.tested.isoformat(), (sign_off.valid_until - sign_off.tested).days) == (
        "2027-02-23T00:00:00+00:00",
        180,
    )


def test_that_the_record_of_a_day_is_always_the_same() -> None:
    assert _record(ASKED, "live", NOW) == _record(ASKED, "live", NOW.replace(hour=9))


def test_that_what_comes_of_templates_is_text_like_any_other() -> None:
    tagged = {name: TrustedAsTemplate().tag(value) for name, value in ASKED.items() if isinstance(value, str)}
    assert _record({**ASKED, **tagged}, "live", NOW) == _record(ASKED, "live", NOW)


def test_that_what_is_no_digest_is_refused() -> None:
    with pytest.raises(Problem, match="it is no SHA-256"):
        _record({**ASKED, "digest": "0c6c"}, "live", NOW)
