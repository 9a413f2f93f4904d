# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m emulators.sql serve`: an emulated SQL Server as a process of its own, ended by SIGTERM."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from emulators.certificates import Authority
from emulators.sql.process import serve
from emulators.sql.seed import load_seed
from emulators.sql.server import PORT


def main() -> int:
    """Serve until told to end."""
    parser = argparse.ArgumentParser(prog="python -m emulators.sql", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("serve", help="serve TDS 7.4")
    command.add_argument("--directory", type=Path, required=True, help="where its state is kept")
    command.add_argument("--address", required=True, help="the loopback address to listen on")
    command.add_argument("--port", type=int, default=PORT)
    command.add_argument("--seed", type=Path, help="YAML: what the server has when it is started for the first time")
    command.add_argument(
        "--authority", type=Path, required=True, help="the directory of the authority that issues the certificate"
    )
    command.add_argument(
        "--name", action="append", required=True, help="a DNS name of the server; more than once for more"
    )
    arguments = parser.parse_args()
    # made once: for each connection it would be written to files, read and removed
    context = Authority.load(arguments.authority).issue([*arguments.name, arguments.address]).server_context()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    serve(
        arguments.directory,
        arguments.address,
        port=arguments.port,
        context=lambda: context,
        seed=load_seed(arguments.seed) if arguments.seed else {},
        pid_file=arguments.directory / "server.pid",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
