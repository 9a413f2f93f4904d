# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a database as it is and as it is declared to the changes between them; what may be dropped."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_files import DatabaseChange
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_planner import plan_database
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_state import (
    DATABASE_ARGUMENTS,
    DatabaseFile,
    DatabaseState,
    Declaration,
    Surroundings,
    declaration_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Text
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    InvalidParameter,
    MissingPrerequisite,
    Problem,
)

MODEL = DatabaseState("model", "Latin1_General_CI_AS", "FULL", 160, False, "sa")
ES = replace(
    MODEL,
    name="ES",
    files=(
        DatabaseFile("ES", "rows", "D:\\ES.mdf", 64, 0, 64, None),
        DatabaseFile("ES_log", "log", "D:\\ES.ldf", 8, 1024, None, 10),
    ),
)


def text_of(change: DatabaseChange) -> str:
    """Return the statement as the server executes it."""
    return "".join(f"N'{part.value}'" if isinstance(part, Text) else part for part in change.statement)


def statements(declared: Declaration, present: DatabaseState | None = ES, **surroundings: Any) -> list[str]:
    found = Surroundings(present, MODEL, 16, "operations", **surroundings)
    return [text_of(change) for change in plan_database(declared, found)]


def test_a_new_database() -> None:
    declared = Declaration(
        "E]S",
        "present",
        "French_CI_AS",
        "SIMPLE",
        160,
        True,
        "sa",
        (
            DatabaseFile("d", "rows", "/data/d.mdf", 64, 0, 16),
            DatabaseFile("l", "log", "/data/l.ldf", None, 1024, None, 10),
        ),
        {"service": "pre_live"},
    )
    assert statements(declared, None) == [
        "CREATE DATABASE [E]]S] ON PRIMARY (NAME = [d], FILENAME = N'/data/d.mdf', MAXSIZE = UNLIMITED, SIZE = 64MB, "
        "FILEGROWTH = 16MB) LOG ON (NAME = [l], FILENAME = N'/data/l.ldf', MAXSIZE = 1024MB, FILEGROWTH = 10%) "
        "COLLATE French_CI_AS",
        "ALTER DATABASE [E]]S] SET RECOVERY SIMPLE",
        "ALTER DATABASE [E]]S] SET READ_COMMITTED_SNAPSHOT ON WITH NO_WAIT",
        "EXEC [E]]S].sys.sp_addextendedproperty @name = N'service', @value = N'pre_live'",
        "ALTER AUTHORIZATION ON DATABASE::[E]]S] TO [sa]",
    ]


def test_that_only_what_differs_is_altered() -> None:
    declared = Declaration(
        "ES",
        "present",
        "latin1_general_ci_as",
        "FULL",
        150,
        False,
        "SA",
        (DatabaseFile("es", "rows", "d:/es.MDF", 32, 0, 128), DatabaseFile("more", "rows", "D:\\more.ndf")),
        {"gone": None},
    )
    assert statements(declared) == [
        "ALTER DATABASE [ES] SET COMPATIBILITY_LEVEL = 150",
        "ALTER DATABASE [ES] MODIFY FILE (NAME = [ES], FILEGROWTH = 128MB)",
        "ALTER DATABASE [ES] ADD FILE (NAME = [more], FILENAME = N'D:\\more.ndf')",
    ]


def test_that_a_file_is_altered_property_by_property() -> None:
    files = (DatabaseFile("ES_log", "log", "D:\\ES.ldf", 2048, 4096, 64),)
    declared = Declaration("ES", "present", files=files)
    assert statements(declared) == [
        "ALTER DATABASE [ES] MODIFY FILE (NAME = [ES_log], MAXSIZE = 4096MB); "
        "ALTER DATABASE [ES] MODIFY FILE (NAME = [ES_log], SIZE = 2048MB); "
        "ALTER DATABASE [ES] MODIFY FILE (NAME = [ES_log], FILEGROWTH = 64MB)"
    ]
    (change,) = plan_database(declared, Surroundings(ES, MODEL, 16, "operations"))
    assert change.after == {
        "name": "ES_log", "type": "log", "path": "D:\\ES.ldf", "size_mb": 2048, "max_size_mb": 4096, "growth_mb": 64
    }  # fmt: skip


