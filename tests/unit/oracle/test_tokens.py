# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of statements, and scripts taken apart."""

from __future__ import annotations

import pytest

from emulators.oracle.engine.errors import OracleError
from emulators.oracle.seed import statements
from emulators.oracle.sql.tokens import Words, tokenize


def test_words() -> None:
    text = "select \"a b\", 'it''s', q'<x'y>', 1.5e3, :b1 /* no */ || x$1 -- rest"
    found = [(each.kind, each.value) for each in tokenize(text)]
    assert found == [
        ("word", "SELECT"), ("quoted", "a b"), ("operator", ","), ("string", "it's"), ("operator", ","),
        ("string", "x'y"), ("operator", ","), ("number", "1.5e3"), ("operator", ","), ("bind", "B1"),
        ("operator", "||"), ("word", "X$1"), ("end", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "number", "position"),
    [
        ("select 'a", 1756, 7),
        ('select "a', 1756, 7),
        ("select /* a", 1742, 7),
        ("select ~1", 911, 7),
        ("a" * 129, 972, 0),
    ],
)
def test_what_is_no_word(text: str, number: int, position: int) -> None:
    with pytest.raises(OracleError) as error:
        tokenize(text)
    assert (error.value.number, error.value.position) == (number, position)


def test_that_reserved_words_are_names_only_if_they_are_quoted() -> None:
    assert Words('"SELECT"').name() == "SELECT"
    assert Words("owner").name() == "OWNER"
    with pytest.raises(OracleError, match="reserved word select"):
        Words("select").name()


def test_a_script() -> None:
    script = """
    -- a comment; with a semicolon
    CREATE TABLE t (a VARCHAR2(5) DEFAULT ';'); -- and another
    COMMENT ON TABLE t IS 'x; y';

    BEGIN
      NULL;
      NULL;
    END;
    /
    /* nothing; more */
    CREATE VIEW v AS
    SELECT a FROM t
    /
    GRANT SELECT ON v TO public
    """
    found = [each.split("\n")[-1].strip() for each in statements(script)]
    assert found == [
        "CREATE TABLE t (a VARCHAR2(5) DEFAULT ';')",
        "COMMENT ON TABLE t IS 'x; y'",
        "END;",
        "SELECT a FROM t",
        "GRANT SELECT ON v TO public",
    ]
