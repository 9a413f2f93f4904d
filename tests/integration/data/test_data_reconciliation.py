# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of Oracle, SQL Server and CSV files compared, with the real drivers."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import sealed_file
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data import preparation
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.sorting import in_order
from tests.integration.data.conftest import documented, write

Executor = Callable[..., dict[str, Any]]
PASSPHRASE = "twelve letters"

EUGEX = (
    "CREATE TABLE exams (exam_code VARCHAR2(12) NOT NULL, title VARCHAR2(200 CHAR), school CHAR(10), "
    "minutes NUMBER(4), fee NUMBER(9,4), is_resit CHAR(1), fixed_start DATE)",
    "INSERT INTO exams VALUES ('INVT1', 'Caf\u00e9 law', 'Law', 120, 1.25, 'N', DATE '2027-05-03')",
    "INSERT INTO exams VALUES ('INVT2', NULL, 'Music', 90, NULL, 'Y', NULL)",
    "INSERT INTO exams VALUES ('INVT3', '\U0001f600', NULL, 180, 0, 'N', NULL)",
)
SCHEDULER = (
    "CREATE TABLE dbo.Exams (CourseCode nvarchar(20) NOT NULL, Title nvarchar(200), School varchar(20), Duration int, "
    "Fee decimal(9, 2), IsResit bit, FixedStart datetime2(0))",
    "INSERT INTO dbo.Exams VALUES (N'INVT1', N'Caf\u00e9 law', 'law', 120, 1.25, 0, '2027-05-02T23:00:00'), "
    "(N'INVT2', N'', 'Music', 90, NULL, 1, NULL), (N'INVT3', N'\U0001f600', NULL, 180, 0, 0, NULL)",
)
DECLARED: dict[str, Any] = {
    "key": ["exam_code"],
    "columns": [
        {"name": "exam_code", "target": "CourseCode"},
        {"name": "school", "ignore_case": True, "trim": "trailing"},
        {"name": "minutes", "target": "Duration"},
        {"name": "resit", "source": "is_resit", "target": "IsResit", "type": "boolean"},
        {
            "name": "start",
            "source": "fixed_start",
            "target": "FixedStart",
            "type": "datetime",
            "source_time_zone": "Europe/London",
            "target_time_zone": "UTC",
        },
    ],
    "null_equals_empty": True,
}


def test_that_eugex_and_exam_scheduler_are_the_same_as_declared(on_oracle: Executor, on_sql_server: Executor) -> None:
    arguments = {
        "source": {"oracle": on_oracle(*EUGEX, query="SELECT * FROM exams")},
        "target": {"mssql": on_sql_server(*SCHEDULER, query="WITH e AS (SELECT * FROM dbo.Exams) SELECT * FROM e;")},
        **DECLARED,
    }
    same = documented("data_reconciliation", arguments)
    assert (same["msg"], same["equal"], same["rows"]) == ("3 rows proven", 3, {"source": 3, "target": 3})
    assert same["orders"] == {"source": "binary", "target": "collation"}

    # without what is declared of texts, they differ; of values of two kinds nothing is said
    plain = {**arguments, "null_equals_empty": False, "show_values": True, "on_difference": "report"}
    plain["columns"] = [each for each in DECLARED["columns"] if each["name"] != "school"]
    different = documented("data_reconciliation", plain)
    assert different["columns_that_differ"] == {"SCHOOL": 2, "TITLE": 1}
    assert different["samples"]["different"][0] == {
        "key": {"exam_code": "INVT1"},
        "columns": {"SCHOOL": {"source": "Law       ", "target": "law"}},
    }
    plain["columns"][2] = {"name": "resit", "source": "is_resit", "target": "IsResit"}
    assert (
        "column resit is a text in the source and a number in the target"
        in (documented("data_reconciliation", plain)["msg"])
    )
    plain["ignored_columns"] = ["fee"]
    plain["columns"].pop(2)
    assert "target has no such columns; found IS_RESIT" in documented("data_reconciliation", plain)["msg"]


