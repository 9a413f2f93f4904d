# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A table kept as declared: added to and widened; narrowed and dropped only on request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.oracle_modules.databases import Emulator, Runner, execute, rows

COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "type": "NUMBER(6)", "nullable": False, "comment": "Its number"},
    {"name": "name", "type": "VARCHAR2(20 CHAR)", "nullable": False},
    {"name": "active", "type": "CHAR(1)", "default": "'Y'"},
    {"name": "since", "type": "DATE", "default": "SYSDATE"},
    {"name": "notes", "type": "CLOB"},
    {"name": "seen", "type": "TIMESTAMP(3)"},
    {"name": "total", "type": "INTEGER"},
    {"name": "exam_id", "type": "NUMBER(10)"},
]
CONSTRAINTS: list[dict[str, Any]] = [
    {"name": "rooms_pk", "type": "primary_key", "columns": ["id"]},
    {"name": "rooms_name_uk", "type": "unique", "columns": ["name"]},
    {"name": "rooms_active_ck", "type": "check", "condition": "active IN ('Y', 'N')"},
]

Keep = Callable[..., dict[str, Any]]


@pytest.fixture
def keep(run: Runner, hub: str) -> Keep:
    """Return what keeps a table ROOMS."""

    def keeper(*, check: bool = False, **arguments: Any) -> dict[str, Any]:
        given = {"columns": COLUMNS, "constraints": CONSTRAINTS, "comment": "Rooms", **arguments}
        return run("oracle_table", hub, check=check, table=f"{hub}.rooms", **given)

    return keeper


def items(result: dict[str, Any]) -> list[str]:
    assert not result.get("failed"), result["msg"]
    return [f"{each['action']} {each['item'].partition('ROOMS')[2].strip()}".strip() for each in result["changes"]]


def changed(name: str, **changes: Any) -> list[dict[str, Any]]:
    return [{**each, **changes} if each["name"] == name else each for each in COLUMNS]


def test_that_a_table_is_created_and_a_second_run_changes_nothing(emulator: Emulator, keep: Keep, hub: str) -> None:
    predicted = keep(check=True)
    assert items(predicted) == ["create", "create comment", "create comment on ID"]
    assert keep()["changes"] == predicted["changes"]
    assert items(keep()) == []
    with emulator.connect(hub) as connection:
        execute(connection, "INSERT INTO rooms (id, name) VALUES (1, 'A')")
        assert rows(connection, "SELECT active FROM rooms") == [("Y",)]


def test_that_columns_and_constraints_are_added_and_widened(emulator: Emulator, keep: Keep, hub: str) -> None:
    keep(constraints=CONSTRAINTS[:1], columns=COLUMNS[:3])
    with emulator.connect(hub) as connection:
        execute(connection, "INSERT INTO rooms (id, name) VALUES (1, 'A')", "COMMIT")
        execute(connection, "ALTER TABLE exams ADD CONSTRAINT exams_pk PRIMARY KEY (exam_id)")
    parent = {"name": "rooms_exam_fk", "type": "foreign_key", "columns": ["exam_id"], "references": "exams",
              "referenced_columns": ["exam_id"], "on_delete": "cascade"}  # fmt: skip
    wider = [{**each, "type": "VARCHAR2(100 CHAR)", "comment": "Its name"} if each["name"] == "name" else each
             for each in COLUMNS]  # fmt: skip
    arguments = {"columns": wider, "constraints": [*CONSTRAINTS, parent]}
    predicted = keep(check=True, **arguments)
    assert items(predicted) == [
        "update column NAME", "create column SINCE", "create column NOTES", "create column SEEN", "create column TOTAL",
        "create column EXAM_ID", "create constraint ROOMS_NAME_UK", "create constraint ROOMS_ACTIVE_CK",
        "create constraint ROOMS_EXAM_FK", "create comment on NAME",
    ]  # fmt: skip
    assert keep(**arguments)["changes"] == predicted["changes"]
    assert items(keep(**arguments)) == []
    with emulator.connect(hub) as connection:
        assert rows(connection, "SELECT id, name FROM rooms") == [(1, "A")]