def test_extended_properties() -> None:
    present = replace(ES, extended_properties={"One": "1", "two": "2", "left": "alone"})
    declared = Declaration("ES", "present", extended_properties={"one": None, "two": "3", "three": "it's"})
    assert statements(declared, present) == [
        "EXEC [ES].sys.sp_dropextendedproperty @name = N'One'",
        "EXEC [ES].sys.sp_updateextendedproperty @name = N'two', @value = N'3'",
        "EXEC [ES].sys.sp_addextendedproperty @name = N'three', @value = N'it's'",
    ]


def test_that_all_that_cannot_be_altered_in_place_is_named_at_once() -> None:
    files = (DatabaseFile("ES", "log", "E:\\ES.mdf", None, 16),)
    declared = Declaration("ES", "present", "French_CI_AS", files=files)
    with pytest.raises(Problem) as caught:
        statements(declared)
    for part in ("collation, type of file ES, path of file ES, max_size_mb of file ES", "French_CI_AS", "D:\\ES.mdf"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("declared", "present", "surroundings", "message"),
    [
        (Declaration("ES", "present", compatibility_level=170), ES, {}, "compatibility_level=170"),
        (Declaration("ES", "present", "Nonsense"), None, {"collation_known": False}, "collation=Nonsense"),
        (Declaration("ES", "present"), replace(ES, source="Other"), {}, "a snapshot of Other"),
        (Declaration("ES", "absent"), replace(ES, source="Other"), {}, "a snapshot of Other"),
        (Declaration("ES", "present", owner="sam"), replace(ES, status="OFFLINE"), {}, "found OFFLINE"),
        (Declaration("ES", "present", owner="sam"), replace(ES, read_only=True), {}, "read-only"),
        (Declaration("ES", "present", files=(DatabaseFile("l", "log", "/l"),)), None, {}, "first data file"),
    ],
)
def test_what_is_refused(
    declared: Declaration, present: DatabaseState | None, surroundings: dict[str, Any], message: str
) -> None:
    with pytest.raises(Problem, match=message):
        statements(declared, present, **surroundings)


def test_that_an_owner_who_is_missing_is_a_prerequisite() -> None:
    with pytest.raises(MissingPrerequisite, match="owner=sam"):
        statements(Declaration("ES", "present", owner="sam"), owner_known=False)


RECORDS = st.one_of(st.none(), st.sampled_from(["pre_live", "live", "PRE_LIVE", "pre_live ", ""]), st.text())


@given(record=RECORDS, protected=st.booleans(), seen=st.booleans(), case=st.sampled_from(["service", "Service"]))
def test_that_only_a_database_that_is_positively_not_in_service_is_dropped(
    record: str | None, protected: bool, seen: bool, case: str
) -> None:
    present = replace(ES, extended_properties={} if record is None else {case: record}, definition_seen=seen)
    declared = Declaration("ES", "absent", service_record="service", protected=protected)
    if record == "pre_live" or (record is None and not protected and seen):
        assert statements(declared, present) == ["DROP DATABASE [ES]"]
    else:
        with pytest.raises(Problem, match="dropping it is refused"):
            statements(declared, present)


VALUES = st.none() | st.sampled_from(["pre_live", "live", "PRE_LIVE", ""])


@given(record=VALUES, value=VALUES, withdraw=st.booleans(), case=st.sampled_from(["service", "SERVICE"]))
def test_that_a_database_in_service_is_not_told_that_it_is_not(
    record: str | None, value: str | None, withdraw: bool, case: str
) -> None:
    present = replace(ES, extended_properties={} if record is None else {"service": record})
    declared = Declaration(
        "ES", "present", extended_properties={case: value}, service_record="Service", withdraw_from_service=withdraw
    )
    if record not in (None, "pre_live") and value in (None, "pre_live") and not withdraw:
        with pytest.raises(Problem, match="withdraw_from_service"):
            statements(declared, present)
    else:
        assert len(statements(declared, present)) == (record != value)


