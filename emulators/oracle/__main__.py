# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m emulators.oracle serve`: an emulated Oracle database as a process of its own, ended by SIGTERM."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from emulators.certificates import Authority
from emulators.oracle.process import serve
from emulators.oracle.seed import load_seed
from emulators.oracle.server import PORT


def main() -> int:
    """Serve until told to end."""
    parser = argparse.ArgumentParser(prog="python -m emulators.oracle", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("serve", help="serve TNS over TLS")
    command.add_argument("--directory", type=Path, required=True, help="where its state is kept")
    command.add_argument("--address", required=True, help="the loopback address to listen on")
    command.add_argument("--port", type=int, default=PORT)
    command.add_argument("--seed", type=Path, help="YAML: what the database has when it is started for the first time")
    command.add_argument(
        "--authority", type=Path, required=True, help="the directory of the authority that issues the certificate"
    )
    command.add_argument(
        "--name", action="append", required=True, help="a DNS name of the server; more than once for more"
    )
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    serve(
        arguments.directory,
        arguments.address,
        port=arguments.port,
        context=Authority.load(arguments.authority).issue([*arguments.name, arguments.address]).server_context,
        seed=load_seed(arguments.seed) if arguments.seed else {},
        pid_file=arguments.directory / "server.pid",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
