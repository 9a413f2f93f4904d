# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`data_reconciliation` beside the bare fetch of the slower side: a million rows of 8 columns, Oracle and SQL Server.

Both servers are emulated, each a process. The peer is the driver alone, a process too, that fetches one side and does
nothing with it: the slower of the two counts. Ours fetches both, in the order of their keys, and compares them.

Servers of one's own have processors of their own. Here they have the answers ready, as octets, since a run that is not
measured (`ready_servers`): what is measured is what the clients take. `emulated as ever` is the same beside servers
that do all their work on the clients' cores, which takes as long as the clients' own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql._odbc import (
    connect,
    connection_string,
    find_driver,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server as SqlServer
from tests.integration.oracle_modules.databases import Emulator as Oracle
from tests.integration.sql.conftest import running_emulator
from tests.performance.bench_oracle import running
from tests.performance.ratio import ROOT, Measurement, Run, time_module

FEW, MANY = 10_000, 1_000_000
REPEATS = 7
"""Of each, the shortest time counts: whatever else a machine does makes a run longer, and none shorter."""
MEMORY_MIB = 150.0
GROWTH_MIB = 32.0
"""How much more memory a million rows may take than ten thousand."""
BATCH = 20_000

ON_SQL_SERVER = """CREATE TABLE dbo.Enrolments{rows} (UUN nvarchar(10) NOT NULL, ExamCode nvarchar(20) NOT NULL,
    AcademicYear nvarchar(6) NOT NULL, Email nvarchar(120), Attempt int, ExtraTime int, SeparateRoom nvarchar(1),
    Minutes int, PRIMARY KEY (UUN, ExamCode))"""
ON_ORACLE = """CREATE TABLE enrolments{rows} (uun VARCHAR2(8) NOT NULL, exam_code VARCHAR2(12) NOT NULL,
    academic_year VARCHAR2(6), email VARCHAR2(120), attempt NUMBER(2), extra_time NUMBER(3), separate_room CHAR(1),
    minutes NUMBER(4), PRIMARY KEY (uun, exam_code))"""
ON_SQL_SERVER_ROWS = "SELECT * FROM dbo.Enrolments{rows}"
ON_ORACLE_ROWS = "SELECT * FROM enrolments{rows}"

FETCH_SQL_SERVER = """
import json, pyodbc, sys
given = json.load(sys.stdin)
cursor = pyodbc.connect(given["connection"]).execute(given["query"])
while cursor.fetchmany(2000):
    pass
"""
FETCH_ORACLE = """
import json, ssl, sys
import oracledb
given = json.load(sys.stdin)
context = ssl.create_default_context(cafile=given["ca_certificates"])
connection = oracledb.connect(
    user=given["login_user"], password=given["login_password"], host=given["connect_address"], port=2484,
    protocol="tcps", service_name=given["service_name"], ssl_context=context,
    ssl_server_cert_dn="CN=" + given["server"])
cursor = connection.cursor()
cursor.arraysize = cursor.prefetchrows = 2000
cursor.execute(given["query"])
while cursor.fetchmany(2000):
    pass
"""


def measure() -> list[Measurement]:
    """Return the measurements. Raises RuntimeError if the module does something else than what is measured."""
    with _servers(ready=True) as (database, oracle):
        ready = _measure(database, oracle, "")
    with _servers(ready=False) as (database, oracle):
        return [*ready, *_measure(database, oracle, ", emulated as ever")]


@contextmanager
def _servers(*, ready: bool) -> Iterator[tuple[SqlServer, Oracle]]:
    """Provide both servers with their rows, and whether they have the answers ready."""
    programs = {
        name: ("tests.performance.ready_servers", name) if ready else (f"emulators.{name}",)
        for name in ("sql", "oracle")
    }
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for each in programs:
            (directory / each).mkdir()
        with (
            running_emulator(directory / "sql", program=programs["sql"]) as emulator,
            running(directory / "oracle", program=programs["oracle"]) as oracle,
        ):
            yield _filled(emulator.server, oracle), oracle


def _filled(server: SqlServer, oracle: Oracle) -> SqlServer:
    """Make the rows on both sides, and return the database on SQL Server that has them."""
    with closing(connect(server, autocommit=True)) as connection:
        connection.execute("CREATE DATABASE [Bench] COLLATE Latin1_General_CI_AS")
    database = replace(server, database="Bench")
    with closing(connect(database, autocommit=False)) as there, oracle.connect("SYSTEM") as here:
        writer, other = there.cursor(), here.cursor()
        writer.fast_executemany = True
        for rows in (FEW, MANY):
            writer.execute(_for(ON_SQL_SERVER, rows))
            other.execute(_for(ON_ORACLE, rows))
            for first in range(0, rows, BATCH):
                batch = list(_rows(first, min(first + BATCH, rows)))
                writer.executemany(
                    _for("INSERT INTO dbo.Enrolments{rows} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows), batch
                )
                other.executemany(
                    _for("INSERT INTO enrolments{rows} VALUES (:1, :2, :3, :4, :5, :6, :7, :8)", rows), batch
                )
        there.commit()
        here.commit()
    return database


def _rows(first: int, end: int) -> Iterator[tuple[object, ...]]:
    """Yield invented enrolments, four exams a student."""
    for number in range(first, end):
        uun = f"s{1_000_000 + number // 4}"
        yield (
            uun, f"INVT{number % 2500:05d}", "2026/7", f"{uun}@students.exams.example", 2 if number % 20 == 0 else 1,
            25 if number % 8 == 0 else 0, "Y" if number % 16 == 0 else "N", 120 if number % 3 else 180,
        )  # fmt: skip


def _measure(database: SqlServer, oracle: Oracle, how: str) -> list[Measurement]:
    there, here = _sql_server_fetched(database, MANY), _oracle_fetched(oracle, MANY)
    rounds = [  # by turns, so that a machine that gets busy is busy for all of them
        (_seconds(there), _seconds(here), _seconds(there, here), _reconcile(database, oracle, MANY))
        for _repeat in range(1 + REPEATS)
    ]
    sql_server, oracles, at_once, runs = zip(*rounds[1:], strict=True)  # the first time, no server has anything ready
    fetches = {"SQL Server fetched": sql_server, "Oracle fetched": oracles}
    few = _reconcile(database, oracle, FEW)
    slower = max(fetches, key=lambda name: min(fetches[name]))
    listed = ", ".join(f"{name} {min(seconds):.1f} s" for name, seconds in fetches.items())
    print(f"  {listed}; memory {few.memory_mib:.0f} MiB for {FEW:,} rows", file=sys.stderr)
    ours = min(run.seconds for run in runs)
    memory, limit = max(run.memory_mib for run in runs), min(MEMORY_MIB, few.memory_mib + GROWTH_MIB)
    peers = ((slower, min(fetches[slower])), ("both fetched at once", min(at_once)))
    return [
        Measurement(f"reconcile {MANY:,} rows{how}", "run", ours, name, seconds, 0.8, memory, limit)
        for name, seconds in peers
    ]


def _reconcile(database: SqlServer, oracle: Oracle, rows: int) -> Run:
    there = {
        "server": database.name,
        "connect_address": database.connect_address,
        "ca_certificates": database.ca_certificates,
        "login_user": database.user,
        "login_password": database.password,
        "database": database.database,
    }
    arguments = {
        "source": {"oracle": {**_oracle(oracle), "query": _for(ON_ORACLE_ROWS, rows)}},
        "target": {"mssql": {**there, "query": _for(ON_SQL_SERVER_ROWS, rows)}},
        "key": ["uun", "exam_code"],
        "columns": [
            {"name": "exam_code", "target": "ExamCode"},
            {"name": "academic_year", "target": "AcademicYear"},
            {"name": "extra_time", "target": "ExtraTime"},
            {"name": "separate_room", "target": "SeparateRoom"},
        ],
    }
    run = time_module("data_reconciliation", arguments)
    if run.result.get("failed"):
        raise RuntimeError(f"the module failed: {run.result['msg']}")
    if run.result["equal"] != rows:
        raise RuntimeError(f"the module found {run.result['equal']} rows to be equal instead of {rows}")
    return run


def _oracle(oracle: Oracle) -> dict[str, Any]:
    server = oracle.server
    return {
        "server": server.name,
        "service_name": server.service,
        "connect_address": server.connect_address,
        "ca_certificates": server.ca_certificates,
        "login_user": server.user,
        "login_password": server.password,
    }


Fetch = tuple[str, dict[str, Any], dict[str, str]]
"""A program, what it is given, and what its environment has beside."""


def _sql_server_fetched(database: SqlServer, rows: int) -> Fetch:
    given = {"connection": connection_string(database, find_driver()), "query": _for(ON_SQL_SERVER_ROWS, rows)}
    return FETCH_SQL_SERVER, given, {"SSL_CERT_FILE": str(database.ca_certificates)}


def _oracle_fetched(oracle: Oracle, rows: int) -> Fetch:
    return FETCH_ORACLE, {**_oracle(oracle), "query": _for(ON_ORACLE_ROWS, rows)}, {}


def _seconds(*fetches: Fetch) -> float:
    """Return how long fetches take that begin at the same time."""
    begun = time.perf_counter()
    running = []
    for program, given, environment in fetches:
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **environment},
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(given))
        process.stdin.close()
        running.append(process)
    codes = [process.wait() for process in running]
    if any(codes):
        raise RuntimeError("a bare fetch failed")
    return time.perf_counter() - begun


def _for(statement: str, rows: int) -> str:
    return statement.replace("{rows}", str(rows))
