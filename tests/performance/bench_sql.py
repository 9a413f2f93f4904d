# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`mssql_table_data` beside the loops that a user would write with pyodbc, on the same server in the same run.

The server is the emulator, or the real one that EXAM_TEST_MSSQL_* name (tests/integration/sql/conftest.py). Ours is the
module in a process of its own, from its start to its end: it reads the catalogues, reads the source and writes the
target, and reads the target once more to prove it before it commits. The peer is a process too: it connects, reads and
writes, and proves nothing.

Between two servers an unchanged run has to read both tables, which alone takes a fifth of the time of the first copy;
with an artefact, which is how LIVE gets its data, it reads one, and compares digests. A digest takes as long as reading
does, and one SHA-256 a row.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql._odbc import (
    connect,
    connection_string,
    find_driver,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server
from tests.integration.sql.conftest import REAL, real_server, running_emulator
from tests.performance.ratio import Measurement, Run, time_module

FEW, SOME, MANY = 10_000, 200_000, 1_000_000
REPEATS = 3
MEMORY_MIB = 150.0
GROWTH_MIB = 32.0
"""How much more memory a million rows may take than ten thousand: one octet a row, and the allocator's whims."""

TABLE = """
CREATE TABLE dbo.Sittings{rows} (id int NOT NULL PRIMARY KEY, room nvarchar(40) NOT NULL, code varchar(20) NOT NULL,
    fee decimal(9, 2) NULL, starts datetime2(0) NOT NULL, seats smallint NOT NULL, confirmed bit NOT NULL,
    note nvarchar(200) NULL)"""
INSERT = "INSERT INTO dbo.Sittings{rows} VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
SELECT = "SELECT * FROM dbo.Sittings{rows}"
CLEAR = "TRUNCATE TABLE dbo.Sittings{rows}"
MULTIPLY = """
INSERT INTO dbo.Sittings{rows} SELECT id + ?, room, code, fee, starts, seats, confirmed, note
FROM dbo.Sittings{fewer} WHERE id < ?"""

COPY_LOOP = """
import json, pyodbc, sys
given = json.load(sys.stdin)
source, target = map(pyodbc.connect, given["connections"])
reader, writer = source.execute(given["select"]), target.cursor()
writer.fast_executemany = True
while rows := reader.fetchmany(5000):
    writer.executemany(given["insert"], rows)
target.commit()
"""
READ_LOOP = """
import json, pyodbc, sys
given = json.load(sys.stdin)
for each in given["connections"]:
    cursor = pyodbc.connect(each).execute(given["select"])
    while cursor.fetchmany(5000):
        pass
"""


class Databases:
    """Two databases of a server with the same tables, one of them with rows."""

    def __init__(self, server: Server) -> None:
        self._server = server
        suffix = secrets.token_hex(4)
        self.source, self.target = f"exam_bench_source_{suffix}", f"exam_bench_target_{suffix}"

    def create(self) -> None:
        """Create both, and the rows: what is more than some is multiplied by the server itself."""
        with closing(connect(self._server, autocommit=True)) as connection:
            for name in (self.source, self.target):
                connection.execute(f"CREATE DATABASE [{name}]")
        for name in (self.source, self.target):
            self._execute(name, *(TABLE.replace("{rows}", str(rows)) for rows in (FEW, SOME, MANY)))
        with closing(connect(replace(self._server, database=self.source), autocommit=False)) as connection:
            cursor = connection.cursor()
            cursor.fast_executemany = True
            for start in range(0, SOME, FEW):
                cursor.executemany(_for(INSERT, SOME), [_row(number) for number in range(start, start + FEW)])
            cursor.execute(_for(MULTIPLY, FEW, SOME), 0, FEW)
            for start in range(0, MANY, SOME):
                cursor.execute(_for(MULTIPLY, MANY, SOME), start, SOME)
            connection.commit()

    def drop(self) -> None:
        """Drop both."""
        with closing(connect(self._server, autocommit=True)) as connection:
            for name in (self.source, self.target):
                connection.execute(f"ALTER DATABASE [{name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE")
                connection.execute(f"DROP DATABASE [{name}]")

    def module(self, rows: int, **arguments: Any) -> Run:
        """Run the module on the table of so many rows."""
        server = self._server
        where = {
            "server": server.name,
            "port": server.port,
            "connect_address": server.connect_address,
            "ca_certificates": server.ca_certificates,
            "login_user": server.user,
            "login_password": server.password,
        }
        if "source" in arguments:
            arguments["source"] = {**where, "database": arguments["source"]}
        run = time_module("mssql_table_data", {**where, "tables": [f"dbo.Sittings{rows}"], **arguments})
        if run.result.get("failed"):
            raise RuntimeError(f"the module failed: {run.result['msg']}")
        found = run.result["tables"][f"dbo.Sittings{rows}"]["rows"]
        if found != rows:
            raise RuntimeError(f"the module found {found} rows instead of {rows}")
        return run

    def copy(self, rows: int, artefact: Path | None = None) -> Run:
        """Have the module copy a table, of the source or of an artefact, into the empty one of the target."""
        self._execute(self.target, _for(CLEAR, rows))
        run = self._filled(rows, artefact)
        if not run.result["changed"]:
            raise RuntimeError("the module copied nothing")
        return run

    def again(self, rows: int, artefact: Path | None = None) -> Run:
        """Have the module copy a table that is copied already."""
        run = self._filled(rows, artefact)
        if run.result["changed"]:
            raise RuntimeError("the module copied what was there")
        return run

    def export(self, rows: int, artefact: Path) -> Run:
        """Have the module export a table."""
        return self.module(rows, database=self.source, state="exported", artefact=str(artefact))

    def digest(self, rows: int) -> Run:
        """Have the module digest a table."""
        return self.module(rows, database=self.source, state="digested")

    def copy_loop(self, rows: int) -> float:
        """Return the seconds of the loop that copies a table into the empty one of the target."""
        self._execute(self.target, _for(CLEAR, rows))
        return self._loop(COPY_LOOP, rows, self.source, self.target)

    def read_loop(self, rows: int, *databases: str) -> float:
        """Return the seconds of the loop that reads a table of some databases, and does nothing with it."""
        return self._loop(READ_LOOP, rows, *databases)

    def _filled(self, rows: int, artefact: Path | None) -> Run:
        origin = {"source": self.source} if artefact is None else {"artefact": str(artefact)}
        return self.module(rows, database=self.target, protected=False, **origin)

    def _execute(self, database: str, *statements: str) -> None:
        with closing(connect(replace(self._server, database=database), autocommit=True)) as connection:
            for each in statements:
                connection.execute(each)

    def _loop(self, program: str, rows: int, *databases: str) -> float:
        strings = [connection_string(replace(self._server, database=each), find_driver()) for each in databases]
        given = {"connections": strings, "select": _for(SELECT, rows), "insert": _for(INSERT, rows)}
        certificates = self._server.ca_certificates
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps(given),
            text=True,
            env={**os.environ, **({"SSL_CERT_FILE": certificates} if certificates else {})},
            check=True,
        )
        return time.perf_counter() - start


