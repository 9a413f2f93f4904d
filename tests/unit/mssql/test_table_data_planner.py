# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done about the rows of tables, and what is refused; how types are asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.digest import ContentDigest, overall
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_data_declaration import (
    TABLE_DATA_ARGUMENTS,
    DeclaredData,
    data_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_data_planner import (
    FoundData,
    check_shapes,
    check_table,
    plan_data,
    shape_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_delta import Delta
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_order import Order, Volume
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_shapes import Column, ForeignKey, Table
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    InvalidParameter,
    MissingPrerequisite,
    Problem,
)

ONE, OTHER = ContentDigest(2, "aa" * 32), ContentDigest(1, "bb" * 32)
PRESENT = DeclaredData("ES", ("dbo.b", "dbo.a"), "present", service_record="service")
ORDER = Order(("dbo.a", "dbo.b"), ())


def found(a: Volume, b: Volume, **further: Any) -> FoundData:
    deltas = {"dbo.b": Delta(ONE, OTHER, b), "dbo.a": Delta(ONE, OTHER, a)}
    return FoundData(deltas=deltas, digests=dict.fromkeys(deltas, ONE), order=ORDER, **further)


def test_that_tables_that_differ_are_filled_parents_first() -> None:
    changes = plan_data(PRESENT, found(Volume(inserted=1, kept=1), Volume(inserted=2)))
    assert [each.item for each in changes] == ["table dbo.a", "table dbo.b"]
    assert changes[0].before == {"rows": 1, "digest": "bb" * 8}
    assert changes[0].after == {"rows": 2, "digest": "aa" * 8, "inserted": 1, "updated": 0, "deleted": 0}
    assert plan_data(PRESENT, found(Volume(kept=2), Volume(kept=2))) == []


@given(
    record=st.none() | st.sampled_from(["pre_live", "live", ""]),
    protected=st.booleans(),
    overwrite=st.booleans(),
    seen=st.booleans(),
    volume=st.builds(Volume, st.integers(0, 1), st.integers(0, 1), st.integers(0, 1)),
)
def test_that_rows_are_only_destroyed_where_nobody_needs_them(
    record: str | None, protected: bool, overwrite: bool, seen: bool, volume: Volume
) -> None:
    declared = replace(PRESENT, protected=protected, overwrite=overwrite)
    state = found(volume, Volume(), record=record, definition_seen=seen)
    allowed = overwrite and (record == "pre_live" or (record is None and not protected and seen))
    if allowed or not volume.deleted + volume.updated:
        assert len(plan_data(declared, state)) == bool(volume.deleted + volume.updated + volume.inserted)
    else:
        with pytest.raises(Problem, match=r"overwriting [12] rows of dbo\.a"):
            plan_data(declared, state)


def test_that_rows_of_other_tables_are_not_deleted_with_them() -> None:
    outside = ForeignKey("f", "dbo.other", "dbo.a", cascades=True)
    state = found(Volume(deleted=1), Volume(), record="pre_live", foreign_keys=[outside])
    with pytest.raises(Problem, match=r"would change rows of dbo\.other"):
        plan_data(PRESENT, state)
    harmless = [replace(outside, cascades=False), replace(outside, disabled=True), replace(outside, child="dbo.b")]
    assert len(plan_data(PRESENT, replace(state, foreign_keys=harmless))) == 1


def test_that_tables_are_emptied() -> None:
    empty = replace(PRESENT, state="empty")
    state = FoundData(rows={"dbo.a": 0, "dbo.b": 3}, order=ORDER, record="pre_live")
    assert [(each.item, each.before) for each in plan_data(empty, state)] == [("table dbo.b", {"rows": 3})]
    with pytest.raises(Problem, match=r"deleting 3 rows of dbo\.b is refused"):
        plan_data(empty, replace(state, record="live"))


def test_that_an_artefact_is_written_if_it_holds_something_else() -> None:
    exported = replace(PRESENT, state="exported", artefact=Path("/srv/x"))
    state = FoundData(digests={"dbo.A": ONE}, order=ORDER)
    digest = overall({"dbo.a": ONE})
    assert plan_data(exported, replace(state, kept=digest)) == []
    assert [each.action for each in plan_data(exported, state)] == ["create"]
    assert [each.action for each in plan_data(exported, replace(state, kept="x"))] == ["update"]
    assert plan_data(replace(exported, digest=digest), replace(state, kept=digest)) == []
    with pytest.raises(Problem, match="not those that were signed off"):
        plan_data(replace(exported, digest="0" * 64), state)


NAME = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=5)


@given(NAME, NAME)
def test_that_any_table_can_be_named(schema: str, table: str) -> None:
    parameters = {**PARAMETERS, "tables": [f"{quoted(schema)}.{quoted(table)}"]}
    assert data_from(parameters).tables == (f"{schema}.{table}",)


