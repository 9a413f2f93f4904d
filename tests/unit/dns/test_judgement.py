# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer is worth: the declared set or not, by whom it was given, and for how long it may live."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.rcode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.judgement import judge, lags, newest_serial
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.records import declared_records, zone_name

(EXPECTED,) = declared_records(
    zone_name("zone", "exams.example"),
    [{"name": "www", "type": "A", "ttl": 300, "values": ["192.0.2.1", "192.0.2.2"]}],
    default_ttl=60,
    values_required=True,
)
SOA = "exams.example. 900 IN SOA ns.exams.example. hostmaster.exams.example. 1 2 3 4 60"


def answer(*lines: str, authority: str = "", flags: str = "QR AA", rcode: str = "NOERROR") -> dns.message.Message:
    text = f"id 1\nopcode QUERY\nrcode {rcode}\nflags {flags}\n;QUESTION\nwww.exams.example. IN A\n;ANSWER\n"
    return dns.message.from_text(text + "".join(f"{line}\n" for line in lines) + f";AUTHORITY\n{authority}\n")


WHOLE = ["WWW.exams.example. 300 IN A 192.0.2.2", "www.exams.example. 300 IN A 192.0.2.1"]


def test_that_order_and_case_do_not_matter() -> None:
    assert judge(EXPECTED, answer(*WHOLE), authoritative=True).agrees


@pytest.mark.parametrize(
    ("given_answer", "found", "missing"),
    [
        (answer(*WHOLE, flags="QR"), "not authoritative", False),
        (answer(WHOLE[1]), "300 A 192.0.2.1", False),
        (answer(*WHOLE, "www.exams.example. 300 IN A 192.0.2.3"), "192.0.2.3", False),
        (answer("www.exams.example. 60 IN A 192.0.2.1", "www.exams.example. 60 IN A 192.0.2.2"), "60 A", False),
        (answer("www.exams.example. 60 IN CNAME es.exams.example."), "60 CNAME es.exams.example.", True),
        (answer(authority=SOA), "no A records", True),
        (answer(authority=SOA, rcode="NXDOMAIN"), "no such name", True),
        (answer(flags="QR", rcode="REFUSED"), "REFUSED", False),
        (answer(flags="QR", rcode="SERVFAIL"), "SERVFAIL", False),
    ],
)
def test_what_an_authoritative_server_answers_otherwise(
    given_answer: dns.message.Message, found: str, missing: bool
) -> None:
    verdict = judge(EXPECTED, given_answer, authoritative=True)
    assert (verdict.agrees, verdict.missing, verdict.ttl_left) == (False, missing, None)
    assert found in verdict.found


def test_that_a_resolver_counts_the_ttl_down() -> None:
    cached = answer(*(line.replace(" 300 ", " 17 ") for line in WHOLE), flags="QR RA")
    assert judge(EXPECTED, cached, authoritative=False).agrees
    older = judge(EXPECTED, answer("www.exams.example. 17 IN A 192.0.2.9", flags="QR RA"), authoritative=False)
    assert (older.agrees, older.ttl_left) == (False, 17)


def test_that_a_negative_answer_lives_as_long_as_the_smaller_of_two_times() -> None:
    verdict = judge(EXPECTED, answer(authority=SOA, rcode="NXDOMAIN"), authoritative=False)
    assert (verdict.missing, verdict.ttl_left) == (True, 60)


@given(st.integers(0, 2**32 - 1), st.integers(1, 2**31 - 1))
def test_that_serials_wrap_around(serial: int, ahead: int) -> None:
    newer = (serial + ahead) % 2**32
    assert lags(serial, newer)
    assert not lags(newer, serial)
    assert not lags(serial, serial)
    assert newest_serial([serial, newer]) == newest_serial([newer, serial]) == newer


def test_that_without_serials_there_is_no_newest() -> None:
    assert newest_serial([]) is None