def measure() -> list[Measurement]:
    """Return the measurements. Raises RuntimeError if the module does something else than what is measured."""
    with _server() as server:
        databases = Databases(server)
        databases.create()
        try:
            return _measure(databases)
        finally:
            databases.drop()


def _measure(databases: Databases) -> list[Measurement]:
    both = (databases.source, databases.target)
    copies, agains, digests = [], [], []
    copy_loops, read_loops, many_loops = [], [], []
    for _repeat in range(REPEATS):
        copy_loops.append(databases.copy_loop(SOME))
        copies.append(databases.copy(SOME))
        read_loops.append(databases.read_loop(SOME, *both))
        agains.append(databases.again(SOME))
        many_loops.append(databases.read_loop(MANY, databases.source))
        digests.append(databases.digest(MANY))
    with tempfile.TemporaryDirectory() as directory:
        artefact = Path(directory, "artefact")
        databases.export(SOME, artefact)
        from_artefact = databases.copy(SOME, artefact).seconds
        artefacts = [databases.again(SOME, artefact) for _repeat in range(REPEATS)]
    few, many = databases.copy(FEW), databases.copy(MANY)
    copy, again, digest = _seconds(copies), _seconds(agains), _seconds(digests)
    growth = f"{few.memory_mib:.0f} MiB for {FEW:,} rows, {many.memory_mib:.0f} MiB for {MANY:,}"
    print(f"  memory of a copy: {growth}", file=sys.stderr)
    memory = _memory(agains)
    return [
        Measurement(
            f"copy {SOME:,} rows", "run", copy, "loop of pyodbc", median(copy_loops), 0.8, _memory(copies), MEMORY_MIB
        ),
        Measurement("again, unchanged", "run", again, "the first copy", copy, 5, memory, MEMORY_MIB),
        Measurement("again, unchanged", "run", again, "both tables read", median(read_loops), 0.8, memory, MEMORY_MIB),
        Measurement(
            "from an artefact, unchanged", "run", _seconds(artefacts), "the first copy", from_artefact, 5,
            _memory(artefacts), MEMORY_MIB,
        ),
        Measurement(
            f"digest {MANY:,} rows", "run", digest, "table read", median(many_loops), 1, _memory(digests), MEMORY_MIB
        ),
        Measurement(
            f"copy {MANY:,} rows", "row", many.seconds / MANY, f"copy {SOME:,} rows", copy / SOME, 0.9,
            many.memory_mib, min(MEMORY_MIB, few.memory_mib + GROWTH_MIB),
        ),
    ]  # fmt: skip


def _seconds(runs: list[Run]) -> float:
    return median(run.seconds for run in runs)


def _memory(runs: list[Run]) -> float:
    return max(run.memory_mib for run in runs)


def _for(statement: str, rows: int, fewer: int = 0) -> str:
    return statement.replace("{rows}", str(rows)).replace("{fewer}", str(fewer))


def _row(number: int) -> tuple[object, ...]:
    """Return a row: the fee and the note are NULL at times, and many sittings start together."""
    return (
        number,
        f"Room {number % 977}",
        f"C{number:07d}",
        None if number % 7 == 0 else Decimal(number % 10**6) / 100,
        dt.datetime(2027, 1, 1, 9) + dt.timedelta(days=number // 50 % 300, minutes=number % 16 * 30),
        number % 500,
        number % 2,
        None if number % 3 else f"Note of sitting {number}",
    )


@contextmanager
def _server() -> Iterator[Server]:
    if REAL:
        yield real_server(REAL)
        return
    with tempfile.TemporaryDirectory() as directory, running_emulator(Path(directory)) as emulator:
        yield emulator.server