def test_that_nothing_is_narrowed_or_dropped_unasked(emulator: Emulator, keep: Keep, hub: str) -> None:
    keep()
    narrow = changed("name", type="VARCHAR2(10 CHAR)")[:-1]
    result = keep(columns=narrow, constraints=[*CONSTRAINTS[:2], {**CONSTRAINTS[2], "condition": "active = 'Y'"}])
    assert "NAME would be narrowed from VARCHAR2(20 CHAR) to VARCHAR2(10 CHAR)" in result["msg"]
    assert "constraint ROOMS_ACTIVE_CK is another one" in result["msg"]
    assert "Nothing was touched" in result["msg"]
    assert items(keep()) == []
    left = keep(columns=COLUMNS[:-1])
    assert items(left) == []
    assert "EXAM_ID" in str(left["warnings"])
    assert "cannot become CLOB in place" in keep(columns=changed("name", type="CLOB"))["msg"]
    asked = {"columns": narrow, "constraints": CONSTRAINTS[:2], "allow_narrowing": True, "drop_columns": True,
             "drop_constraints": True}  # fmt: skip
    assert items(keep(**asked)) == ["update column NAME", "delete constraint ROOMS_ACTIVE_CK", "delete column EXAM_ID"]
    assert items(keep(**asked)) == []


def test_that_a_failure_half_way_says_what_stands_and_running_again_carries_on(
    emulator: Emulator, keep: Keep, hub: str
) -> None:
    keep(constraints=[], columns=COLUMNS[:3])
    with emulator.connect(hub) as connection:
        execute(
            connection, "INSERT INTO rooms (id, name) VALUES (1, 'A')", "INSERT INTO rooms (id, name) VALUES (1, 'B')"
        )
        connection.commit()
    result = keep(constraints=CONSTRAINTS[:1], columns=COLUMNS[:4])
    assert "ORA-02437" in result["msg"]
    assert result["applied"] == [f"table {hub}.ROOMS column SINCE"]
    assert result["pending"] == [f"table {hub}.ROOMS constraint ROOMS_PK"]
    with emulator.connect(hub) as connection:
        execute(connection, "DELETE FROM rooms WHERE name = 'B'", "COMMIT")
    assert items(keep(constraints=CONSTRAINTS[:1], columns=COLUMNS[:4])) == ["create constraint ROOMS_PK"]


def test_that_a_table_with_rows_is_not_dropped_unasked(emulator: Emulator, keep: Keep, hub: str) -> None:
    keep()
    with emulator.connect(hub) as connection:
        execute(connection, "INSERT INTO rooms (id, name) VALUES (1, 'A')", "COMMIT")
    gone: dict[str, Any] = {"state": "absent", "columns": [], "constraints": [], "comment": None}
    assert "has rows" in keep(**gone)["msg"]
    required = [*COLUMNS, {"name": "seats", "type": "NUMBER(4)", "nullable": False}]
    assert "has no default for 1 rows" in keep(columns=required)["msg"]
    assert items(keep(**gone, drop_rows=True)) == ["delete"]
    assert items(keep(**gone)) == []


def test_that_a_parent_that_is_missing_waits_for_its_line(keep: Keep) -> None:
    parent = {"name": "fk", "type": "foreign_key", "columns": ["id"], "references": "not_there",
              "referenced_columns": ["id"]}  # fmt: skip
    assert keep(check=True, constraints=[parent], prerequisite_line="4.2")["pending_line"] == "4.2"


def test_that_a_lock_is_said(emulator: Emulator, keep: Keep, hub: str) -> None:
    keep()
    emulator.faults({"kind": "lock", "object": f"{hub}.ROOMS"})
    result = keep(columns=changed("name", type="VARCHAR2(30 CHAR)"), ddl_lock_timeout=1)
    emulator.faults()
    assert "Somebody has the object locked" in result["msg"]
    assert "Nothing was applied" in result["msg"]
