# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between two tables: applying it makes them equal; the digest minds rows and names, and nothing else."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_delta import (
    INSERT,
    KEEP,
    UPDATE,
    compare,
    digest_of_table,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_rows import Codec
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_shapes import Column, Row, Table
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

TABLE = Table(
    "dbo",
    "Rooms",
    (
        Column("code", "nvarchar", 40, key=2),
        Column("fee", "decimal", 5, 9, 2),
        Column("id", "int", 4, key=1),
        Column("paper", "varbinary", -1),
    ),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
CONTENTS = st.dictionaries(
    st.tuples(TEXT, st.integers(0, 5)),
    st.tuples(st.none() | st.decimals(-9, 9, places=2).map(str), st.none() | st.binary(max_size=2)),
    max_size=12,
)


def rows_of(content: dict[tuple[str, int], tuple[Any, Any]], table: Table = TABLE) -> list[Row]:
    """Return the rows in the order in which a server delivers them."""
    rows = [(code, fee, number, paper) for (code, number), (fee, paper) in content.items()]
    return sorted(rows, key=table.order_of())


def batches(rows: list[Row], size: int = 3) -> list[list[Row]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


@given(CONTENTS, CONTENTS, st.booleans())
def test_that_applying_what_differs_makes_the_target_equal(source: Any, target: Any, replaces: bool) -> None:
    table = Table(TABLE.schema, TABLE.name, TABLE.columns, replaces)
    mine, theirs = rows_of(source), rows_of(target)
    delta = compare(table, batches(mine), batches(theirs), where="table", samples=3)
    key_of = table.key_of()
    result = {key_of(row): row for row in theirs}
    assert delta.removed is not None
    assert delta.operations is not None
    for keys in delta.removed.batches():
        for key in keys:
            del result[key]
    for row, operation in zip(mine, delta.operations, strict=True):
        present = key_of(row) in result
        assert present == (operation in (KEEP, UPDATE))
        if operation != KEEP:
            result[key_of(row)] = row
    assert list(result.values()) == mine or sorted(result.values(), key=table.order_of()) == mine
    volume = delta.volume
    shared = source.keys() & target.keys()
    assert volume.inserted == len(source.keys() - target.keys())
    assert volume.deleted == len(target.keys() - source.keys())
    assert volume.updated == sum(source[key] != target[key] for key in shared)
    assert delta.equal == (source == target)
    assert delta.source == digest_of_table(table, batches(mine, 5))
    assert delta.target == digest_of_table(table, batches(theirs, 1))
    assert len(delta.samples["deleted"]) == min(3, volume.deleted)
    assert (INSERT in delta.operations) == bool(volume.inserted or (replaces and volume.updated))


def test_many_rows_of_which_few_differ() -> None:
    content: dict[tuple[str, int], tuple[Any, Any]] = {("x", number): (f"{number}.00", None) for number in range(20000)}
    other = dict(content)
    for number in (0, 4999, 5000, 12345):
        del other["x", number]
    for number in (700, 19999):
        other["x", number] = ("-1.00", None)
    other["y", 12345] = other["y", 30000] = (None, None)
    mine, theirs = rows_of(content), rows_of(other)
    delta = compare(TABLE, batches(mine, 5000), batches(theirs, 700), where="table", samples=9)
    assert delta.samples == {
        "inserted": [[number, "x"] for number in (0, 4999, 5000, 12345)],
        "updated": [[700, "x"], [19999, "x"]],
        "deleted": [[12345, "y"], [30000, "y"]],
    }
    assert delta.operations is not None
    found = {number: each for number, each in enumerate(delta.operations) if each != KEEP}
    assert found == {**dict.fromkeys((0, 4999, 5000, 12345), INSERT), 700: UPDATE, 19999: UPDATE}
    assert delta.volume.kept == 20000 - 6
    assert delta.source == digest_of_table(TABLE, [mine])
    assert delta.target == digest_of_table(TABLE, [theirs])


@given(CONTENTS, st.randoms(use_true_random=False))
def test_that_the_digest_does_not_depend_on_the_order(content: Any, random: Any) -> None:
    rows = rows_of(content)
    other = list(rows)
    random.shuffle(other)
    assert digest_of_table(TABLE, batches(rows)) == digest_of_table(TABLE, batches(other, 2))


def test_what_the_digest_is() -> None:
    row = ("é\U0001f600 ", "1.50", 7, b"\xff")
    lines = (b"('code', 'fee', 'id', 'paper')", b"('\\xe9\\U0001f600 ', '1.50', 7, b'\\xff')")
    total = sum(int.from_bytes(hashlib.sha256(line).digest(), "big") for line in lines) % 2**256
    found = digest_of_table(TABLE, [[row]])
    assert (found.rows, int(found.digest, 16)) == (1, total)


@pytest.mark.parametrize("other", [("a ", "1.50", 7, b""), ("A", "1.50", 7, b""), ("a", "1.5000", 7, b"")])
def test_that_blanks_and_cases_and_scales_count(other: Row) -> None:
    assert digest_of_table(TABLE, [[other]]) != digest_of_table(TABLE, [[("a", "1.50", 7, b"")]])


def test_that_names_of_columns_count_and_their_cases_do_not() -> None:
    def named(name: str) -> Table:
        return Table("dbo", "Rooms", (Column(name, "int", 4, key=1),))

    assert digest_of_table(named("Id"), [[(1,)]]) == digest_of_table(named("ID"), [[(1,)]])
    assert digest_of_table(named("Id"), [[(1,)]]) != digest_of_table(named("number"), [[(1,)]])
    assert digest_of_table(named("Id"), []) != digest_of_table(named("number"), [])


def test_that_rows_out_of_order_are_refused() -> None:
    rows = rows_of({("a", 1): (None, None), ("b", 1): (None, None)})
    for source, target in ((rows[::-1], rows), (rows, rows[::-1]), ([rows[0], rows[0]], [])):
        with pytest.raises(Problem, match="do not come in the order of their keys"):
            compare(TABLE, [source], [target], where="table")


VALUES = {
    "int": st.integers(),
    "bit": st.booleans(),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False).map(str),
    "money": st.decimals(allow_nan=False, allow_infinity=False, places=4).map(str),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "nvarchar": st.text(st.characters(exclude_categories=())),
    "varbinary": st.binary(),
}


@given(st.tuples(*(st.none() | each for each in VALUES.values())))
def test_that_a_row_survives_being_written(row: Row) -> None:
    codec = Codec([Column(name, name) for name in VALUES])
    line = codec.line(row)
    assert b"\n" not in line
    assert ascii(codec.row(line)) == ascii(row)


@pytest.mark.parametrize("line", [b"", b"{}", b"[1]", b'["x", "y"]', b'["1", 1]', b'["1.0", "+"]', b"[1, 2, 3]"])
def test_that_another_line_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        Codec([Column("d", "decimal"), Column("b", "binary")]).row(line)
