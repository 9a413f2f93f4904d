# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m emulators.business_objects serve`: an emulated BI platform as a process of its own, ended by SIGTERM."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from emulators.business_objects.process import serve
from emulators.business_objects.seed import load_seed
from emulators.business_objects.server import PORT
from emulators.certificates import Authority


def main() -> int:
    """Serve until told to end."""
    parser = argparse.ArgumentParser(prog="python -m emulators.business_objects", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("serve", help="serve the web services")
    command.add_argument("--directory", type=Path, required=True, help="where its state is kept")
    command.add_argument("--address", required=True, help="the loopback address to listen on")
    command.add_argument("--port", type=int, default=PORT)
    command.add_argument("--seed", type=Path, required=True, help="YAML: what it has when it is started first")
    command.add_argument(
        "--authority", type=Path, required=True, help="the directory of the authority that certifies it"
    )
    command.add_argument("--name", required=True, help="its DNS name")
    arguments = parser.parse_args()
    arguments.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    context = Authority.load(arguments.authority).issue([arguments.name, arguments.address]).server_context()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    serve(
        arguments.directory,
        arguments.address,
        port=arguments.port,
        context=lambda: context,
        seed=load_seed(arguments.seed),
        pid_file=arguments.directory / "server.pid",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
