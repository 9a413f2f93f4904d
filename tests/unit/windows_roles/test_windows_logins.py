# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose login is whose, and what has become of it: no password is tried on a second host once it was rejected."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.windows_logins import rejection, standing

REJECTED = "ssl: the specified credentials were rejected by the server"
OFF = "Connection timed out"


def host(word: str | None = "p", **facts: Any) -> dict[str, Any]:
    return {"ansible_user": "svc", **({} if word is None else {"ansible_password": word}), **facts}


def test_that_one_of_those_with_the_same_login_is_asked_first() -> None:
    found = standing({"a": host(), "b": host(), "c": host("other"), "d": host(None), "e": host(None)}, "abcde")
    assert {name: each["first"] for name, each in found.items()} == {"a": "a", "b": "a", "c": "c", "d": "d", "e": "e"}
    assert not any(each["let_in"] or each["rejected"] for each in found.values())


def test_that_what_hosts_of_other_plays_have_said_counts() -> None:
    laptop = host(windows_product_unanswered=REJECTED)
    assert standing({"laptop": laptop, "b": host()}, "b")["b"]["rejected"] == REJECTED
    assert standing({"laptop": host(windows_product_let_in=True), "b": host()}, "b")["b"]["let_in"] is True
    off = standing({"off": host(windows_product_unanswered=OFF), "b": host(), "c": host()}, ["off", "b", "c"])
    assert {each["first"] for name, each in off.items() if name != "off"} == {"b"}, "one that is off says nothing of it"
    assert not any(each["rejected"] for each in off.values())


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["p", "q", None]), min_size=1))
def test_that_each_login_is_tried_on_one_host(passwords: dict[str, str | None]) -> None:
    found = standing({name: host(password) for name, password in passwords.items()}, list(passwords))
    first = [each["first"] for name, each in found.items() if passwords[name] is not None]
    assert len(set(first)) == len({each for each in passwords.values() if each is not None})
    assert all(passwords[each["first"]] == passwords[name] for name, each in found.items())


@pytest.mark.parametrize(
    ("said", "is_rejection"),
    [(REJECTED, True), ("Kerberos auth failure for principal svc", True), (OFF, False), (None, False), ("", False)],
)
def test_what_is_a_rejection(said: str | None, is_rejection: bool) -> None:
    assert bool(rejection(said)) == is_rejection
