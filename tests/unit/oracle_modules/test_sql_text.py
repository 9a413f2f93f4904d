# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL taken apart: what counts, what does not, and what a query reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.sql_text import (
    literal,
    normalised,
    stars,
    tokens,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_references import references
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

PIECES = ["select", "a.b", "'it''s -- no comment'", '"Mixed Case"', "q'[a ] ' b]'", "1.5e3", "<=", "||", "(", ")", ",",
          "/*+ hint */", "x$y#z", "N'text'", ":=", "ÄÖ"]  # fmt: skip
GAPS = st.sampled_from([" ", "\n", "\t ", " /* a comment ' */ ", ' -- to the end " \n'])


@given(st.lists(st.sampled_from(PIECES), min_size=1), st.data())
def test_that_spaces_and_comments_make_no_difference(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(piece + data.draw(GAPS) for piece in pieces)
    assert normalised(text) == normalised(" ".join(pieces))
    assert normalised(normalised(text)) == normalised(text)


@given(st.lists(st.sampled_from(PIECES), min_size=1))
def test_that_cases_count_only_in_texts_and_quoted_names(pieces: list[str]) -> None:
    text = " ".join(pieces)
    assert (normalised(text.upper()) == normalised(text)) == (
        not any(piece[0] in "'\"q/N" and piece != piece.upper() for piece in pieces)
    )


@given(st.text())
def test_that_a_literal_is_one_token_that_says_the_same(text: str) -> None:
    (token,) = tokens(literal(text))
    assert token.kind == "string"
    assert token.text[1:-1].replace("''", "'") == text


@pytest.mark.parametrize("text", ["select 'a", 'select "a', "select /* a"])
def test_that_what_has_no_end_is_said(text: str) -> None:
    with pytest.raises(Problem, match="begun and not ended"):
        tokens("\n" + text)


def test_that_stars_for_columns_are_told_from_products() -> None:
    found = stars(tokens("SELECT *, a.*, b * c, COUNT(*), 2*3 FROM t WHERE EXISTS (SELECT * FROM u) AND x = '*'"))
    assert [token.start for token in found] == [7, 12, 64]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('SELECT 1 FROM a, S.b x, "C c" y', ["A", "S.B", "C c"]),
        ("SELECT 1 FROM a JOIN (b LEFT JOIN c ON b.x = c.x) ON f(a.x, 1) = 2, d", ["A", "B", "C", "D"]),
        ("WITH v (a, b) AS (SELECT 1, 2 FROM t1), w AS (SELECT 1 FROM v) SELECT 1 FROM v, w, t2", ["T1", "T2"]),
        ("SELECT EXTRACT(YEAR FROM a.d), TRIM(LEADING 'x' FROM a.e) FROM a", ["A"]),
        ("SELECT (SELECT MAX(x) FROM b) FROM a WHERE EXISTS (SELECT 1 FROM c) AND y IN (1, 2)", ["B", "A", "C"]),
        ("SELECT 1 FROM a@link UNION ALL SELECT 2 FROM b -- FROM c\n MINUS SELECT 3 FROM 'd', e", ["A@", "B", "E"]),
        ("SELECT 1 FROM TABLE(f(1)), LATERAL (SELECT 1 FROM a), b CROSS JOIN c ORDER BY d, e", ["A", "B", "C"]),
        ("SELECT from_date, joiner FROM a WHERE b = 'FROM c'", ["A"]),
    ],
)
def test_that_what_a_query_reads_is_found(query: str, expected: list[str]) -> None:
    found = references(query)
    names = [".".join(filter(None, (each.owner, each.name))) + "@" * each.link for each in found]
    assert names == expected
