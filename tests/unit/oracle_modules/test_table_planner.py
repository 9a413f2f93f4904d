# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of tables: what widens is done, what narrows is asked for."""

from __future__ import annotations

from dataclasses import replace
from decimal import Context, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.streams import Rule, replicating
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_batches import column_converter
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_columns import (
    Column,
    NotAValue,
    canonical,
    converter_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_declaration import (
    TABLE_ARGUMENTS,
    column_type,
    table_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_planner import (
    FoundTable,
    plan_table,
    widens,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

TYPES = [
    "VARCHAR2(4 CHAR)", "VARCHAR2(4 BYTE)", "VARCHAR2(16 BYTE)", "VARCHAR2(20 CHAR)", "CHAR(3)", "CHAR(5 CHAR)",
    "NUMBER", "NUMBER(4)", "NUMBER(4,2)", "NUMBER(6,2)", "INTEGER", "NUMBER(38)", "DATE", "TIMESTAMP(0)",
    "TIMESTAMP(6)", "CLOB",
]  # fmt: skip
TEXTS = ["a", "abc", "abcd", "äöüß", "abcdef", "1", "12", "1234", "99.99", "1234.5", "12345", "0.001", "-7",
         "2026-05-11", "2026-05-11 09:30:00", "2026-05-11 09:30:00.25", "1" * 30]  # fmt: skip


def holds(column: Column, text: str) -> Any:
    converter = converter_of(column, ())
    assert converter is not None
    try:
        return converter(text)
    except NotAValue:
        return NotAValue


@pytest.mark.parametrize("before", TYPES)
@pytest.mark.parametrize("after", TYPES)
def test_that_a_wider_type_holds_whatever_the_narrower_held(before: str, after: str) -> None:
    one, other = column_type("x", before), column_type("x", after)
    if widens(one, other) is True:
        for text in TEXTS:
            if holds(one, text) is not NotAValue:
                assert holds(other, text) == holds(one, text), f"{text} of {before} in {after}"
    assert widens(one, one) is True


@pytest.mark.parametrize(
    "text",
    ["VARCHAR2", "VARCHAR2(0)", "NUMBER(39)", "NUMBER(3,200)", "CLOB(3)", "RAW(3)", "DATE; DROP", "NVARCHAR2(3 CHAR)"],
)
def test_that_other_types_are_refused(text: str) -> None:
    with pytest.raises(InvalidParameter, match="it is no type that can be kept"):
        column_type("columns[0].type", text)


@given(st.sampled_from(TYPES), st.lists(st.sampled_from([*TEXTS, "", "NULL"]), min_size=1), st.booleans())
def test_that_whole_columns_become_what_their_values_become(kind: str, texts: list[str], nullable: bool) -> None:
    column = replace(column_type("x", kind), nullable=nullable)
    converter = converter_of(column, ())
    assert converter is not None
    nulls = {"", "NULL"}
    whole = column_converter(column, converter, nulls)
    expected = [None if text in nulls else holds(column, text) for text in texts]
    if NotAValue in expected or (not nullable and None in expected):
        with pytest.raises(NotAValue):
            whole(texts)
    else:
        assert list(whole(texts)) == expected


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3))
def test_that_equal_numbers_are_written_equally(number: Decimal) -> None:
    assert canonical([number]) == canonical([Decimal(f"{number:f}0")])
    assert canonical([number]) != canonical([number.next_plus(Context(prec=80))])


def params(**changes: Any) -> dict[str, Any]:
    given = {key: each.get("default") for key, each in TABLE_ARGUMENTS.items()}
    entry = {"name": "id", "type": "NUMBER(6)", "nullable": False, "default": None, "comment": None}
    return {**given, "table": "HUB.ROOMS", "columns": [entry], **changes}


def constraint(**changes: Any) -> dict[str, Any]:
    return {"name": "c", "type": "check", "columns": [], "condition": None, "references": None,
            "referenced_columns": [], "on_delete": "no_action", **changes}  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (constraint(condition="a = 1) OR (1 = 1"), "it is no expression"),
        (constraint(condition="a = 1; DROP TABLE x"), "it is no expression"),
        (constraint(condition="a = 1 -- and"), "it is no expression"),
        (constraint(condition="a = :x"), "it is no expression"),
        (constraint(), "a check has a condition"),
        (constraint(type="unique", columns=["other"]), "it is not declared"),
        (constraint(type="foreign_key", columns=["id"]), "foreign keys, and they alone, refer"),
        (constraint(type="foreign_key", columns=["id"], references="x"), "they are not as many as columns"),
        (constraint(type="unique", columns=["id"], on_delete="cascade"), "only a foreign key has such options"),
    ],
)
def test_that_constraints_that_cannot_be_meant_are_refused(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        table_from(params(constraints=[entry]))


def test_that_an_unknown_table_is_made_by_one_statement() -> None:
    declared = table_from(params(constraints=[constraint(condition="id > 0")]))
    (change,) = plan_table(declared, FoundTable(exists=False))
    assert change.statement == (
        'CREATE TABLE "HUB"."ROOMS" (\n  "ID" NUMBER(6) NOT NULL,\n  CONSTRAINT "C" CHECK (id > 0)\n)'
    )


def test_that_rules_say_who_replicates() -> None:
    rules = [
        Rule("TABLE", "APPLY", False, "HUB", "EXAMS"), Rule("SCHEMA", "APPLY", False, "HUB", None),
        Rule("ALL", "CAPTURE", False, None, None), Rule("SCHEMA", "APPLY", True, "HUB", "SECRET"),
    ]  # fmt: skip
    assert replicating(rules, "HUB", "EXAMS") == ["ALL", "SCHEMA", "TABLE"]
    assert replicating(rules, "HUB", "SECRET") == ["ALL"]
    assert replicating(rules, "OTHER", "EXAMS") == ["ALL"]
    assert replicating(None, "HUB", "EXAMS") is None
