# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process: ended by SIGTERM, its state kept, even when it was killed; what is not TNS; seeds."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from emulators.oracle.seed import SeedError, apply_seed, load_seed
from emulators.oracle.server import OracleServer
from emulators.processes import wait_until
from tests.integration.oracle.conftest import Emulator, rows, running_emulator


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_that_the_state_outlives_the_process(tmp_path: Path, number: signal.Signals) -> None:
    with running_emulator(tmp_path) as emulator:
        connection = emulator.database.connect()
        cursor = connection.cursor()
        cursor.execute("CREATE USER kept IDENTIFIED BY kept_1 QUOTA UNLIMITED ON users")
        cursor.execute("GRANT CREATE SESSION, CREATE VIEW TO kept")
        cursor.execute("CREATE TABLE kept.t (a NUMBER(4) PRIMARY KEY)")
        cursor.execute("CREATE VIEW kept.v AS SELECT a FROM kept.t")
        cursor.execute("INSERT INTO kept.t VALUES (1)")
        connection.commit()
        cursor.execute("INSERT INTO kept.t VALUES (2)")
        assert emulator.stop(number) == (0 if number == signal.SIGTERM else -signal.SIGKILL)
        (emulator.directory / "state" / "server.pid").unlink(missing_ok=True)
        emulator.start()
        with emulator.database.connect("kept", "kept_1") as again:
            found = again.cursor()
            assert rows(found, "SELECT a FROM v") == [(1,)]
            assert rows(found, "SELECT status FROM user_objects WHERE object_name = 'V'") == [("VALID",)]


def test_that_what_is_not_tns_ends_the_connection_and_no_more(emulator: Emulator) -> None:
    for data in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff", b""):
        with socket.create_connection((emulator.address, 2484), timeout=10) as client:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            while client.recv(1000):
                pass
    emulator.database.connect().close()


def test_that_many_clients_are_served_at_once(emulator: Emulator) -> None:
    connections = [emulator.database.connect() for _each in range(12)]
    cursors = [each.cursor() for each in connections]
    numbers = {rows(each, "SELECT SYS_CONTEXT('USERENV', 'SID') FROM dual")[0][0] for each in cursors}
    assert len(numbers) == 12
    for each in connections:
        each.close()


def test_that_clients_that_work_at_once_do_not_disturb_one_another(emulator: Emulator) -> None:
    with emulator.database.connect() as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE USER busy IDENTIFIED BY busy_1 QUOTA UNLIMITED ON users")
        cursor.execute("GRANT CREATE SESSION, CREATE TABLE, CREATE VIEW TO busy")
        cursor.execute("CREATE TABLE busy.t (client NUMBER(2), n NUMBER(6), CONSTRAINT t_pk PRIMARY KEY (client, n))")

    def work(client: int) -> int:
        with emulator.database.connect("BUSY", "busy_1") as connection:
            cursor = connection.cursor()
            for batch in range(5):
                values = [(client, batch * 100 + n) for n in range(100)]
                cursor.executemany("INSERT INTO t VALUES (:1, :2)", values)
                assert rows(cursor, "SELECT COUNT(*) FROM t WHERE client = :1", client) == [((batch + 1) * 100,)]
                connection.commit()
                cursor.execute(f"CREATE OR REPLACE VIEW v{client} AS SELECT n FROM t WHERE client = {client}")
            return int(rows(cursor, f"SELECT COUNT(*) FROM v{client}")[0][0])

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(work, range(6))) == [500] * 6


