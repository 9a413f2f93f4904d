# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Emulated Windows hosts: `python -m emulators.windows serve | show | fault`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from emulators.certificates import Authority, write_private
from emulators.windows.faults import FaultFile, Faults
from emulators.windows.model import STATE, shown

READY = "ready"


def main() -> int:
    """Run the command and return the exit code."""
    arguments = _parser().parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        return int(arguments.run(arguments))
    except (OSError, ValueError) as error:
        print(f"the emulated Windows hosts: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="emulators.windows", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run in (("serve", _serve), ("show", _show), ("fault", _fault)):
        command = commands.add_parser(name, description=run.__doc__, help=run.__doc__)
        command.add_argument("--directory", type=Path, required=True, help="where the hosts' state is kept")
        command.set_defaults(run=run)
        if name == "serve":
            command.add_argument("--seed", type=Path, required=True, help="the hosts as on their first day, in YAML")
            command.add_argument(
                "--authority", type=Path, required=True, help="the certification authority's directory"
            )
            command.add_argument(
                "--network", required=True, help="the first two numbers of the hosts' addresses: 127.10"
            )
            command.add_argument("--port", type=int, default=5986, help="of WinRM")
            command.add_argument("--iis-port-offset", type=int, default=0, help="added to the ports of IIS bindings")
        else:
            command.add_argument("host")
        if name == "fault":
            command.add_argument(
                "faults", nargs="*", metavar="NAME=VALUE", help="as in faults.py; none: nothing is wrong"
            )
    return parser


def _serve(arguments: argparse.Namespace) -> int:
    """Serve until told to end; `ready`, with its pid, is in the directory while all hosts listen."""
    asyncio.run(_serving(arguments))
    return 0


async def _serving(arguments: argparse.Namespace) -> None:
    from emulators.windows.emulator import Emulator  # noqa: PLC0415 - it imports Ansible: `show` and `fault` need none

    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    authority = Authority.load_or_create(arguments.authority, "Emulated Windows hosts")
    offset = arguments.iis_port_offset
    async with Emulator(
        arguments.seed,
        arguments.directory,
        authority,
        network=arguments.network,
        port=arguments.port,
        port_of=lambda port: port + offset,
    ):
        write_private(arguments.directory / READY, f"{os.getpid()}\n".encode())
        try:
            await ended.wait()
        finally:
            (arguments.directory / READY).unlink(missing_ok=True)


def _show(arguments: argparse.Namespace) -> int:
    """Show the state of a host, without private keys."""
    path = arguments.directory / "hosts" / f"{arguments.host}.json"
    if not path.exists():
        known = sorted(each.stem for each in path.parent.glob("*.json"))
        raise ValueError(f"there is no host {arguments.host!r}; there are {', '.join(known) or 'none'}")
    print(yaml.safe_dump(shown(STATE.validate_json(path.read_bytes())), sort_keys=False, allow_unicode=True), end="")
    return 0


def _fault(arguments: argparse.Namespace) -> int:
    """Let something be wrong with a host from now on, or, without a fault, nothing."""
    given = dict(each.partition("=")[::2] for each in arguments.faults)
    try:
        faults = TypeAdapter(Faults).validate_python({name: yaml.safe_load(value) for name, value in given.items()})
    except ValidationError as error:
        raise ValueError("; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())) from error
    FaultFile(arguments.directory / "faults.json").set(arguments.host, faults)
    return 0


if __name__ == "__main__":
    sys.exit(main())
