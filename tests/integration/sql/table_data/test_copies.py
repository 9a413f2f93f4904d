# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""mssql_table_data on a server: checked, applied, again unchanged; and tables emptied."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import run_variables
from tests.integration.sql.conftest import Opener, Runner, rows
from tests.integration.sql.table_data.conftest import TABLES, content, counts, execute

TYPES = """
bit tinyint smallint int bigint decimal(38,10) numeric(5,2) money smallmoney float real date time(7) time(0)
datetime2(7) datetime2(0) datetime smalldatetime datetimeoffset(7) uniqueidentifier char(5) varchar(10) varchar(max)
nchar(4) nvarchar(10) nvarchar(max) binary(4) varbinary(5) varbinary(max) xml"""


def test_that_tables_become_equal_to_those_of_another_server(
    run: Runner, open_connection: Opener, origin: dict[str, Any], source: str, target: str
) -> None:
    declared = {"database": target, "tables": TABLES, "source": origin}
    predicted = run("mssql_table_data", check=True, **declared)
    assert predicted["changed"] is True, predicted
    assert content(open_connection, target) == [[], [], []]
    done = run("mssql_table_data", **declared)
    assert done["changed"] is True, done
    assert done["changes"] == predicted["changes"]
    assert [each["item"] for each in done["changes"]] == ["table dbo.sites", "table dbo.rooms", "table dbo.sittings"]
    assert counts(done) == {"dbo.sites": (3, 0, 0), "dbo.rooms": (3, 0, 0), "dbo.sittings": (3, 0, 0)}
    assert content(open_connection, target) == content(open_connection, source)
    again = run("mssql_table_data", **declared)
    assert again["changed"] is False, again
    assert again["digest"] == done["digest"]
    digested = {
        run("mssql_table_data", database=each, tables=TABLES, state="digested")["digest"] for each in (source, target)
    }
    assert digested == {done["digest"]}


def test_that_rows_are_told_apart_by_a_decimal_key(
    run: Runner, open_connection: Opener, origin: dict[str, Any], source: str, target: str
) -> None:
    table = "CREATE TABLE dbo.bands (upto decimal(9, 2) NOT NULL PRIMARY KEY, price money NULL)"
    execute(
        open_connection, source, table, "INSERT INTO dbo.bands VALUES (-2, 1.25), (9, -0.5), (10.5, NULL), (100, 3)"
    )
    execute(open_connection, target, table, "INSERT INTO dbo.bands VALUES (-2, 1.25), (9.5, 2), (10.5, 4), (100, 3)")
    declared = {"database": target, "tables": ["dbo.bands"], "source": origin, "report_keys": 5, "protected": False}
    done = run("mssql_table_data", **declared)
    assert done["changes"][0]["after"]["keys"] == {
        "inserted": [["9.00"]],
        "updated": [["10.50"]],
        "deleted": [["9.50"]],
    }
    assert run("mssql_table_data", **declared)["changed"] is False
    with closing(open_connection(database=target)) as connection:
        found = rows(connection.execute("SELECT upto, price FROM dbo.bands ORDER BY upto"))
    assert [str(each) for row in found for each in row] == [
        *("-2.00", "1.2500"), *("9.00", "-0.5000"), *("10.50", "None"), *("100.00", "3.0000")
    ]  # fmt: skip


def test_that_only_what_differs_is_changed(
    run: Runner, open_connection: Opener, origin: dict[str, Any], source: str, target: str
) -> None:
    declared = {"database": target, "tables": TABLES, "source": origin, "report_keys": 5}
    run("mssql_table_data", **declared)
    execute(
        open_connection,
        source,
        "INSERT INTO dbo.sites VALUES (N'new', N'a b')",
        "UPDATE dbo.rooms SET site = N'new' WHERE id = 7",
        "DELETE FROM dbo.rooms WHERE id = 8",
        "UPDATE dbo.rooms SET name = 'spare' WHERE id = 3",
        "UPDATE dbo.rooms SET name = 'Grand ' WHERE id = 7",
        "UPDATE dbo.rooms SET name = 'é' WHERE id = 3",
        "UPDATE dbo.sittings SET fee = 2 WHERE fee = 0",
        "DELETE FROM dbo.sittings WHERE fee = 1.5",
    )
    predicted = run("mssql_table_data", check=True, **declared)
    done = run("mssql_table_data", **declared)
    assert done["changed"] is True, done
    assert done["changes"] == predicted["changes"]
    assert counts(done) == {"dbo.sites": (1, 0, 0), "dbo.rooms": (0, 2, 1), "dbo.sittings": (0, 1, 1)}
    assert done["changes"][2]["after"]["keys"] == {
        "inserted": [],
        "updated": [["2027-01-02 09:00:00.000 +00:00", 7]],
        "deleted": [["2027-01-02 09:00:00.000 +05:30", 3]],
    }
    assert content(open_connection, target) == content(open_connection, source)
    with closing(open_connection(database=target)) as connection:
        states = "SELECT COUNT(*) FROM sys.foreign_keys WHERE is_disabled = 1 OR is_not_trusted = 1"
        assert connection.execute(states).fetchval() == 0
    assert run("mssql_table_data", **declared)["changed"] is False


