# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a release was validated: by whom, of what, and what has changed since."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.validation import (
    digest_of,
    evidence_of,
    judgement,
)
from tests.role_variables import concluded
from tests.unit.inventories.test_inventories import of_environment

INPUTS = {"views": "a", "reference data": "b"}
PERMIT = {"now": "2027-02-23T10:00:00+00:00", "journal": "run=1 change=SAS005-150 by=somebody"}


def properties(state: str, **others: str) -> dict[str, str]:
    return {"exam_scheduling_validation": evidence_of(state, INPUTS, PERMIT, {}), **others}


def test_that_what_was_signed_off_stands_until_an_input_is_another_one() -> None:
    stands = judgement(INPUTS, properties("signed off"))
    assert (stands["validated"], stands["stale"]) == (True, [])
    assert stands["expected"] == stands["found"]
    changed = judgement({**INPUTS, "views": "c"}, properties("signed off"))
    assert (changed["validated"], changed["stale"]) == (False, ["views"])
    further = judgement({**INPUTS, "universe": "7"}, properties("signed off"))
    assert further["stale"] == ["universe"], "what was not looked at then is not validated"


@pytest.mark.parametrize("state", ["open", "refused"])
def test_that_one_that_is_open_or_refused_is_none(state: str) -> None:
    stands = judgement(INPUTS, properties(state))
    assert (stands["validated"], stands["state"]) == (False, state)


@pytest.mark.parametrize("held", [None, {}, {"exam_scheduling_validation": "no JSON"}])
def test_that_nothing_or_what_cannot_be_read_is_no_validation(held: dict[str, str] | None) -> None:
    stands = judgement(INPUTS, held)
    assert (stands["validated"], stands["state"], stands["stale"]) == (False, "none", [])


def test_that_a_load_which_broke_off_is_told_from_one_that_is_open() -> None:
    loaded = {"exam_scheduling_data": f"loaded for validation: {PERMIT['journal']}"}
    assert judgement(INPUTS, loaded)["broken_off"] is True
    assert judgement(INPUTS, properties("signed off", **loaded))["broken_off"] is True, "of an earlier release"
    for rows in (None, 10220):
        assert judgement(INPUTS, properties("open", **loaded), rows)["broken_off"] is False
    assert judgement(INPUTS, {"exam_scheduling_data": "loaded for dry run: run=1"})["loaded"] is False


def test_that_a_load_which_broke_off_is_not_open_since_one_before_it_was() -> None:
    mark = "loaded for validation: run=2 change=SAS005-150 by=somebody"
    again = judgement(INPUTS, properties("open", exam_scheduling_data=mark), 4180)
    assert (again["state"], again["loaded"], again["broken_off"]) == ("open", True, True)
    assert "step=open" in again["remedies"]["validation"]


def test_that_nothing_is_open_where_nothing_is_left_of_what_was_loaded() -> None:
    mark = f"loaded for validation: {PERMIT['journal']}"
    stands = judgement(INPUTS, properties("open", exam_scheduling_data=mark), 0)
    assert (stands["broken_off"], stands["opened"]) == (True, True)


@pytest.mark.parametrize(
    ("evidence", "mark", "has_snapshot", "rows", "is_cleared"),
    [
        ("open", PERMIT["journal"], False, 0, True),
        ("open", PERMIT["journal"], True, 0, False),  # somebody else has cleared it: a closing would have reverted
        ("open", PERMIT["journal"], False, 10220, False),
        ("open", "run=2", False, 0, False),  # a load after it, which was never opened
        ("signed off", PERMIT["journal"], False, 0, False),
        ("none", PERMIT["journal"], False, 0, False),
    ],
)
def test_that_a_closing_that_broke_off_without_a_snapshot_is_told_from_a_load_that_was_never_opened(
    evidence: str, mark: str, has_snapshot: bool, rows: int, is_cleared: bool
) -> None:
    held = {} if evidence == "none" else properties(evidence)
    stands = judgement(INPUTS, held | {"exam_scheduling_data": f"loaded for validation: {mark}"}, rows)
    seen: dict[str, Any] = {"validation_stands": stands, "validation_has_snapshot": has_snapshot}
    assert concluded("validation", "validation_is_cleared", **seen) is is_cleared


def test_that_once_in_service_the_release_may_change() -> None:
    stands = judgement({**INPUTS, "views": "c"}, properties("signed off", exam_scheduling_service="live"))
    assert (stands["validated"], stands["expected"]) == (True, {"validation": "signed off"})


def test_that_the_digest_is_of_the_content_and_not_of_its_order() -> None:
    assert digest_of(INPUTS) == digest_of(dict(reversed(INPUTS.items())))
    assert digest_of(INPUTS) != digest_of({**INPUTS, "views": "c"})


def test_what_the_evidence_says_and_that_it_has_room() -> None:
    said: dict[str, Any] = json.loads(evidence_of("refused", INPUTS, PERMIT, {"refused_by": "A. N. Other"}))
    assert said["refused_by"] == "A. N. Other"
    assert said["at"] == PERMIT["now"]
    with pytest.raises(InvalidParameter):
        evidence_of("perhaps", INPUTS, PERMIT, {})
    with pytest.raises(ValueError, match="an extended property takes 3750"):
        evidence_of("refused", INPUTS, PERMIT, {"reason": "x" * 4000})


SIGNED_IN = "2027-02-23 10:00:00,000 INFO (null) Signs in to Office 365 as 1 with certificate 2\n"
PASS = "2027-02-23 10:00:01,000 INFO (null) Synchronised: {} events written, {} queued\n"


@pytest.mark.parametrize(
    ("before", "since", "says"),
    [
        (PASS.format(9000, 0), SIGNED_IN, False),  # it has made no pass since
        (PASS.format(0, 0), SIGNED_IN, False),  # the last one was of a validation that was closed
        (PASS.format(0, 0) + SIGNED_IN, SIGNED_IN, False),
        (PASS.format(9000, 0), SIGNED_IN + PASS.format(8950, 8950), False),
        (PASS.format(9000, 0), SIGNED_IN + PASS.format(8950, 8950) + PASS.format(0, 0), True),
        (PASS.format(0, 0), SIGNED_IN + PASS.format(10, 0), False),
        (PASS.format(0, 0), SIGNED_IN + PASS.format(0, 0), True),
        ("Grüße\n" + PASS.format(10, 0), SIGNED_IN + PASS.format(0, 0), True),
        (PASS.format(10, 0), "", False),
        (PASS.format(0, 10), "", False),
        (None, SIGNED_IN + PASS.format(0, 0), True),
        (None, "", False),
    ],
)
def test_that_calsync_has_taken_all_away_once_its_last_pass_since_its_start_says_so(
    before: str | None, since: str, says: bool
) -> None:
    stat = {"exists": False} if before is None else {"exists": True, "size": len(before.encode())}
    expression = concluded(
        "validation",
        "validation_nothing_left",
        calsync_pass=of_environment("live")["calsync_pass"],
        validation_log_before={"stat": stat},
    )
    assert (re.search(expression, (before or "") + since) is not None) is says


@pytest.mark.parametrize(("publication", "quiet"), [("held", True), ("open", False)])
def test_that_an_empty_queue_says_nothing_of_students_calendars_while_publication_is_open(
    publication: str, quiet: bool
) -> None:
    seen: dict[str, Any] = {"exam_publication": publication, "calsync_proof_of_mailboxes": {"proven": True}}
    queued = {"results": [{"matched": 0}]}
    assert concluded("validation", "validation_calsync_is_quiet", publication_queued=queued, **seen) is quiet
