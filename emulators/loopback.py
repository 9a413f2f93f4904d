# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of the loopback interface, for servers that listen only on addresses that an interface has."""

from __future__ import annotations

import contextlib
import ipaddress
import subprocess
from collections.abc import Iterator


class AddressRefused(Exception):
    """The loopback interface cannot be given an address by this process."""


@contextlib.contextmanager
def on_loopback(address: str) -> Iterator[None]:
    """Give the loopback interface the address while a server starts.

    The kernel accepts packets for all of 127.0.0.0/8 anyway, so the address can go as soon as the server listens, and
    nothing is left to be cleaned up.

    Raises:
        AddressRefused: this process may not do that.
    """
    target = [f"{address}/{ipaddress.ip_address(address).max_prefixlen}", "dev", "lo"]
    present = subprocess.run(
        ["ip", "-oneline", "address", "show", "dev", "lo", "to", address], capture_output=True, text=True, check=True
    )
    if present.stdout:
        yield
        return
    added = subprocess.run(["ip", "address", "add", *target], capture_output=True, text=True, check=False)
    if added.returncode:
        raise AddressRefused(
            f"{address} cannot be added to the interface lo ({added.stderr.strip()}); "
            "run as root, or with CAP_NET_ADMIN in a container"
        )
    try:
        yield
    finally:
        subprocess.run(["ip", "address", "delete", *target], capture_output=True, check=False)


def served_by(pid: int | None, address: str, port: int, *, alone: bool) -> bool:
    """Return whether the process listens there over UDP and TCP, and, if asked, no other process does.

    A name server that listens on every interface takes an address as soon as an interface has it, and leaves it when it
    goes. It may answer in between, so an answer does not tell whose it is.
    """
    target = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    for protocol in ("--udp", "--tcp"):
        sockets = subprocess.run(
            ["ss", "--no-header", "--listening", "--numeric", "--processes", protocol, "src", target],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        ours = [f"pid={pid}," in line for line in sockets]
        if not any(ours) or (alone and not all(ours)):
            return False
    return True
