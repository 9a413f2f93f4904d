# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs in to databases with the connection strings of .NET, by the real drivers, and stays logged in until it is ended.

What to do is a line of JSON on standard input; on standard output is a line for each login (`INFO` or `ERROR`, and what
happened), and `READY` once all is well. It ends when its input ends, and at the first login that fails.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

import oracledb

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql import _odbc
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server as SqlServer
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle._oracledb import parameters_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import Server as Oracle
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from emulators.windows.worker import end_when_asked

READY = "READY"
_PAIR = re.compile(
    r"""\s*(?P<keyword>[^=;]+?)\s*=\s*
    (?:"(?P<double>(?:[^"]|"")*)"|'(?P<single>(?:[^']|'')*)'|(?P<bare>[^;]*?))\s*(?:;|$)""",
    re.VERBOSE,
)
_SYNONYMS = {
    "server": "data source",
    "initial catalog": "database",
    "uid": "user id",
    "user": "user id",
    "pwd": "password",
}
_SECONDS = 10


class CannotLogIn(Exception):
    """A connection string that no connection comes of; the message says why, without the password."""


def main() -> int:
    """Log in everywhere, and return the exit code."""
    end_when_asked()
    asked = json.loads(sys.stdin.readline())
    held: list[Any] = []
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as roots:
        roots.write(asked["roots"])
        roots.flush()
        for name, string in asked["connections"].items():
            objects = asked["objects"].get(name, [])
            try:
                connection, told = logged_in(pairs(string), objects, {**asked, "roots": roots.name})
            except (CannotLogIn, Problem, oracledb.Error, _odbc.pyodbc.Error) as error:
                _tell(f"ERROR {name} cannot be connected to: {' '.join(str(error).split())}")
                return 1
            if isinstance(connection, oracledb.Connection):
                held.append(connection)  # what it watches; into the other it logs in again for each transfer
            else:
                connection.close()
            _tell(f"INFO Connected to {name} at {told}" + (f"; reads {', '.join(objects)}" if objects else ""))
    _tell(READY)
    sys.stdin.read()
    return 0


def pairs(string: str) -> dict[str, str]:
    """Return the keywords of a connection string, in small letters and without synonyms, and their values."""
    found = {}
    for match in _PAIR.finditer(string):
        keyword = " ".join(match["keyword"].lower().split())
        value = match["bare"]
        if match["double"] is not None:
            value = match["double"].replace('""', '"')
        elif match["single"] is not None:
            value = match["single"].replace("''", "'")
        found[_SYNONYMS.get(keyword, keyword)] = value
    return found


def logged_in(given: Mapping[str, str], objects: list[str], asked: Mapping[str, Any]) -> tuple[Any, str]:
    """Return a connection that has read a row of each object, and where it is to, as whom."""
    if given.get("integrated security", "false").lower() in ("true", "yes", "sspi"):
        raise CannotLogIn("Integrated Security is given, and this emulated host is in no domain")
    source = given.get("data source", "")
    if source.startswith("("):
        connection, where, first_row = _oracle(given, source, asked)
    else:
        connection, where, first_row = _sql_server(given, source, asked)
    cursor = connection.cursor()
    for each in objects:
        cursor.execute(first_row.format(each))
        cursor.fetchall()
    return connection, f"{where} as {given.get('user id', '')}"


def _oracle(given: Mapping[str, str], descriptor: str, asked: Mapping[str, Any]) -> tuple[Any, str, str]:
    parsed = oracledb.ConnectParams()
    parsed.parse_connect_string(descriptor)
    host, port, service = str(parsed.host), int(parsed.port), str(parsed.service_name)
    if parsed.protocol != "tcps":
        raise CannotLogIn(f"{host}:{port} is not to be reached by tcps")
    server = Oracle(
        name=host, port=port, service=service, connect_address=_address(host, asked), user=given.get("user id"),
        password=given.get("password"), ca_certificates=asked["roots"], timeout=_SECONDS,
    )  # fmt: skip
    parameters = {**parameters_of(server), "program": "Connect.exe", "machine": asked["machine"]}
    return oracledb.connect(**parameters), f"{host}:{port}/{service}", "SELECT 1 FROM {} WHERE ROWNUM = 1"


def _sql_server(given: Mapping[str, str], source: str, asked: Mapping[str, Any]) -> tuple[Any, str, str]:
    host, _, port = source.removeprefix("tcp:").partition(",")
    if given.get("encrypt", "true").lower() not in ("true", "yes", "mandatory"):
        raise CannotLogIn(f"{host} is not to be reached by TLS")
    if given.get("trustservercertificate", "false").lower() in ("true", "yes"):
        raise CannotLogIn(f"the certificate of {host} is not to be verified")
    server = SqlServer(
        name=host, port=int(port or 1433), connect_address=_address(host, asked), user=given.get("user id"),
        password=given.get("password"), ca_certificates=asked["roots"], timeout=_SECONDS,
        database=given.get("database", "master"),
    )  # fmt: skip
    connection = _odbc.connect(server, autocommit=True)
    return connection, f"{host},{server.port}/{server.database}", "SELECT TOP (1) 1 FROM {}"


def _address(host: str, asked: Mapping[str, Any]) -> str:
    address = asked["hosts"].get(host.lower())
    if address is None:
        raise CannotLogIn(f"the name {host} is not known")
    return str(address)


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
