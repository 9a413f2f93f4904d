# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks Exam Scheduler's database of a rehearsal by python-tds: no driver and no module of ours takes part.

    python -m tests.ask_rehearsed_database NETWORK STATEMENT...

Prints the rows of each statement that returns some, as a line of JSON.
"""

from __future__ import annotations

import json
import sys

import pytds

from emulators.estate.estate import Estate


def main() -> int:
    """Run the statements that the command line has, and return the exit code."""
    network, *statements = sys.argv[1:]
    estate = Estate(network)
    connection = pytds.connect(
        estate.address(estate.seed.addresses()["sql-live"]),
        "ES",
        "svc-exam-automation",
        (estate.directory / "secrets/sql_server_login_password").read_text(encoding="utf-8"),
        cafile=str(estate.directory / "certification-authority/root.pem"),
        validate_host=False,  # it is connected to by its address
        autocommit=True,
        login_timeout=10,
    )
    with connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            if cursor.description:
                print(json.dumps(cursor.fetchall()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