def test_all_kinds_of_differences(on_oracle: Executor, on_sql_server: Executor, tmp_path: Path) -> None:
    where = on_oracle(
        "CREATE TABLE sittings (uun VARCHAR2(8), exam VARCHAR2(12), attempt NUMBER(2), seat VARCHAR2(5))",
        "INSERT INTO sittings VALUES ('s1000001', 'A', 1, '1')",
        "INSERT INTO sittings VALUES ('s1000001', 'B', 1, '2')",
        "INSERT INTO sittings VALUES ('s1000002', 'A', 1, '3')",
        "INSERT INTO sittings VALUES ('s1000002', 'A', 2, '3')",
        "INSERT INTO sittings VALUES (NULL, 'A', 1, '3')",
        "INSERT INTO sittings VALUES ('s1000004', 'A', 1, 'x')",
    )
    there = on_sql_server(
        "CREATE TABLE dbo.Sittings (uun nvarchar(10), exam nvarchar(12), attempt int, seat int)",
        "INSERT INTO dbo.Sittings VALUES (N's1000001', N'A', 1, 1), (N's1000002', N'A', 2, 3), "
        "(N's1000003', N'A', 1, 3), (N's1000003', N'A', 1, 3), (N's1000004', N'A', 1, 4)",
    )
    file = tmp_path / "differences"
    arguments = {
        "source": {"oracle": {**where, "query": "SELECT * FROM sittings"}},
        "target": {"mssql": {**there, "query": "SELECT * FROM dbo.Sittings"}},
        "key": ["uun", "exam"],
        "columns": [{"name": "seat", "type": "integer"}],
        "shown_columns": ["exam"],
        "differences_file": str(file),
        "differences_passphrase": PASSPHRASE,
    }
    found = documented("data_reconciliation", arguments, check=True)
    assert found["failed"]
    assert found["found"] == {
        "missing": 1,
        "extra": 1,
        "different": 2,
        "duplicate_in_source": 1,
        "duplicate_in_target": 1,
        "without_key_in_source": 1,
        "without_key_in_target": 0,
    }
    assert (found["rows"], found["equal"]) == ({"source": 6, "target": 5}, 1)
    assert found["columns_that_differ"] == {"ATTEMPT": 1, "seat": 1}
    assert found["unreadable"] == {"source: seat": 1}
    assert found["samples"]["missing"] == [{"key": {"UUN": "s\u202601", "EXAM": "B"}}]
    assert [(each["what"], each["found"]) for each in found["differences"]][:2] == [
        ("missing", "1 of 6: s\u202601 B"),
        ("extra", "1 of 5: s\u202603 A"),
    ]
    assert "s100000" not in str(found)
    assert "s100000" not in file.read_bytes().decode("latin-1")
    listed = list(csv.reader(sealed_file.read(file, PASSPHRASE).splitlines()))
    assert listed[0] == ["difference", "UUN", "EXAM", "column", "source", "target"]
    assert sorted(listed[1:]) == [
        ["different", "s1000002", "A", "ATTEMPT", "1", "2"],
        ["different", "s1000004", "A", "seat", "x", "4"],
        ["duplicate_in_source", "s1000002", "A", "", "", ""],
        ["duplicate_in_target", "s1000003", "A", "", "", ""],
        ["extra", "s1000003", "A", "", "", ""],
        ["missing", "s1000001", "B", "", "", ""],
        ["without_key_in_source", "", "A", "", "", ""],
    ]


KEYS = ["a", "A", "b", "B", "\u00e9", "e", "z", "a ", "\uffff", "\U0001f600", "_", "-", "a-b", "ab", "a b"]


