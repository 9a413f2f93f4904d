# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar: nothing of a statement is left out in silence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.errors import REFUSED, SqlError
from emulators.sql.tsql import statements
from emulators.sql.tsql.batch import RULES, parse
from emulators.sql.tsql.catalogue import parse_expression
from emulators.sql.tsql.tokens import tokenize


def number(text: str) -> int:
    with pytest.raises(SqlError) as caught:
        parse(text)
    return caught.value.number


@given(st.text())
def test_that_any_string_is_a_literal(text: str) -> None:
    found = parse_expression("N'" + text.replace("'", "''") + "'")
    assert isinstance(found, tree.Literal)
    assert found.value == text


@given(st.text(min_size=1).filter(lambda text: "\0" not in text))
def test_that_any_name_can_be_quoted(name: str) -> None:
    assert parse_expression("[" + name.replace("]", "]]") + "]") == tree.Column((name,))


@given(
    st.lists(
        st.sampled_from(
            ["SELECT", "1", "'x'", "FROM", "a", ",", "(", ")", "=", "AND", "GROUP", "BY", "ORDER", "@v", "*", "+"]
        ),
        max_size=12,
    )
)
def test_that_any_words_are_parsed_or_refused(words: list[str]) -> None:
    try:
        parse(" ".join(words))
    except SqlError as error:
        assert error.number in (102, REFUSED, 156, 2715)  # noqa: PT017 (most of them are refused, some are statements)


@given(st.sampled_from(["zzz", "1 2", "FOR XML", "(", ")", "'x'", "@x", "WITHIN"]))
def test_that_what_follows_a_statement_is_not_dropped(rest: str) -> None:
    statement = "SELECT name FROM sys.databases AS d WHERE name = 'x' ORDER BY name"
    parse(statement)
    assert number(f"{statement} {rest}") in (102, REFUSED)


def test_comments_are_nested_and_strings_are_not_searched() -> None:
    assert [each.text for each in tokenize("a /* b /* c */ d */ '--x' -- e\n f")] == ["a", "'--x'", "f", ""]
    assert number("SELECT 'x") == 105
    assert number("SELECT 1 /* ") == 113


def test_precedence() -> None:
    found = parse_expression("1 + 2 * 3 = 7 OR NOT a = 1 AND b IS NOT NULL")
    assert isinstance(found, tree.Binary)
    assert found.operator == "OR"
    assert isinstance(found.left, tree.Binary)
    assert isinstance(found.right, tree.Binary)
    assert (found.left.operator, found.right.operator) == ("=", "AND")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SELECT 1 SELECT 2", ["SELECT", "SELECT"]),
        ("IF 1 = 1 SELECT 1 ELSE SELECT 2; PRINT 'x'", ["IF", "PRINT"]),
        ("BEGIN TRAN; UPDATE t SET a = 1; COMMIT", ["BEGIN TRAN", "UPDATE", "COMMIT"]),
        ("CREATE DATABASE x ON (NAME = a, FILENAME = 'b') AS SNAPSHOT OF y", ["CREATE DATABASE"]),
        (
            "ALTER DATABASE x SET SINGLE_USER WITH ROLLBACK IMMEDIATE; RESTORE DATABASE x FROM DATABASE_SNAPSHOT = 's'",
            ["ALTER DATABASE", "RESTORE DATABASE"],
        ),
        ("WITH a AS (SELECT 1 AS b) DELETE FROM t WHERE id IN (SELECT b FROM a)", ["WITH"]),
    ],
)
def test_statements_of_a_batch(text: str, names: list[str]) -> None:
    assert [each.name for each in parse(text)] == names


def test_that_every_statement_says_what_it_takes() -> None:
    assert statements.__all__
    assert all(rule.take.__doc__ for rule in RULES.values())
