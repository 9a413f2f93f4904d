# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TXT record that tells who changed a zone: part of each message, and of nothing else."""

from __future__ import annotations

from typing import Any

import dns.message
import dns.name
import dns.rdata
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.declaration import declaration_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.journal_record import JournalRecord, journal_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.planner import plan_zone
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.update import batches
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

ZONE = dns.name.from_text("exams.example.")


def params(name: str = "_exam-scheduling", entry: str = "run=1", *records: dict[str, Any]) -> dict[str, Any]:
    declared = records or ({"name": "www", "type": "A", "values": ["192.0.2.1"]},)
    return {
        "zone": "exams.example",
        "records": [{"ttl": None, "ptr": False, **record} for record in declared],
        "default_ttl": 300,
        "reverse_zones": [],
        "journal": {"name": name, "entry": entry},
    }


def journal(given: dict[str, Any]) -> JournalRecord | None:
    return journal_from(given, declaration_from(given))


def test_every_message_of_several_has_the_entry_and_fits() -> None:
    records = [{"name": f"host-{number}", "type": "TXT", "values": ["x" * 200]} for number in range(60)]
    given = params("_exam-scheduling", "run=1", *records)
    changes = plan_zone(ZONE, declaration_from(given).records, {}, "present")
    prepared = batches(ZONE, changes, key=None, journal=journal(given), limit=4000)
    assert len(prepared) > 1
    for message, _changes in prepared:
        wire = message.to_wire()
        assert len(wire) <= 4000
        update = dns.message.from_wire(wire).sections[2]  # the update section (RFC 2136 section 2)
        entries = [rrset for rrset in update if str(rrset.name) == "_exam-scheduling.exams.example."]
        assert [len(rrset) for rrset in entries] == [0, 1], "what was there is deleted, then the entry is added"
        assert entries[1][0].strings == (b"run=1",)
        assert not [
            rrset for rrset in dns.message.from_wire(wire).sections[1] if str(rrset.name).startswith("_exam-scheduling")
        ], "it is not asserted: whoever wrote it last"


@given(st.text())
def test_any_entry_fits_into_a_string(entry: str) -> None:
    record = journal(params(entry=entry))
    assert record is not None
    assert len(record.entry) <= 255
    assert entry.encode(errors="surrogatepass").startswith(record.entry)
    record.entry.decode()


@pytest.mark.parametrize("name", ["@", "", "_journal.exams.example.", "a..b", "www"])
def test_a_name_that_cannot_be_meant_is_refused(name: str) -> None:
    with pytest.raises(InvalidParameter, match=r"^journal\.name="):
        journal(params(name))


def test_no_journal_unless_it_is_asked_for() -> None:
    given = params()
    given["journal"] = None
    assert journal(given) is None