def test_that_progress_is_reported(
    run: Runner, origin: dict[str, Any], target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "progress"
    file.touch()
    monkeypatch.setenv(run_variables.PROGRESS, str(file))
    assert run("mssql_table_data", database=target, tables=TABLES, source=origin)["changed"] is True
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    (last,) = [each for each in lines if each["ended"] and each["what"] == f"Copy to {target}"]
    assert (last["done"], last["total"], last["unit"]) == (9, 9, "rows")


def test_that_rows_of_other_tables_are_not_deleted_with_these(
    run: Runner, open_connection: Opener, origin: dict[str, Any], target: str
) -> None:
    run("mssql_table_data", database=target, tables=TABLES, source=origin)
    outside = "CREATE TABLE dbo.plans (id int PRIMARY KEY, room int REFERENCES dbo.rooms (id) ON DELETE CASCADE)"
    execute(open_connection, target, outside, "INSERT INTO dbo.plans VALUES (1, 3)")
    refused = run("mssql_table_data", database=target, tables=TABLES, state="empty")
    assert "deleting rows of dbo.rooms would change rows of dbo.plans" in refused["msg"]
    assert "Nothing was touched." in refused["msg"]
    everything = run("mssql_table_data", database=target, tables=[*TABLES, "dbo.plans"], state="empty")
    assert everything["changed"] is True, everything


@pytest.mark.parametrize("record", ["live", None])
def test_that_rows_in_service_are_not_overwritten(
    run: Runner, open_connection: Opener, origin: dict[str, Any], source: str, *, target: str, record: str | None
) -> None:
    declared = {"database": target, "tables": TABLES, "source": origin}
    properties = {"exam_scheduling_service": record}
    run("mssql_database", name=target, extended_properties=properties)
    assert run("mssql_table_data", **declared)["changed"] is True  # nothing is overwritten
    execute(open_connection, target, "UPDATE dbo.sittings SET fee = 99")
    before = content(open_connection, target)
    for check in (True, False):
        refused = run("mssql_table_data", check=check, **declared)
        assert "overwriting 3 rows of dbo.sittings is refused" in refused["msg"]
        assert "Nothing was touched." in refused["msg"]
        refused = run("mssql_table_data", check=check, database=target, tables=TABLES, state="empty")
        assert "deleting 3 rows of dbo.sittings, 3 rows of dbo.rooms" in refused["msg"]
    assert content(open_connection, target) == before
    if record is None:
        assert run("mssql_table_data", **declared, protected=False)["changed"] is True
        assert content(open_connection, target) == content(open_connection, source)


def test_that_tables_are_emptied(run: Runner, open_connection: Opener, source: str) -> None:
    run("mssql_database", name=source, extended_properties={"exam_scheduling_service": "pre_live"})
    before = content(open_connection, source)
    declared = {"database": source, "tables": TABLES, "state": "empty"}
    predicted = run("mssql_table_data", check=True, **declared)
    assert content(open_connection, source) == before
    outside = run("mssql_table_data", **{**declared, "tables": ["dbo.sites"]})
    assert "contradict the target's constraints" in outside["msg"]
    assert "Nothing was applied" in outside["msg"]
    assert content(open_connection, source) == before
    done = run("mssql_table_data", **declared)
    assert done["changed"] is True, done
    assert done["changes"] == predicted["changes"]
    assert content(open_connection, source) == [[], [], []]
    assert run("mssql_table_data", **declared)["changed"] is False


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tables": []}, "tables=[] is refused"),
        ({"tables": ["rooms"]}, "tables[0]='rooms' is refused"),
        ({"tables": ["dbo.rooms", "[dbo].[ROOMS]"]}, "tables[1]='[dbo].[ROOMS]' is refused"),
        ({"tables": ["dbo.nowhere"]}, "there is no such table"),
        ({"tables": ["dbo.heap"]}, "has no primary key"),
        ({"database": "master"}, "database='master' is refused"),
        ({"source": None}, "state='present' is refused"),
        ({"artefact": "/srv/x"}, "state='present' is refused"),
        ({"artefact": "/srv/x", "state": "empty", "source": None}, "artefact='/srv/x' is refused"),
        ({"artefact": "/nowhere/x", "source": None}, "there is no such artefact"),
        ({"artefact": "x", "source": None}, "artefact='x' is refused"),
        ({"digest": "abc"}, "digest='abc' is refused"),
        ({"digest": "0" * 64}, "not those that were signed off"),
        ({"report_keys": -1}, "report_keys=-1 is refused"),
        ({"service_record": ""}, "service_record='' is refused"),
    ],
)
def test_bad_input(
    run: Runner,
    open_connection: Opener,
    origin: dict[str, Any],
    *,
    source: str,
    target: str,
    changes: dict[str, Any],
    message: str,
) -> None:
    for each in (source, target):
        execute(open_connection, each, "CREATE TABLE dbo.heap (id int)")
    result = run("mssql_table_data", **{"database": target, "tables": TABLES, "source": origin, **changes})
    assert result["failed"] is True
    assert message in result["msg"]
    assert "Nothing was touched." in result["msg"]
    assert content(open_connection, target) == [[], [], []]


