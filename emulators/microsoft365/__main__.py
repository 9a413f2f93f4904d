# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m emulators.microsoft365 serve`: an emulated tenant as a process of its own, ended by SIGTERM."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from emulators.certificates import Authority
from emulators.microsoft365.seed import load_seed
from emulators.microsoft365.server import NAMES, Microsoft365
from emulators.processes import wait_for_the_end


def main() -> int:
    """Serve until told to end."""
    parser = argparse.ArgumentParser(prog="python -m emulators.microsoft365", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("serve", help="serve Entra ID, Microsoft Graph and Exchange's administration")
    command.add_argument("--directory", type=Path, required=True, help="where its state is kept")
    command.add_argument("--address", required=True, help="the loopback address to listen on")
    command.add_argument("--port", type=int, default=443)
    command.add_argument("--seed", type=Path, required=True, help="YAML: what the tenant has at the first start")
    command.add_argument(
        "--authority", type=Path, required=True, help="the directory of the authority that issues the certificate"
    )
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    context = Authority.load(arguments.authority).issue([*NAMES, arguments.address]).server_context()
    seed = load_seed(arguments.seed)
    with Microsoft365(arguments.directory, arguments.address, context, seed, port=arguments.port):
        wait_for_the_end(arguments.directory / "server.pid")
    return 0


if __name__ == "__main__":
    sys.exit(main())
