# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done about a snapshot, and what is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_state import (
    DatabaseFile,
    DatabaseState,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.digest import ContentDigest
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Text
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.snapshot_planner import (
    SNAPSHOT_ARGUMENTS,
    DeclaredSnapshot,
    FoundSnapshot,
    plan_snapshot,
    snapshot_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    InvalidParameter,
    MissingPrerequisite,
    Problem,
)

ES = DatabaseState(
    "ES",
    "Latin1_General_CI_AS",
    "FULL",
    160,
    False,
    "sa",
    (
        DatabaseFile("ES", "rows", "D:\\Data\\ES.mdf"),
        DatabaseFile("ES log", "log", "L:\\ES.ldf"),
        DatabaseFile("mo]re", "rows", "E:\\more.ndf"),
    ),
    {"service": "pre_live"},
)
SNAPSHOT = replace(ES, name="before", source="ES")
REVERTED = DeclaredSnapshot("before", "ES", "reverted", service_record="service")
NOW, THEN = {"dbo.t": ContentDigest(2, "aa")}, {"dbo.t": ContentDigest(1, "bb")}


def statements(declared: DeclaredSnapshot, found: FoundSnapshot) -> list[str]:
    return [
        "".join(f"N'{part.value}'" if isinstance(part, Text) else part for part in change.statement)
        for change in plan_snapshot(declared, found)
    ]


def test_that_every_data_file_has_a_sparse_one() -> None:
    assert statements(DeclaredSnapshot("be]fore x", "ES", "present"), FoundSnapshot(ES, None)) == [
        "CREATE DATABASE [be]]fore x] ON (NAME = [ES], FILENAME = N'D:\\Data\\be_fore_x_ES.ss'), "
        "(NAME = [mo]]re], FILENAME = N'E:\\be_fore_x_mo_re.ss') AS SNAPSHOT OF [ES]"
    ]
    declared = DeclaredSnapshot("s", "ES", "present", directory="F:\\Sparse\\")
    assert "N'F:\\Sparse\\s_ES.ss'" in statements(declared, FoundSnapshot(ES, None))[0]
    linux = replace(ES, files=(DatabaseFile("ES", "rows", "/data/ES.mdf"),))
    declared = DeclaredSnapshot("s", "ES", "present")
    assert "N'/data/s_ES.ss'" in statements(declared, FoundSnapshot(linux, None))[0]


def test_that_what_is_as_declared_is_left_alone() -> None:
    assert statements(DeclaredSnapshot("before", "ES", "present"), FoundSnapshot(ES, SNAPSHOT)) == []
    assert statements(DeclaredSnapshot("before", "ES", "absent"), FoundSnapshot(ES, None)) == []
    assert statements(DeclaredSnapshot("before", "ES", "absent"), FoundSnapshot(None, None)) == []
    assert statements(REVERTED, FoundSnapshot(ES, SNAPSHOT, THEN, THEN)) == []


def test_a_removal() -> None:
    declared = DeclaredSnapshot("before", "ES", "absent")
    assert statements(declared, FoundSnapshot(ES, SNAPSHOT)) == ["DROP DATABASE [before]"]


def test_a_revert() -> None:
    (change,) = plan_snapshot(REVERTED, FoundSnapshot(ES, SNAPSHOT, {**NOW, "dbo.new": NOW["dbo.t"]}, THEN))
    assert change.reverts
    assert change.before == {"dbo.t": {"rows": 2, "digest": "aa"}, "dbo.new": {"rows": 2, "digest": "aa"}}
    assert change.after == {"dbo.t": {"rows": 1, "digest": "bb"}}
    closed = replace(ES, access="RESTRICTED_USER")
    assert statements(REVERTED, FoundSnapshot(closed, SNAPSHOT, NOW, THEN)) == [
        "RESTORE DATABASE [ES] FROM DATABASE_SNAPSHOT = N'before'",
        "ALTER DATABASE [ES] SET MULTI_USER",
    ]


@given(
    record=st.none() | st.sampled_from(["pre_live", "live", "PRE_LIVE", ""]) | st.text(),
    protected=st.booleans(),
    seen=st.booleans(),
)
def test_that_only_a_database_that_is_positively_not_in_service_is_reverted(
    record: str | None, protected: bool, seen: bool
) -> None:
    properties = {} if record is None else {"Service": record}
    database = replace(ES, extended_properties=properties, definition_seen=seen)
    found = FoundSnapshot(database, SNAPSHOT, NOW, THEN)
    declared = replace(REVERTED, protected=protected)
    if record == "pre_live" or (record is None and not protected and seen):
        assert len(statements(declared, found)) == 1
    else:
        with pytest.raises(Problem, match="reverting it is refused"):
            statements(declared, found)


@pytest.mark.parametrize(
    ("declared", "found", "message"),
    [
        (REVERTED, FoundSnapshot(replace(ES, snapshots=("before", "x")), SNAPSHOT, NOW, THEN), "found x"),
        (REVERTED, FoundSnapshot(replace(ES, status="OFFLINE"), SNAPSHOT), "found OFFLINE"),
        (REVERTED, FoundSnapshot(replace(ES, source="X"), SNAPSHOT), "itself a snapshot, of X"),
        (REVERTED, FoundSnapshot(ES, replace(SNAPSHOT, source="X")), "found a snapshot of X"),
        (replace(REVERTED, state="absent"), FoundSnapshot(ES, replace(SNAPSHOT, source=None)), "and no snapshot"),
    ],
)
def test_what_is_refused(declared: DeclaredSnapshot, found: FoundSnapshot, message: str) -> None:
    with pytest.raises(Problem, match=message):
        plan_snapshot(declared, found)


@pytest.mark.parametrize("found", [FoundSnapshot(None, None), FoundSnapshot(ES, None)])
def test_what_another_task_may_create(found: FoundSnapshot) -> None:
    with pytest.raises(MissingPrerequisite, match="there is no such"):
        plan_snapshot(REVERTED, found)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "name=''"),
        ({"name": "es"}, "name='es'"),
        ({"database": "TempDB"}, "database='TempDB'"),
        ({"directory": "D:"}, "directory='D:'"),
        ({"directory": "/data", "state": "absent"}, "directory='/data'"),
        ({"service_record": ""}, "service_record=''"),
    ],
)
def test_declarations_that_cannot_be_meant(changes: dict[str, Any], message: str) -> None:
    defaults = {name: spec.get("default") for name, spec in SNAPSHOT_ARGUMENTS.items()}
    with pytest.raises(InvalidParameter, match=re.escape(message)):
        snapshot_from({**defaults, "name": "before", "database": "ES", **changes})
