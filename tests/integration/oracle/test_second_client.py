# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second client, independent of the first: node-oracledb in thin mode."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import oracledb

from tests.integration.oracle.conftest import ROOT, Account, Database, rows

MODULE = ROOT / ".cache/node/node_modules/oracledb"
CLIENT = Path(__file__).with_name("second_client.js")


def test_that_node_oracledb_finds_what_python_oracledb_wrote(
    database: Database, owner: Account, cursor: oracledb.Cursor
) -> None:
    cursor.execute("CREATE TABLE t (id NUMBER(6) PRIMARY KEY, name VARCHAR2(40), d DATE, c CLOB)")
    cursor.execute("INSERT INTO t VALUES (1, 'Zoë', DATE '2027-05-03', :1)", ["x" * 50000])
    cursor.execute("CREATE VIEW v AS SELECT id, name FROM t")
    cursor.connection.commit()
    # it checks names by OpenSSL's rules; the certificate is for the address too
    wanted = {
        "module": str(MODULE), "user": owner.name, "password": owner.password,
        "connectString": database.dsn.replace("(SECURITY=(SSL_SERVER_CERT_DN=CN=eugex-db.exams.example))", "").replace(
            "(CONNECT_DATA", "(SECURITY=(SSL_SERVER_DN_MATCH=no))(CONNECT_DATA"),
    }  # fmt: skip
    found = subprocess.run(
        ["node", str(CLIENT)],
        input=json.dumps(wanted),
        env={**os.environ, "NODE_EXTRA_CA_CERTS": str(database.ca)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert found.returncode == 0, found.stderr
    said = json.loads(found.stdout)
    assert said["thin"] is True
    assert said["version"].startswith("19.")
    assert said["rows"] == [[1, "Zoë", "2027-05-03", 50000]]
    assert said["inserted"] == 2
    assert said["duplicate"] == 1
    assert said["text"] == "SELECT id, name FROM t"
    assert said["fetched"] == [[1], [2], [3]]
    assert said["timeout"] == "NJS-123"
    assert said["after"] == [[7]]
    assert said["wrong"] == 1017
    assert rows(cursor, "SELECT id, name FROM t ORDER BY id") == [(1, "Zoë"), (2, "é"), (3, None)]
