# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m emulators.sql serve`: an emulated SQL Server as a process of its own, ended by SIGTERM."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from emulators.certificates import Authority
from emulators.sql.seed import apply_seed, load_seed
from emulators.sql.server import SqlServer


def main() -> int:
    """Serve until told to end."""
    parser = argparse.ArgumentParser(prog="python -m emulators.sql", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve TDS 7.4")
    serve.add_argument("--directory", type=Path, required=True, help="where its state is kept")
    serve.add_argument("--address", required=True, help="the loopback address to listen on")
    serve.add_argument("--port", type=int, default=1433)
    serve.add_argument("--seed", type=Path, help="YAML: what the server has when it is started for the first time")
    serve.add_argument(
        "--authority", type=Path, required=True, help="the directory of the authority that issues the certificate"
    )
    serve.add_argument(
        "--name", action="append", required=True, help="a DNS name of the server; more than once for more"
    )
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    context = Authority.load(arguments.authority).issue([*arguments.name, arguments.address]).server_context()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    seed = load_seed(arguments.seed) if arguments.seed else {}
    server = SqlServer(
        arguments.directory,
        arguments.address,
        port=arguments.port,
        context=lambda: context,
        **({"name": seed["name"]} if "name" in seed else {}),
    )
    apply_seed(server.instance, seed)
    server.start()
    # written when the port is bound: whoever waits for the file can connect
    (arguments.directory / "server.pid").write_text(f"{os.getpid()}\n", encoding="ascii")
    ended.wait()
    server.stop()
    (arguments.directory / "server.pid").unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
