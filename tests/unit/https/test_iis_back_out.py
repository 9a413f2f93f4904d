# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of an IIS site before its first certificate, and what brings it back."""

from __future__ import annotations

from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.iis_back_out import back_out, before
from tests.unit.https.test_iis_exchange import CERTIFICATE, NEW, OLD, OTHER, binding, done, planned, site, stored

SITE = "Exam Scheduler"
FIRST_DAY = site(binding(), binding("x.exams.example", OTHER))
AFTER = done(binding("", NEW), binding("x.exams.example", OTHER))
NAMES = [{"ip": "*", "port": 443, "hostname": name} for name in CERTIFICATE["names"]]


def kept(record: dict[str, Any], *sites: dict[str, Any]) -> dict[str, Any]:
    return before(record, exchange=planned(*sites), site=SITE, sites=sites)


def netsh(*bound: tuple[str, str], words: str = "Certificate Hash") -> str:
    return (
        "\r\n\r\n".join(f"    IP:port    : {place}\r\n    {words}  : {each.lower()}" for place, each in bound) + "\r\n"
    )


RECORD = kept({}, FIRST_DAY)


def test_that_the_first_run_keeps_what_it_changes_and_what_it_imports() -> None:
    assert RECORD["imported"] == [NEW]
    assert [each["before"] for each in RECORD["bindings"]] == [None, None, binding()]


def test_that_a_later_run_adds_and_does_not_replace() -> None:
    later = {**CERTIFICATE, "names": [*CERTIFICATE["names"], "new.exams.example"]}
    exchange = planned(AFTER, certificate=later, store=stored(NEW, OLD))
    again = before(RECORD, exchange=exchange, site=SITE, sites=[AFTER])
    assert again["bindings"][:3] == RECORD["bindings"]
    assert [each["hostname"] for each in again["bindings"][3:]] == ["new.exams.example"]
    assert again["imported"] == [NEW]


def test_that_bindings_go_back_and_the_certificate_goes() -> None:
    undo = back_out(RECORD, sites=[AFTER], store=stored(OLD, NEW, OTHER))
    assert undo == {
        "sites": [{"name": SITE, "add": [binding()], "remove": NAMES}],
        "certificates": [NEW],
        "kept": [],
    }
    assert back_out(RECORD, sites=[FIRST_DAY], store=stored(OLD, OTHER)) == {
        "sites": [],
        "certificates": [],
        "kept": [],
    }


def test_that_what_somebody_else_has_bound_since_stays() -> None:
    theirs = site(*(binding(name, OTHER) for name in CERTIFICATE["names"]), binding("", OTHER))
    undo = back_out(RECORD, sites=[theirs], store=stored(OLD, NEW, OTHER))
    assert undo == {"sites": [], "certificates": [NEW], "kept": []}


def test_that_a_binding_whose_certificate_is_gone_goes_too() -> None:
    undo = back_out(RECORD, sites=[AFTER], store=stored(NEW))
    assert undo["sites"][0]["add"] == []
    assert undo["sites"][0]["remove"] == [*NAMES, {"ip": "*", "port": 443, "hostname": ""}]


def test_that_a_certificate_that_is_bound_elsewhere_stays() -> None:
    other_site = site(binding("y.exams.example", NEW), name="Other")
    assert back_out(RECORD, sites=[AFTER, other_site], store=stored(OLD, NEW))["kept"] == [NEW]
    for words in ("Certificate Hash", "Zertifikathash"):
        listener = netsh(("0.0.0.0:443", NEW), ("0.0.0.0:5986", NEW), words=words)
        assert back_out(RECORD, sites=[AFTER], store=stored(OLD, NEW), in_use=listener)["kept"] == [NEW]
    own = netsh(
        ("0.0.0.0:443", NEW), ("s.exams.example:443", NEW), ("es.exams.example:443", NEW), ("0.0.0.0:5986", OTHER)
    )
    assert back_out(RECORD, sites=[AFTER], store=stored(OLD, NEW), in_use=own)["certificates"] == [NEW]


def test_that_nothing_is_done_where_nothing_is_kept() -> None:
    assert back_out({}, sites=[AFTER], store=stored(OLD, NEW)) == {"sites": [], "certificates": [], "kept": []}
    assert back_out(RECORD, sites=[], store=stored(OLD)) == {"sites": [], "certificates": [], "kept": []}