@pytest.mark.parametrize("change", [{"status": "RESTORING"}, {"snapshots": ("s",)}])
def test_databases_that_cannot_be_dropped(change: dict[str, Any]) -> None:
    present = replace(ES, extended_properties={"service": "pre_live"}, **change)
    with pytest.raises(Problem, match="dropp"):
        statements(Declaration("ES", "absent", service_record="service"), present)


def test_that_a_database_that_is_not_there_is_not_dropped() -> None:
    assert statements(Declaration("ES", "absent", service_record="service"), None) == []


def test_that_others_are_disconnected_only_on_request() -> None:
    present = replace(ES, extended_properties={"service": "pre_live"})
    declared = Declaration("ES", "absent", service_record="service", close_connections=True)
    assert statements(declared, present) == [
        "ALTER DATABASE [ES] SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE [ES]"
    ]
    switch = Declaration("ES", "present", read_committed_snapshot=True, close_connections=True)
    assert statements(switch) == ["ALTER DATABASE [ES] SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE"]


STATES = st.builds(
    DatabaseState,
    st.just("ES"),
    st.just("Latin1_General_CI_AS"),
    st.sampled_from(["FULL", "SIMPLE", "BULK_LOGGED"]),
    st.sampled_from([140, 150, 160]),
    st.booleans(),
    st.sampled_from(["sa", "operations"]),
    extended_properties=st.dictionaries(st.sampled_from("abc"), st.sampled_from("12")),
)
DECLARATIONS = st.builds(
    Declaration,
    st.just("ES"),
    st.just("present"),
    recovery_model=st.none() | st.sampled_from(["FULL", "SIMPLE", "BULK_LOGGED"]),
    compatibility_level=st.none() | st.sampled_from([140, 150, 160]),
    read_committed_snapshot=st.none() | st.booleans(),
    owner=st.none() | st.sampled_from(["sa", "operations"]),
    extended_properties=st.dictionaries(st.sampled_from("abc"), st.none() | st.sampled_from("12")),
)


@given(present=STATES, declared=DECLARATIONS)
def test_that_what_was_planned_leaves_nothing_to_do(present: DatabaseState, declared: Declaration) -> None:
    changes = plan_database(declared, Surroundings(present, MODEL, 16, "operations"))
    properties: dict[str, Any] = dict(present.extended_properties)
    after: dict[str, Any] = {}
    for change in changes:
        assert change.before != change.after
        *_where, setting = change.item.split()
        if "extended property" in change.item:
            properties[setting] = change.after
        else:
            after[setting] = change.after
    kept = {name: value for name, value in properties.items() if value is not None}
    done = replace(present, extended_properties=kept, **after)
    assert plan_database(declared, Surroundings(done, MODEL, 16, "operations")) == []


def parameters(**changes: Any) -> dict[str, Any]:
    defaults = {name: spec.get("default") for name, spec in DATABASE_ARGUMENTS.items()}
    return {**defaults, "name": "ES", **changes}


def file(**changes: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("size_mb", "max_size_mb", "growth_mb", "growth_percent"))
    return {"name": "ES", "type": "rows", "path": "D:\\ES.mdf", **empty, **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "name=''"),
        ({"name": "Master"}, "name='Master'"),
        ({"state": "absent", "owner": "sa"}, "owner is declared as well"),
        ({"collation": "a; DROP"}, "collation='a; DROP'"),
        ({"compatibility_level": 155}, "compatibility_level=155"),
        ({"files": [file(), file(name="es")]}, "files[1].name='es'"),
        ({"files": [file(path="ES.mdf")]}, "files[0].path='ES.mdf'"),
        ({"files": [file(size_mb=0)]}, "files[0].size_mb=0"),
        ({"files": [file(size_mb=9, max_size_mb=8)]}, "files[0].max_size_mb=8"),
        ({"files": [file(growth_mb=1, growth_percent=1)]}, "files[0].growth_percent=1"),
        ({"extended_properties": {"a": ["b"]}}, "extended_properties[a]=['b']"),
        ({"extended_properties": {"a": "x" * 4000}}, "it is too long"),
        ({"extended_properties": {"a": "1", "A": "2"}}, "two have the same name"),
    ],
)
def test_declarations_that_cannot_be_meant(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameter, match=re.escape(message)):
        declaration_from(parameters(**changes))