def test_that_a_client_that_dies_leaves_nothing_behind(emulator: Emulator) -> None:
    with emulator.database.connect() as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE USER dying IDENTIFIED BY dying_1 QUOTA UNLIMITED ON users")
        cursor.execute("GRANT CREATE SESSION, CREATE TABLE TO dying")
        cursor.execute("CREATE TABLE dying.t (n NUMBER(6))")
        script = (
            "import oracledb, os, ssl, sys\n"
            "dsn, ca = sys.argv[1:]\n"
            "connection = oracledb.connect(user='DYING', password='dying_1', dsn=dsn,"
            " ssl_context=ssl.create_default_context(cafile=ca))\n"
            "connection.cursor().execute('INSERT INTO t VALUES (1)')\n"
            "os._exit(7)\n"
        )
        arguments = [sys.executable, "-c", script, emulator.database.dsn, str(emulator.database.ca)]
        assert subprocess.run(arguments, check=False).returncode == 7
        query = "SELECT COUNT(*) FROM v$session WHERE username = 'DYING'"
        wait_until(lambda: rows(cursor, query) == [(0,)], "the session to end")
        # its change is undone, and holds up nobody
        cursor.execute("INSERT INTO dying.t VALUES (2)")
        connection.commit()
        assert rows(cursor, "SELECT n FROM dying.t") == [(2,)]


SEED = """
profiles: {APPLICATION: {PASSWORD_LIFE_TIME: 30}}
tablespaces: {HUB: 1000000}
users:
  - {name: HUB, password_file: hub, grants: [CREATE SESSION, CREATE TABLE], quotas: {HUB: UNLIMITED},
     default_tablespace: HUB}
  - {name: OLD, password: old_1, grants: [CREATE SESSION], profile: APPLICATION, password_age_days: 31,
     last_login_days_ago: 12}
scripts: [{user: HUB, file: hub.sql}]
rows: [{user: HUB, table: EXAMS, file: exams.csv}]
"""
SCRIPT = """
-- the hub
CREATE TABLE exams (
  id NUMBER(6) PRIMARY KEY, code VARCHAR2(20), starts DATE); -- every exam
COMMENT ON TABLE exams IS 'a; b';
BEGIN
  EXECUTE IMMEDIATE 'GRANT SELECT ON exams TO old';
END;
/
"""


def test_a_seed(tmp_path: Path) -> None:
    (tmp_path / "seed.yml").write_text(SEED, encoding="utf-8")
    (tmp_path / "hub").write_text("hub_1\n", encoding="utf-8")
    (tmp_path / "hub.sql").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "exams.csv").write_text('ID,CODE,STARTS\n1,"E,1",2027-05-03 09:30:00\n2,,\n', encoding="utf-8")
    with running_emulator(tmp_path / "emulator") as emulator:
        assert emulator.stop() == 0
        state = tmp_path / "emulator/state"
        (state / "seeded").unlink()
        server = OracleServer(state, emulator.address, context=lambda: pytest.fail("nobody connects"))
        apply_seed(server.instance, load_seed(tmp_path / "seed.yml"))
        server.instance.close()
        emulator.start()
        with emulator.database.connect("HUB", "hub_1") as connection:
            found = rows(
                connection.cursor(), "SELECT id, code, TO_CHAR(starts, 'YYYY-MM-DD HH24:MI') FROM exams ORDER BY id"
            )
            assert found == [(1, "E,1", "2027-05-03 09:30"), (2, None, None)]
        with emulator.database.connect() as connection:
            query = (
                "SELECT account_status, TRUNC(SYSDATE - CAST(last_login AS DATE)) FROM dba_users WHERE username = 'OLD'"
            )
            assert rows(connection.cursor(), query) == [("OPEN", 12)]
        old = emulator.database.connect("OLD", "old_1")
        assert "ORA-28002" in str(old.warning)
        assert rows(old.cursor(), "SELECT COUNT(*) FROM hub.exams") == [(2,)]
        old.close()


def test_a_seed_that_fails_says_where(tmp_path: Path) -> None:
    server = OracleServer(tmp_path, "127.0.0.1", context=lambda: pytest.fail("nobody connects"))
    seed = {
        "users": [{"name": "HUB", "grants": ["CREATE SESSION"]}],
        "scripts": [{"user": "HUB", "sql": "CREATE TABLE t (a NUMBER);"}],
    }
    with pytest.raises(SeedError, match=r"(?s)ORA-01031.*as HUB: CREATE TABLE t"):
        apply_seed(server.instance, seed)
    server.instance.close()


def test_that_only_loopback_is_listened_on(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="loopback"):
        OracleServer(tmp_path, "192.0.2.1", context=lambda: pytest.fail("nobody connects"))
