# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that asks web servers for pages over and over, until its standard input is closed.

    python -m tests.poll_site NAME PATHS ROOTS ADDRESS...

The paths are separated by commas. Prints what came of it as JSON: how many requests there were, those that failed, each
different answer that was given, and the slowest. Each request is a connection of its own, with verified TLS, by nothing
of ours.
"""

from __future__ import annotations

import http.client
import json
import select
import socket
import ssl
import sys
import time
from itertools import product


def ask(name: str, path: str, context: ssl.SSLContext, address: str) -> tuple[int, str]:
    """Return status and content of the page."""
    connection = http.client.HTTPSConnection(name, context=context, timeout=10)
    connection.sock = context.wrap_socket(socket.create_connection((address, 443), 10), server_hostname=name)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    finally:
        connection.close()


def main() -> int:
    """Poll, and return the exit code."""
    name, paths, roots, *addresses = sys.argv[1:]
    context = ssl.create_default_context(cafile=roots)
    requests, failed, slowest = 0, [], 0.0
    answers: dict[str, int] = {}
    while not select.select([sys.stdin], [], [], 0.1)[0]:
        for address, path in product(addresses, paths.split(",")):
            started = time.monotonic()
            try:
                status, content = ask(name, path, context, address)
            except (OSError, http.client.HTTPException) as error:
                status, content = 0, repr(error)
            requests += 1
            slowest = max(slowest, time.monotonic() - started)
            if status == 200:
                answers[content] = answers.get(content, 0) + 1
            else:
                failed.append([address, path, status, content[:200]])
    print(json.dumps({"requests": requests, "failed": failed, "answers": answers, "slowest": slowest}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
