# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks LIVE's EUGEX of a rehearsal by python-oracledb alone: no module of ours takes part.

    python -m tests.ask_rehearsed_hub NETWORK USER STATEMENT...

USER is an account whose password the estate has made. Prints a line of JSON for each statement: its rows, null if it
returns none, or the database's error. If the login is refused, its error is the only line.
"""

from __future__ import annotations

import json
import ssl
import sys

import oracledb

from emulators.estate.estate import Estate
from emulators.oracle.server import PORT

SECRETS = {"SVC_EXAM_AUTOMATION": "oracle_login_password", "EXAM_CONNECT": "eugex_account_password"}
"""By account, the secret that is its password."""


def main() -> int:
    """Run the statements that the command line has, and return the exit code."""
    network, user, *statements = sys.argv[1:]
    estate = Estate(network)
    context = ssl.create_default_context(cafile=str(estate.directory / "certification-authority/root.pem"))
    context.check_hostname = False  # it is connected to by its address
    try:
        connection = oracledb.connect(
            user=user,
            password=(estate.directory / "secrets" / SECRETS[user]).read_text(encoding="utf-8"),
            protocol="tcps",
            host=estate.address(estate.seed.addresses()["eugex-live"]),
            port=PORT,
            service_name="eugex.exams.example",
            ssl_context=context,
            ssl_server_dn_match=False,
        )
    except oracledb.Error as error:
        print(json.dumps(str(error).splitlines()[0]))
        return 0
    with connection, connection.cursor() as cursor:
        for statement in statements:
            print(json.dumps(_answer(cursor, statement), default=str))
        connection.commit()
    return 0


def _answer(cursor: oracledb.Cursor, statement: str) -> object:
    try:
        cursor.execute(statement)
    except oracledb.Error as error:
        return str(error).splitlines()[0]
    return cursor.fetchall() if cursor.description else None


if __name__ == "__main__":
    sys.exit(main())