def test_keys_that_collations_sort_otherwise(
    on_oracle: Executor, on_sql_server: Executor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = ", ".join(f"(N'{key}', {at})" for at, key in enumerate(KEYS))
    on_sql = on_sql_server(
        "CREATE TABLE dbo.t (k nvarchar(20) COLLATE Latin1_General_CI_AS, n int)",
        f"INSERT INTO dbo.t VALUES {values}",
        query="SELECT k, n FROM dbo.t",
    )
    inserts = [f"INSERT INTO t VALUES ('{key}', {at})" for at, key in enumerate(KEYS)]
    on_hub = on_oracle("CREATE TABLE t (k VARCHAR2(20), n NUMBER(4))", *inserts, query="SELECT k, n FROM t")
    file = {"path": write(tmp_path / "t.csv", "K;N", *(f"{key};{at}" for at, key in enumerate(KEYS))), "delimiter": ";"}
    sides = {"oracle": on_hub, "mssql": on_sql, "csv": file}
    arguments = {"key": ["k"], "columns": [{"name": "n", "type": "integer"}]}
    expected = {"oracle": "binary", "mssql": "binary", "csv": "module"}
    for source, target in (("oracle", "mssql"), ("mssql", "csv"), ("csv", "oracle")):
        given = {"source": {source: sides[source]}, "target": {target: sides[target]}, **arguments}
        found = documented("data_reconciliation", given)
        assert (found["equal"], found["orders"]) == (
            len(KEYS),
            {"source": expected[source], "target": expected[target]},
        )

    # a key that is converted is in no server's order: this module sorts, on disk if it has to
    monkeypatch.setattr(preparation, "in_order", lambda rows, key: in_order(rows, key, in_memory=4, runs_at_once=2))
    folded = {**arguments, "ignore_case": True, "trim": "both", "on_difference": "report"}
    given = {"source": {"oracle": on_hub}, "target": {"mssql": on_sql}, **folded}
    found = documented("data_reconciliation", given)
    assert found["orders"]["source"] == "module"
    assert (found["equal"], found["found"]["duplicate_in_source"], found["found"]["duplicate_in_target"]) == (12, 3, 3)


def test_files_alone(tmp_path: Path) -> None:
    sent = write(tmp_path / "sent.csv", "UUN,Sat,Mark", "s1,03/05/2027,7", "s2,,n/a", encoding="cp1252")
    kept = write(tmp_path / "kept.csv", "uun,day,mark", "s1,2027-05-03,7.0", "s2,,")
    arguments = {
        "source": {"csv": {"path": sent, "encoding": "cp1252", "null_values": ["", "n/a"]}},
        "target": {"csv": {"path": kept}},
        "key": ["uun"],
        "columns": [
            {"name": "day", "source": "sat", "type": "date", "source_format": "%d/%m/%Y"},
            {"name": "mark", "type": "decimal", "scale": 1},
        ],
    }
    assert documented("data_reconciliation", arguments)["proven"]
    header_only = write(tmp_path / "empty.csv", "uun,sat,mark")
    empty = {**arguments, "source": {"csv": {"path": header_only}}, "target": {"csv": {"path": kept}}}
    found = documented("data_reconciliation", empty)
    assert [each["what"] for each in found["differences"]] == ["rows", "extra"]
    both = {**empty, "target": {"csv": {"path": write(tmp_path / "nothing.csv", "uun,day,mark")}}}
    assert [each["what"] for each in documented("data_reconciliation", both)["differences"]] == ["rows"]
    assert documented("data_reconciliation", {**both, "allow_empty": True})["proven"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"source": {"csv": {"path": "/nowhere.csv"}}},
            "source.csv.path='/nowhere.csv' is refused: there is no such file",
        ),
        ({"source": {}}, "one of the following is required: mssql, oracle, csv"),
        ({"differences_file": "/x"}, "it is only written encrypted, and differences_passphrase is not given"),
        ({"differences_file": "/x", "differences_passphrase": "eleven lett"}, "differences_passphrase is too short"),
        ({"differences_file": "/nowhere/x", "differences_passphrase": PASSPHRASE}, "it is no path in a directory"),
        ({"differences_passphrase": PASSPHRASE}, "there is no differences_file"),
        ({"samples": 1001}, "samples=1001 is refused"),
        ({"key": ["id"]}, "key[0]='id' is refused: there is no such column. There are uun, n"),
        (
            {"columns": [{"name": "uun", "type": "integer"}]},
            "row 2: column uun of the key has a value that is no integer",
        ),
        ({"columns": [{"name": "n", "source": "m"}]}, "there is no column m; found uun, n"),
    ],
)
def test_that_what_cannot_be_meant_is_refused(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    file = {"csv": {"path": write(tmp_path / "t.csv", "uun,n", "1,1", "s2,2")}}
    refused = documented("data_reconciliation", {"source": file, "target": file, "key": ["uun"], **changes})
    assert refused["failed"]
    assert message in refused["msg"]


def test_queries_that_are_refused_or_fail(on_sql_server: Executor, on_oracle: Executor, tmp_path: Path) -> None:
    file = {"csv": {"path": write(tmp_path / "t.csv", "uun", "1")}}
    sql = on_sql_server("CREATE TABLE dbo.t (uun nvarchar(10))", "INSERT INTO dbo.t VALUES (N's1234567')")
    hub = on_oracle("CREATE TABLE t (uun VARCHAR2(8), at TIMESTAMP WITH TIME ZONE)", "INSERT INTO t VALUES ('a', NULL)")

    def refusal(**source: Any) -> str:
        arguments = {"source": source, "target": file, "key": ["uun"]}
        return str(documented("data_reconciliation", arguments)["msg"])

    assert "DELETE does not read" in refusal(mssql={**sql, "query": "SELECT uun FROM dbo.t DELETE FROM dbo.t"})
    assert "does not begin with SELECT" in refusal(oracle={**hub, "query": "DELETE FROM t"})
    assert "Leave ORDER BY out" in refusal(mssql={**sql, "query": "SELECT uun FROM dbo.t ORDER BY uun"})
    assert "Invalid object name 'dbo.u'" in refusal(mssql={**sql, "query": "SELECT uun FROM dbo.u"})
    assert "'UUN' was specified multiple times" in refusal(mssql={**sql, "query": "SELECT uun, 1 AS [UUN] FROM dbo.t"})
    assert "ORA-00942" in refusal(oracle={**hub, "query": "SELECT uun FROM u"})
    assert "AT is a time stamp with a time zone" in refusal(oracle={**hub, "query": "SELECT uun, at FROM t"})
    # a value that the server quotes is a student's
    failed = refusal(mssql={**sql, "query": "SELECT CAST(uun AS int) AS uun FROM dbo.t"})
    assert "Conversion failed" in failed
    assert "s1234567" not in failed
    wrong = refusal(oracle={**hub, "login_password": "not this one", "query": "SELECT uun FROM t"})
    assert "ORA-01017" in wrong
