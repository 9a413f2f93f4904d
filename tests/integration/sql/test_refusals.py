# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not emulated is an error that names it: no construct is left out in silence."""

from __future__ import annotations

import pyodbc
import pytest

from tests.integration.sql.conftest import number_of

CONSTRUCTS = {
    "SELECT 1 FOR JSON AUTO": "FOR JSON",
    "SELECT 1 OPTION (MAXDOP 1)": "OPTION",
    "MERGE dbo.t AS t USING dbo.u AS u ON t.id = u.id WHEN MATCHED THEN DELETE;": "MERGE",
    "SELECT * INTO dbo.copy FROM sys.databases": "INTO",
    "SELECT * FROM sys.databases CROSS APPLY (SELECT 1 AS x) AS q": "CROSS APPLY",
    "SELECT * FROM sys.dm_os_volume_stats(1, 1) AS v": "without CROSS APPLY",
    "SELECT * FROM sys.databases TABLESAMPLE (10 PERCENT)": "TABLESAMPLE",
    "SELECT TOP 10 PERCENT name FROM sys.databases": "PERCENT",
    "SELECT * FROM sys.dm_os_wait_stats": "sys.dm_os_wait_stats",
    "SELECT dbo.something(1)": "dbo.something",
    "SELECT * FROM STRING_SPLIT('a', ',')": "STRING_SPLIT",
    "SELECT SUM(1) OVER () FROM sys.databases": "SUM OVER",
    "SELECT name FROM sys.databases GROUP BY ROLLUP (name)": "ROLLUP",
    "CREATE TABLE #t (id int)": "temporary tables",
    "CREATE PROCEDURE dbo.p AS SELECT 1": "CREATE PROCEDURE",
    "CREATE TRIGGER dbo.p ON dbo.t AFTER INSERT AS SELECT 1": "CREATE TRIGGER",
    "CREATE TABLE dbo.x (id geography)": "geography",
    "CREATE TABLE dbo.x (id int SPARSE NULL)": "SPARSE",
    "SELECT CONVERT(varchar(20), GETDATE(), 109)": "style 109",
    "SELECT SERVERPROPERTY('NoSuchProperty')": "NoSuchProperty",
    "DECLARE @t TABLE (id int)": "type table",
    "BULK INSERT dbo.t FROM 'x'": "BULK",
    "SELECT 1 = ALL (SELECT 1)": "",
    "ALTER DATABASE master SET PARAMETERIZATION FORCED": "PARAMETERIZATION",
    "SET ROWCOUNT 5": "SET ROWCOUNT",
    "GRANT SELECT (id) ON dbo.t TO public": "columns",
}


@pytest.mark.parametrize("statement", CONSTRUCTS)
def test_that_the_construct_is_named(admin: pyodbc.Connection, statement: str) -> None:
    with pytest.raises(pyodbc.Error) as caught:
        admin.execute(statement).fetchall()
    assert number_of(caught.value) in (40510, 102, 156)
    assert CONSTRUCTS[statement].lower() in str(caught.value).lower()