PARAMETERS: dict[str, Any] = {
    **{name: spec.get("default") for name, spec in TABLE_DATA_ARGUMENTS.items()},
    "database": "ES",
    "tables": ["dbo.a"],
    "artefact": "/srv/x",
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"database": "MSDB"}, "database='MSDB'"),
        ({"tables": ["a"]}, "tables[0]='a'"),
        ({"tables": ["a.b.c"]}, "tables[0]='a.b.c'"),
        ({"tables": ["dbo.[a"]}, "tables[0]='dbo.[a'"),
        ({"tables": ["dbo.a", "DBO.A"]}, "tables[1]='DBO.A'"),
        ({"tables": []}, "tables=[]"),
        ({"artefact": None}, "state='present'"),
        ({"source": {}}, "state='present'"),
        ({"state": "exported", "artefact": None}, "state='exported'"),
        ({"state": "exported", "source": {}}, "source='{…}'"),
        ({"state": "digested"}, "artefact='/srv/x'"),
        ({"artefact": "x"}, "artefact='x'"),
        ({"artefact_passphrase": "short"}, "artefact='/srv/x'"),
        ({"digest": "AA"}, "digest='AA'"),
        ({"state": "empty", "artefact": None, "digest": "a" * 64}, "digest='aaa"),
        ({"report_keys": 10001}, "report_keys=10001"),
        ({"state": "empty", "artefact": None, "overwrite": False}, "overwrite=False"),
    ],
)
def test_what_cannot_be_meant(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameter, match=re.escape(message)):
        data_from({**PARAMETERS, **changes})


TABLE = Table(
    "d]o",
    "T",
    (
        Column("at", "datetimeoffset", 9, 30, 3, key=1),
        Column("code", "varchar", 20, key=2),
        Column("fee", "decimal", 5, 9, 2),
        Column("id", "int", 4, 10, identity=True),
        Column("paper", "varbinary", -1),
        Column("x]", "xml", -1),
    ),
)


def test_what_is_sent() -> None:
    assert TABLE.select() == (
        "SELECT CONVERT(varchar(40), [at], 121), CAST([code] AS nvarchar(20)), CAST([fee] AS varchar(41)), "
        "[id], [paper], "
        "CAST([x]]] AS nvarchar(max)) FROM [d]]o].[T] ORDER BY "
        "CAST(CAST(CONVERT(varchar(40), [at], 121) AS nvarchar(40)) AS varbinary(80)), "
        "CAST(CAST(CAST([code] AS nvarchar(20)) AS nvarchar(20)) AS varbinary(40))"
    )
    assert TABLE.insert() == (
        "INSERT INTO [d]]o].[T] ([at], [code], [fee], [id], [paper], [x]]]) VALUES "
        "(CONVERT(datetimeoffset(3), CAST(? AS varchar(40)), 121), CAST(? AS nvarchar(20)), "
        "?, ?, ?, "
        "CONVERT(xml, CAST(? AS nvarchar(max)), 1))"
    )
    row = ("2027", "c", "1.50", "i", "p", "x")
    assert TABLE.insert_binds()([row]) == [("2027", "c", Decimal("1.50"), "i", "p", "x")]
    assert TABLE.update_binds()([row]) == [(Decimal("1.50"), "i", "p", "x", "2027", "c")]
    assert TABLE.delete_binds()([("2027", "c")]) == [("2027", "c")]
    assert TABLE.update().count("?") == 6
    assert TABLE.delete().count("?") == 2
    assert TABLE.key_of()(row) == ("2027", "c")
    assert TABLE.replaces  # the identity is not in the key
    assert TABLE.batch == 16 * 2**20 // (80 + 40 + 16 + 16 + 2 * 2**16)


def test_that_a_table_without_a_key_is_refused() -> None:
    heap = Table("dbo", "t", (Column("a", "int", 4),))
    with pytest.raises(Problem, match="no primary key"):
        check_table("dbo.t", heap, where="database ES", keyed=True)
    assert check_table("dbo.t", heap, where="database ES", keyed=False) is heap
    with pytest.raises(MissingPrerequisite, match="no such table"):
        check_table("dbo.t", None, where="database ES", keyed=True)
    variant = Table("dbo", "t", (Column("a", "sql_variant", 8016, key=1),))
    with pytest.raises(Problem, match="sql_variant"):
        check_table("dbo.t", variant, where="database ES", keyed=True)


def test_that_all_columns_that_differ_are_named() -> None:
    other = [replace(each, name=each.name.upper()) for each in TABLE.columns[:3]]
    other[2] = replace(other[2], scale=4)
    with pytest.raises(Problem) as caught:
        check_shapes({"dbo.T": shape_of(TABLE)}, {"dbo.T": Table("dbo", "T", tuple(other))}, where="ES")
    for each in ("dbo.T.fee is decimal(9,4), in the source decimal(9,2)", "dbo.T.id is missing, in the source int"):
        assert each in str(caught.value)
    assert "dbo.T.at" not in str(caught.value)
