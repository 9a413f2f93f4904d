# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is one statement that reads, and what is not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.read_only import Dialect, reading
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

READS: list[tuple[Dialect, str]] = [
    ("mssql", "SELECT 1 AS a"),
    ("mssql", "  select [update], \"delete\", 'drop ''table''' AS [into] from dbo.[Exec] -- insert\n"),
    ("mssql", "SELECT 1 AS a /* delete /* nested */ update */;"),
    ("mssql", "WITH a AS (SELECT 1 AS b), c (d) AS (SELECT b FROM a) SELECT d FROM c UNION ALL SELECT 2"),
    ("mssql", "SELECT a FROM t EXCEPT SELECT b FROM u INTERSECT (SELECT c FROM v)"),
    ("mssql", "SELECT CASE WHEN a = 1 THEN 2 END AS b FROM t WHERE EXISTS (SELECT 1 FROM u) ORDER BY b"),
    ("mssql", "SELECT t.[set] FROM dbo.t AS t"),
    ("oracle", "SELECT q'[it's; DELETE]' FROM dual"),
    ("oracle", "SELECT uun FROM t MINUS SELECT uun FROM u"),
    ("oracle", 'WITH a AS (SELECT "Update" FROM t) SELECT "Update" FROM a'),
    ("oracle", "SELECT set_id, nq'!a'b!' FROM t"),
]
REFUSED: list[tuple[Dialect, str, str]] = [
    ("mssql", "", "does not begin with SELECT"),
    ("mssql", "DELETE FROM t", "does not begin with SELECT"),
    ("mssql", "SELECT 1 DELETE FROM t", "DELETE does not read, at line 1"),
    ("mssql", "SELECT 1\nEXEC sp_who", "EXEC does not read, at line 2"),
    ("mssql", "SELECT 1; SELECT 2", "a second statement begins"),
    ("mssql", "SELECT 1 SELECT 2", "a second statement begins at line 1"),
    ("mssql", "SELECT a INTO b FROM c", "INTO does not read"),
    ("mssql", "WITH a AS (SELECT 1 AS b) UPDATE a SET b = 2", "UPDATE does not read"),
    ("mssql", "WITH a AS (SELECT 1 AS b) DELETE FROM a", "DELETE does not read"),
    ("mssql", "WITH a AS (SELECT 1 AS b)", "no SELECT after its WITH"),
    ("mssql", "SELECT * FROM OPENROWSET('x', 'y', 'z')", "OPENROWSET does not read"),
    ("mssql", "SELECT NEXT VALUE FOR dbo.s", "NEXT VALUE moves a sequence on"),
    ("mssql", "SELECT 1) AS q; DELETE FROM t WHERE (1 = 1", "closed that was not opened"),
    ("mssql", "SELECT (1", "opened and not closed"),
    ("mssql", "SELECT 'a", "begun and not ended, at line 1"),
    ("mssql", "SELECT 1 /* /* */ DELETE", "a comment is begun and not ended"),
    ("mssql", "SELECT 1 -- ' \n DELETE FROM t -- '", "DELETE does not read, at line 2"),
    ("oracle", "SELECT 1 FROM t FOR UPDATE", "FOR UPDATE locks"),
    ("oracle", "WITH FUNCTION f RETURN NUMBER IS BEGIN RETURN 1; END; SELECT f FROM dual", "can do anything"),
    ("oracle", "BEGIN NULL; END;", "does not begin with SELECT"),
    ("oracle", "SELECT a INTO b FROM c", "INTO does not read"),
]


@pytest.mark.parametrize(("dialect", "text"), READS)
def test_that_a_statement_that_reads_is_let_through(dialect: Dialect, text: str) -> None:
    found = reading("sql", text, dialect)
    assert text.startswith(found.text)
    assert found.text[found.select :].upper().startswith("SELECT")


@pytest.mark.parametrize(("dialect", "text", "why"), REFUSED)
def test_that_everything_else_is_refused_and_says_why(dialect: Dialect, text: str, why: str) -> None:
    with pytest.raises(InvalidParameter, match=re.escape(why)) as refused:
        reading("checks[3].sql", text, dialect)
    assert refused.value.parameter == "checks[3].sql"


def test_that_a_query_is_put_behind_its_with() -> None:
    found = reading("query", "WITH a AS (SELECT 1 AS b) SELECT b FROM a -- all", "mssql")
    assert found.within("[b]", "ORDER BY [b]", "[q]") == (
        "WITH a AS (SELECT 1 AS b) SELECT [b] FROM (SELECT b FROM a -- all\n) [q] ORDER BY [b]"
    )
    assert not found.ordered


@pytest.mark.parametrize(
    ("text", "ordered"),
    [
        ("SELECT a FROM t ORDER BY a", True),
        ("SELECT a FROM (SELECT TOP 1 a FROM t ORDER BY a) AS q", False),
        ("SELECT ROW_NUMBER() OVER (ORDER BY a) AS n FROM t", False),
        ("SELECT [order] FROM t", False),
    ],
)
def test_that_only_an_order_of_the_whole_is_one(text: str, ordered: bool) -> None:
    assert reading("query", text, "mssql").ordered is ordered


QUOTED = st.one_of(
    st.text(max_size=8).map(lambda text: "'" + text.replace("'", "''") + "'"),
    st.text(max_size=8).map(lambda text: "[" + text.replace("]", "]]") + "]"),
    st.text(max_size=8).map(lambda text: '"' + text.replace('"', '""') + '"'),
    st.text("aeDELT*/- ;'\"[", max_size=8).map(lambda text: f"/*{text.replace('/', '').replace('*', '')}*/"),
)


@given(st.lists(QUOTED, max_size=5), st.sampled_from(["DELETE", "exec", "Into", "WaitFor", ";", ")", "SELECT"]))
def test_that_nothing_hides_behind_what_is_quoted(quoted: list[str], hidden: str) -> None:
    around = " , ".join(["SELECT 1", *quoted])
    assert reading("sql", around, "mssql").text == around.rstrip()
    with pytest.raises(InvalidParameter):
        reading("sql", f"{around} {hidden} {' '.join(quoted)} x", "mssql")
