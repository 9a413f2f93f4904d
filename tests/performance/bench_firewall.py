# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""1,000 flows, 100 of them silent, against a loop of `ansible.builtin.wait_for`: done within twice the deadline."""

from __future__ import annotations

import contextlib
import socket
from typing import Any

from tests.performance.ratio import Measurement, raise_file_limit, time_module, time_playbook

OPEN, SILENT = 900, 100
DEADLINE = 2
SAMPLE = 25


def measure() -> list[Measurement]:
    """Return one measurement: all flows of ours, start-up included, against the peer's loop without its start-up.

    The requirement is absolute, twice the deadline. As a ratio: the peer's whole loop over what it allows us.
    """
    raise_file_limit()
    with contextlib.ExitStack() as stack:
        opened = [_listening(stack, f"127.32.{100 + number // 30}.{1 + number % 30}") for number in range(OPEN)]
        silent = [_silent(stack, f"127.32.90.{1 + number}") for number in range(SILENT)]
        flows = [_flow(place) for place in opened] + [_flow(place, expect="shut") for place in silent]
        ours = time_module("firewall_reachability", {"flows": flows, "deadline": DEADLINE})
        per_item = (_wait_for(opened[:SAMPLE]) - _wait_for(opened[:1])) / (SAMPLE - 1)
    if ours.result["state"] != "proven":
        raise RuntimeError(f"the measured flows were not as expected: {ours.result['msg']}")
    peer = per_item * OPEN + SILENT * DEADLINE
    return [
        Measurement(
            work=f"{OPEN + SILENT} flows, {SILENT} of them silent for {DEADLINE} s",
            unit="whole run",
            ours=ours.seconds,
            peer_name="ansible.builtin.wait_for",
            peer=peer,
            floor=peer / (2 * DEADLINE),
            memory_mib=ours.memory_mib,
        )
    ]


Place = tuple[str, int]


def _flow(place: Place, **values: Any) -> dict[str, Any]:
    return {"destination": place[0], "port": place[1], "purpose": "measurement", **values}


def _listening(stack: contextlib.ExitStack, address: str, *, backlog: int = 64) -> Place:
    """Return a port on which the kernel accepts; nobody needs to take what it accepted."""
    listener = stack.enter_context(socket.socket())
    listener.bind((address, 0))
    listener.listen(backlog)
    return address, listener.getsockname()[1]


def _silent(stack: contextlib.ExitStack, address: str) -> Place:
    """Return a port on which the kernel drops every further SYN, because its backlog is full."""
    place = _listening(stack, address, backlog=0)
    stack.enter_context(socket.create_connection(place, timeout=10))
    return place


def _wait_for(places: list[Place]) -> float:
    task = {
        "name": "Wait for the ports",
        "ansible.builtin.wait_for": {"host": "{{ item[0] }}", "port": "{{ item[1] }}", "timeout": DEADLINE},
        "loop": [list(place) for place in places],
    }
    return time_playbook([task])


if __name__ == "__main__":
    for measured in measure():
        print(measured, f"ratio {measured.ratio:.0f}, floor {measured.floor:.0f}")
