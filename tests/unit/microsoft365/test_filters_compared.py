# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recipient filters, compared: as Exchange writes them they are the same, and never the same for other mailboxes."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.recipient_filter import same
from emulators.microsoft365.messages import NotEmulated
from emulators.microsoft365.recipient_filter import FilterError, parse

TESTS = "UserPrincipalName -eq 'one@exams.example' -or UserPrincipalName -eq 'two@exams.example'"
NAMES = ("Alias", "CustomAttribute1", "MemberOfGroup")
VALUES = ("", "a", "b", "it's", "$null", "(a)")
MAILBOXES: list[Mapping[str, Any]] = [
    dict(zip(NAMES, values, strict=True)) for values in itertools.product(("a", "B", "it's", None), repeat=len(NAMES))
]

comparisons = st.tuples(
    st.sampled_from(NAMES), st.sampled_from(("-eq", "-ne", "-like", "-notlike")), st.sampled_from((*VALUES, None))
)
trees = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.tuples(st.just("-not"), inner),
        st.tuples(st.sampled_from(("-and", "-or")), st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


def spelt(tree: Any, taste: random.Random) -> str:
    """Return a filter in one of its spellings: brackets that change nothing, blanks, capitals, quotes."""

    def cased(text: str) -> str:
        return taste.choice((text, text.upper(), text.lower()))

    def bracketed(text: str, *, needed: bool) -> str:
        return f"({' ' * taste.randrange(2)}{text})" if needed or taste.randrange(3) == 0 else text

    if tree[0] == "-not":
        return f"{cased('-not')} {bracketed(spelt(tree[1], taste), needed=True)}"
    if tree[0] in ("-and", "-or"):
        joined = f"{' ' * taste.randrange(1, 3)}{cased(tree[0])} "
        # what is joined by the same word needs no brackets of its own, nor does a comparison
        return joined.join(bracketed(spelt(each, taste), needed=each[0] not in (*NAMES, tree[0])) for each in tree[1])
    name, operator, value = tree
    quote = taste.choice("'\"")
    text = "$null" if value is None else quote + (value.replace("'", "''") if quote == "'" else value) + quote
    return bracketed(f"{cased(name)} {cased(operator)} {text if value is None else cased(text)}", needed=False)


def test_what_exchange_gives_back_is_what_it_was_given() -> None:
    assert parse(TESTS).text != TESTS
    assert same(TESTS, parse(TESTS).text)
    assert same("(CustomAttribute1 -eq 'student' -OR customattribute1 -EQ \"Invigilator\")",
                "((CustomAttribute1 -eq 'student') -or (CustomAttribute1 -eq 'invigilator'))")  # fmt: skip


@given(trees, st.randoms(use_true_random=False))
def test_that_each_spelling_is_the_same_filter_and_so_is_exchanges(tree: Any, taste: random.Random) -> None:
    text = spelt(tree, taste)
    assert same(text, spelt(tree, taste))
    assert same(text, parse(text).text)


def grouped(parts: list[str], joined: list[str], taste: random.Random) -> str:
    """Return parts and what joins them in some order of evaluation, `-not` before some groups."""
    if not joined:
        return parts[0]
    cut = taste.randrange(len(joined))
    first = grouped(parts[: cut + 1], joined[:cut], taste)
    second = grouped(parts[cut + 1 :], joined[cut + 1 :], taste)
    return f"{taste.choice(('', '', '-not '))}(({first}) {joined[cut]} ({second}))"


@given(
    st.lists(st.sampled_from(("-and", "-or")), min_size=2, max_size=4),
    st.randoms(use_true_random=False),
    st.randoms(use_true_random=False),
)
def test_that_the_same_filter_has_the_same_mailboxes(
    joined: list[str], one: random.Random, other: random.Random
) -> None:
    names = [*NAMES, *NAMES][: len(joined) + 1]
    parts = [f"{name} -eq '{'ab'[place // len(NAMES)]}'" for place, name in enumerate(names)]
    first, second = grouped(parts, joined, one), grouped(parts, joined, other)
    if same(first, second):
        assert [parse(first)(each) for each in MAILBOXES] == [parse(second)(each) for each in MAILBOXES]


@given(trees, st.randoms(use_true_random=False))
def test_that_a_filter_that_was_altered_is_not_taken_for_what_it_was(tree: Any, taste: random.Random) -> None:
    text = spelt(tree, taste)
    brackets = [place for place, sign in enumerate(text) if sign in "()"]
    altered = list(text)
    for place in taste.sample(brackets, min(len(brackets), 2 * taste.randrange(3))):
        altered[place] = " "
    for bracket in taste.choice(("", "()")):
        altered.insert(taste.randrange(len(altered)), bracket)
    for _each in range(taste.randrange(2)):
        altered.insert(taste.randrange(len(altered)), taste.choice((" -not ", "-", "'", " ")))
    found = "".join(altered)
    try:
        passes = [parse(found)(each) for each in MAILBOXES]
    except (FilterError, NotEmulated):
        return  # no filter any more, which no scope has
    if same(text, found):
        assert passes == [parse(text)(each) for each in MAILBOXES]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(Alias -eq 'a' -or Alias -eq 'b') -and City -eq 'c'", "Alias -eq 'a' -or (Alias -eq 'b' -and City -eq 'c')"),
        ("-not (Alias -eq 'a' -or Alias -eq 'b')", "(-not (Alias -eq 'a')) -or Alias -eq 'b'"),
        ("Alias -eq 'a' -or Alias -eq 'b'", "Alias -eq 'a' -and Alias -eq 'b'"),
        ("Alias -eq '$null'", "Alias -eq $null"),
        ("Alias -eq 'it''s'", "Alias -eq \"it''s\""),
        ("Alias -eq 'a) -or (Alias -eq b'", "(Alias -eq 'a') -or (Alias -eq 'b')"),
        ("Alias -eq 'a' -or Alias -eq 'b' -and Alias -eq 'c'", "Alias -eq 'a' -or (Alias -eq 'b' -and Alias -eq 'c')"),
        ("by hand", "by  hand"),
    ],
)
def test_what_is_not_the_same(one: str, other: str) -> None:
    assert not same(one, other)
    assert same(one, f" {one} ")
