# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Firewall and DNS of generated estates up to 200 hosts, 2,000 flows and 2,000 records, which are applied and proven.

The number of tasks must not depend on the size, and what a host adds must not grow with it: ten times the hosts may
take ten times as long at most.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
from pathlib import Path

from emulators.estate.estate import Estate
from tests.performance import scale
from tests.performance.ratio import Measurement

NETWORK = "127.35"
SIZES = (20, 60, 120, 200)
DESTINATION = f"{NETWORK}.99.1"
MEMORY_LIMIT_MIB = 400.0


def measure() -> list[Measurement]:
    """Return the whole run of the largest estate, beside the smallest one's as many times as it is larger."""
    sizes = [measure_size(hosts) for hosts in SIZES]
    if len({size.tasks for size in sizes}) > 1:
        raise RuntimeError(f"the number of tasks depends on the estate's size: {sizes}")
    first, *_between, last = sizes
    times = last.hosts / first.hosts
    flows = last.hosts * scale.PER_HOST
    return [
        Measurement(
            work=f"{last.hosts} hosts, {flows:,} flows, {flows:,} records: {last.tasks} tasks",
            unit="whole run",
            ours=last.seconds,
            peer_name=f"{times:g} times {first.hosts} hosts",
            peer=first.seconds * times,
            floor=1.0,
            memory_mib=last.memory_mib,
            memory_limit_mib=MEMORY_LIMIT_MIB,
            points=tuple((size.hosts, size.seconds, size.memory_mib) for size in sizes),
        )
    ]


def measure_size(hosts: int) -> scale.Size:
    """Return what a run takes of an estate of so many hosts that nothing was done for yet."""
    estate = Estate(NETWORK)
    shutil.rmtree(estate.directory, ignore_errors=True)
    estate.prepare()
    estate.approve_changes()
    inventory = Path(estate.directory, "generated")
    names = [name for name, _part in estate.chosen(None) if name in estate.seed.name_servers]
    try:
        with contextlib.ExitStack() as stack:
            ports = [_listening(stack, hosts) for _flow in range(scale.PER_HOST)]
            for name in names:
                estate.parts()[name].start()
            scale.write(inventory, hosts, NETWORK, ports, DESTINATION)
            return scale.run(inventory, hosts, NETWORK)
    finally:
        for name in names:
            estate.parts()[name].stop()
        shutil.rmtree(estate.directory, ignore_errors=True)


def _listening(stack: contextlib.ExitStack, hosts: int) -> int:
    """Return a port on which the kernel accepts; nobody needs to take what it accepted."""
    listener = stack.enter_context(socket.socket())
    listener.bind((DESTINATION, 0))
    listener.listen(max(64, 4 * hosts))  # each host asks twice: what is missing, and what is proven
    return int(listener.getsockname()[1])