def test_that_every_type_is_copied(
    run: Runner, open_connection: Opener, origin: dict[str, Any], source: str, *, target: str, tmp_path: Path
) -> None:
    columns = ", ".join(f"c{number} {each} NULL" for number, each in enumerate(TYPES.split()))
    for each in (source, target):
        execute(open_connection, each, f"CREATE TABLE dbo.kinds (id uniqueidentifier PRIMARY KEY, {columns})")
    low = (
        "0, 0, -32768, -2147483648, -9223372036854775808, -1234567890123456789012345678.0123456789, -999.99, "
        "-922337203685477.5808, -214748.3648, -1.7976931348623157e308, -1.25e-30, '0001-01-01', '00:00:00.0000001', "
        "'23:59:59', '9999-12-31T23:59:59.9999999', '2027-01-02T03:04:05', '2027-01-02T03:04:05.997', "
        "'2027-01-02T03:04:00', '2027-01-02T03:04:05.1234567-11:30', '0E984E26-4C55-4A53-9E0D-7B0E7A1A7F11', 'ab', "
        "'é  ', REPLICATE(CAST('y' AS varchar(max)), 9000), N'é', N'\U0001f600 ', "
        "REPLICATE(CAST(N'z' AS nvarchar(max)), 9000), 0x01, 0x00, CAST(REPLICATE('q', 8000) AS varbinary(max)), "
        "N'<a> <b/>é</a>'"
    )
    keys = [f"'{number:08x}-4C55-4A53-9E0D-7B0E7A1A7F1{number}'" for number in (9, 1, 5)]
    execute(
        open_connection,
        source,
        f"INSERT INTO dbo.kinds VALUES ({keys[0]}, {low})",
        f"INSERT INTO dbo.kinds (id) VALUES ({keys[1]}), ({keys[2]})",
    )
    declared = {"database": target, "tables": ["dbo.kinds"]}
    done = run("mssql_table_data", **declared, source=origin)
    assert done["changed"] is True, done
    for query in (
        "SELECT * FROM dbo.kinds ORDER BY id",
        "SELECT DATALENGTH(c21), DATALENGTH(c24) FROM dbo.kinds ORDER BY id",
    ):
        found = []
        for each in (source, target):
            with closing(open_connection(database=each)) as connection:
                connection.add_output_converter(-155, bytes)
                found.append(rows(connection.execute(query)))
        assert found[0] == found[1]
    assert run("mssql_table_data", **declared, source=origin)["changed"] is False
    path = str(tmp_path / "kinds")
    exported = run("mssql_table_data", database=source, tables=["dbo.kinds"], state="exported", artefact=path)
    assert exported["digest"] == done["digest"]
    execute(open_connection, target, "DELETE FROM dbo.kinds WHERE c0 IS NULL", "UPDATE dbo.kinds SET c10 = 0")
    assert counts(run("mssql_table_data", **declared, artefact=path)) == {"dbo.kinds": (2, 1, 0)}
    again = run("mssql_table_data", **declared, source=origin)
    assert again["changed"] is False, again
