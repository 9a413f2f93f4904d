# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names as they are given, and what they cover."""

from __future__ import annotations

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.specification import canonical_name
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.examination import covers

LABEL = st.from_regex(re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,20}[a-zA-Z0-9])?", re.ASCII), fullmatch=True)
LAST = st.from_regex(re.compile(r"[a-zA-Z]{2,10}", re.ASCII), fullmatch=True)
NAME = st.builds(lambda labels, last: ".".join([*labels, last]), st.lists(LABEL, min_size=1, max_size=4), LAST)


@given(NAME)
def test_a_name_is_kept_in_lower_case_and_wildcards_of_it_too(name: str) -> None:
    assert canonical_name("p", name) == name.lower() == canonical_name("p", name.lower())
    assert canonical_name("p", f"*.{name}") == f"*.{name.lower()}"


@given(st.ip_addresses())
def test_an_address_is_written_in_one_way(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert canonical_name("p", str(address)) == canonical_name("p", address.exploded.upper()) == str(address)


@pytest.mark.parametrize(
    "name",
    ["", ".", "a..example", "-a.example", "a-.example", "a.example.", "a b.example", "https://a.example",
     "a.example:443", "*", "*.example", "a.*.example", "1.2.3", "fe80::1%eth0", "a" * 64 + ".example",
     ".".join(["a" * 60] * 5)],
)  # fmt: skip
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidParameter, match="names"):
        canonical_name("certificates[0].names[0]", name)


@given(NAME)
def test_a_name_covers_itself_in_any_case(name: str) -> None:
    assert covers(name.upper(), name.lower())


@given(LABEL, NAME)
def test_a_wildcard_covers_one_label_and_no_more(label: str, name: str) -> None:
    assert covers(f"*.{name}", f"{label}.{name}")
    assert not covers(f"*.{name}", name)
    assert not covers(f"*.{name}", f"{label}.{label}.{name}")


@pytest.mark.parametrize(
    ("pattern", "host"), [("*.example", "a.example"), ("a*.b.example", "ab.b.example"), ("*", "a")]
)
def test_other_wildcards_cover_nothing(pattern: str, host: str) -> None:
    assert not covers(pattern, host)
