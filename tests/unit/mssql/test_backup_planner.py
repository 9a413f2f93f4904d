# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done about a backup, and about a database restored from it, and what is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.backup_planner import plan_backup
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.backup_state import (
    BACKUP_ARGUMENTS,
    DeclaredBackup,
    FoundBackup,
    Header,
    OrphanedUser,
    backup_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_state import (
    DatabaseFile,
    DatabaseState,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Text
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    InvalidParameter,
    MissingPrerequisite,
    Problem,
)

FILES = (DatabaseFile("ES", "rows", "X:\\ES.mdf"), DatabaseFile("ES lo'g", "log", "X:\\ES.ldf"))
ES = DatabaseState("ES", "Latin1_General_CI_AS", "FULL", 160, False, "sa", FILES, {"service": "pre_live"})
HEADER = Header("ES", "GUID", "FAMILY", "2027-01-01T00:00:00", "SQL-LIVE", checksums=True, copy_only=True)
PRESENT = DeclaredBackup("ES", "E:\\ES.bak", "present", service_record="service")
RESTORED = replace(PRESENT, state="restored")
FOUND = FoundBackup(ES, (HEADER,), files=FILES, data_directory="D:\\Data\\", log_directory="L:\\Log")


def statements(declared: DeclaredBackup, found: FoundBackup) -> list[str]:
    return [
        "".join(f"N'{part.value}'" if isinstance(part, Text) else part for part in change.statement)
        for change in plan_backup(declared, found)
    ]


def test_that_a_backup_is_made_where_there_is_none_or_a_damaged_one() -> None:
    backup = "BACKUP DATABASE [ES] TO DISK = N'E:\\ES.bak' WITH COPY_ONLY, CHECKSUM, "
    assert statements(PRESENT, FoundBackup(ES)) == [backup + "NOINIT"]
    assert statements(PRESENT, replace(FOUND, intact=False)) == [backup + "INIT"]
    assert statements(PRESENT, replace(FOUND, headers=(replace(HEADER, damaged=True),))) == [backup + "INIT"]
    assert statements(PRESENT, FOUND) == []
    assert statements(PRESENT, replace(FOUND, database=None)) == []


def test_that_it_is_restored_beside_or_over_what_is_there() -> None:
    restore = "RESTORE DATABASE [ES] FROM DISK = N'E:\\ES.bak' WITH CHECKSUM"
    assert statements(RESTORED, replace(FOUND, database=None)) == [
        f"{restore}, MOVE N'ES' TO N'D:\\Data\\ES_ES.mdf', MOVE N'ES lo'g' TO N'L:\\Log\\ES_ES_lo_g.ldf'"
    ]
    present = replace(ES, files=(replace(FILES[0], path="P:\\here.mdf"),))
    declared = replace(RESTORED, move={"ES lo'g": "M:\\moved.ldf"})
    assert statements(declared, replace(FOUND, database=present)) == [
        f"{restore}, REPLACE, MOVE N'ES' TO N'P:\\here.mdf', MOVE N'ES lo'g' TO N'M:\\moved.ldf'"
    ]


def test_that_what_was_restored_is_left_alone_but_for_orphans() -> None:
    orphans = (OrphanedUser("a]", login_exists=True), OrphanedUser("b", login_exists=False))
    found = replace(FOUND, restored_from="GUID", family="FAMILY", orphans=orphans)
    (change,) = plan_backup(RESTORED, found)
    assert (change.item, change.within) == ("database ES user a]", "ES")
    assert statements(RESTORED, found) == ["ALTER USER [a]]] WITH LOGIN = [a]]]"]
    assert len(statements(replace(RESTORED, restore_again=True), found)) == 1
    assert plan_backup(replace(RESTORED, restore_again=True), found)[0].restores
    for other in (replace(found, family="another"), replace(found, restored_from="another")):
        assert plan_backup(RESTORED, other)[0].restores


@given(
    record=st.none() | st.sampled_from(["pre_live", "live", ""]) | st.text(),
    protected=st.booleans(),
    seen=st.booleans(),
    again=st.booleans(),
)
def test_that_only_a_database_that_is_positively_not_in_service_is_restored_over(
    record: str | None, protected: bool, seen: bool, again: bool
) -> None:
    properties = {} if record is None else {"SERVICE": record}
    found = replace(FOUND, database=replace(ES, extended_properties=properties, definition_seen=seen))
    declared = replace(RESTORED, protected=protected, restore_again=again)
    if record == "pre_live" or (record is None and not protected and seen):
        assert len(statements(declared, found)) == 1
    else:
        with pytest.raises(Problem, match="restoring over it is refused"):
            statements(declared, found)


@pytest.mark.parametrize(
    ("declared", "found", "message"),
    [
        (PRESENT, replace(FOUND, headers=(HEADER, HEADER)), "holds several backups"),
        (PRESENT, replace(FOUND, headers=(replace(HEADER, type=5),)), "no backup of a whole database"),
        (PRESENT, replace(FOUND, headers=(replace(HEADER, database="X"),)), "found one of X"),
        (PRESENT, replace(FOUND, headers=(replace(HEADER, copy_only=False),)), "ordinary, with checksums"),
        (PRESENT, replace(FOUND, headers=(replace(HEADER, checksums=False),)), "copy-only, no checksums"),
        (PRESENT, FoundBackup(replace(ES, source="X")), "it is a snapshot, of X"),
        (PRESENT, FoundBackup(replace(ES, status="OFFLINE")), "found OFFLINE"),
        (RESTORED, replace(FOUND, intact=False), "found a damaged one"),
        (RESTORED, replace(FOUND, headers=(replace(HEADER, checksums=False),)), "found one without checksums"),
        (RESTORED, replace(FOUND, database=replace(ES, snapshots=("s",))), "while it has snapshots"),
        (RESTORED, replace(FOUND, database=replace(ES, source="X")), "it is a snapshot, of X"),
        (replace(RESTORED, move={"nothing": "D:\\x"}), FOUND, "has no file nothing"),
    ],
)
def test_what_is_refused(declared: DeclaredBackup, found: FoundBackup, message: str) -> None:
    with pytest.raises(Problem, match=message):
        plan_backup(declared, found)


@pytest.mark.parametrize("declared", [PRESENT, RESTORED])
def test_what_another_task_may_create(declared: DeclaredBackup) -> None:
    with pytest.raises(MissingPrerequisite, match="there is no such"):
        plan_backup(declared, FoundBackup(None))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"database": "Model"}, "database='Model'"),
        ({"path": "E:"}, "path='E:'"),
        ({"path": "/a\nb"}, "path='/a\\nb'"),
        ({"move": {"a": "D:\\x"}}, "state=present restores nothing"),
        ({"close_connections": True}, "close_connections=True"),
        ({"state": "restored", "move": {"a": 1}}, "move[a]=1"),
        ({"state": "restored", "move": {"a": "D:\\x", "b": "d:/X"}}, "path"),
        ({"service_record": ""}, "service_record=''"),
    ],
)
def test_declarations_that_cannot_be_meant(changes: dict[str, Any], message: str) -> None:
    defaults = {name: spec.get("default") for name, spec in BACKUP_ARGUMENTS.items()}
    with pytest.raises(InvalidParameter, match=re.escape(message)):
        backup_from({**defaults, "database": "ES", "path": "E:\\ES.bak", **changes})
