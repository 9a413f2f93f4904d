# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Views and rows on the emulated Oracle database: beside what was agreed, and beside the driver used bare."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import Server
from emulators.certificates import Authority
from tests.integration.oracle_modules.databases import NAME, SERVICE, Emulator, execute
from tests.performance.ratio import ROOT, Measurement, time_module

VIEWS, ROWS = 50, 100_000
LATENCY = 0.005
"""Seconds that each round trip takes longer."""
TABLE = """CREATE TABLE {name} (id NUMBER(8) NOT NULL, name VARCHAR2(40), rate NUMBER(5,2), starts DATE,
PRIMARY KEY (id))"""
BARE = """
import csv, json, ssl, sys
from datetime import datetime
from decimal import Decimal
import oracledb
given = json.load(sys.stdin)
context = ssl.create_default_context(cafile=given["ca_certificates"])
connection = oracledb.connect(
    user="SYSTEM", password=given["login_password"], host=given["connect_address"], port=2484, protocol="tcps",
    service_name=given["service_name"], ssl_context=context, ssl_server_cert_dn="CN=" + given["server"])
cursor, batch = connection.cursor(), []
def send():
    cursor.executemany("INSERT INTO bare VALUES (:1, :2, :3, :4)", batch)
    batch.clear()
with open(given["csv"], newline="") as file:
    reader = csv.reader(file)
    next(reader)
    for number, name, rate, starts in reader:
        batch.append((int(number), name, Decimal(rate), datetime.fromisoformat(starts)))
        if len(batch) == 2000:
            send()
connection.commit()
"""


def measure() -> list[Measurement]:
    """Return the seconds of a set of views, new and unchanged, and of a table's rows, new and unchanged."""
    with tempfile.TemporaryDirectory() as directory, running(Path(directory)) as emulator:
        return [*_views(emulator, Path(directory)), *_rows(emulator, Path(directory))]


@contextmanager
def running(directory: Path, *, program: tuple[str, ...] = ("emulators.oracle",)) -> Iterator[Emulator]:
    """Yield an emulator in a directory of its own."""
    Authority.load_or_create(directory / "authority", "Oracle bench root")
    password, address = f"S{secrets.token_urlsafe(12)}", f"127.74.{secrets.randbelow(250)}.{secrets.randbelow(250) + 1}"
    (directory / "seed.yml").write_text(f"service: {SERVICE}\nsystem_password: {password}\n", encoding="utf-8")
    root = str(directory / "authority/root.pem")
    server = Server(
        NAME, service=SERVICE, connect_address=address, user="SYSTEM", password=password, ca_certificates=root
    )
    arguments = ["serve", "--directory", str(directory / "state"), "--address", address, "--name", NAME]
    arguments += ["--seed", str(directory / "seed.yml"), "--authority", str(directory / "authority")]
    emulator = Emulator(directory, server, {"SYSTEM": password}, arguments, program)
    emulator.start()
    try:
        yield emulator
    finally:
        emulator.stop()


def _arguments(emulator: Emulator, **more: Any) -> dict[str, Any]:
    server = emulator.server
    return {
        "server": server.name,
        "service_name": server.service,
        "connect_address": server.connect_address,
        "ca_certificates": server.ca_certificates,
        "login_user": server.user,
        "login_password": server.password,
        **more,
    }


def _views(emulator: Emulator, directory: Path) -> Iterator[Measurement]:
    sources = directory / "views"
    sources.mkdir()
    for number in range(VIEWS):
        base = f"v{number - 1}" if number % 5 else "exams"
        text = f"-- @comment View {number}\nCREATE VIEW v{number} (id, name) AS\nSELECT b.id, b.name FROM {base} b"
        (sources / f"v{number}.sql").write_text(text, encoding="utf-8")
    with emulator.connect("SYSTEM") as connection:
        execute(connection, TABLE.replace("{name}", "exams"))
    emulator.faults({"kind": "late", "seconds": LATENCY})
    arguments = _arguments(emulator, schema="SYSTEM", sources=[str(sources)])
    for what, limit in ((f"{VIEWS} views deployed", 3.0), (f"{VIEWS} views, unchanged", 1.0)):
        run = time_module("oracle_views", arguments)
        assert "failed" not in run.result, run.result["msg"]
        yield Measurement(
            what, "whole set", run.seconds, f"the limit, {LATENCY * 1000:g} ms a trip", limit, 1, run.memory_mib
        )
    emulator.faults()


def _rows(emulator: Emulator, directory: Path) -> Iterator[Measurement]:
    path = directory / "rows.csv"
    rows = (f"{number},Name {number},1.5,2026-05-11\n" for number in range(ROWS))
    path.write_text("id,name,rate,starts\n" + "".join(rows), encoding="utf-8")
    with emulator.connect("SYSTEM") as connection:
        execute(connection, TABLE.replace("{name}", "bare"), TABLE.replace("{name}", "loaded"))
    arguments = _arguments(emulator, csv=str(path), table="SYSTEM.LOADED")
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", BARE], input=json.dumps(arguments), text=True, check=True, cwd=ROOT, env=dict(os.environ)
    )
    bare = time.perf_counter() - begun
    for what, floor in ((f"{ROWS:,} rows of CSV loaded", 0.7), (f"{ROWS:,} rows of CSV, unchanged", 0.5)):
        run = time_module("oracle_table_data", arguments)
        assert "failed" not in run.result, run.result["msg"]
        yield Measurement(what, "whole file", run.seconds, "csv.reader and executemany", bare, floor, run.memory_mib)
