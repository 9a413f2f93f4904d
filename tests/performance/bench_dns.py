# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records kept on a real BIND: one call of `dns_records` against a loop of `community.general.nsupdate`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from emulators.name_server import Key, NameServer, PrimaryZone
from tests.performance.ratio import Measurement, Run, time_module, time_playbook

ADDRESS = f"127.31.{191 + os.getpid() % 50}.1"  # so that two measurements at a time do not meet
ZONE = "exams.example"
RECORDS = 1000
SAMPLE = 20
PEER = "loop of community.general.nsupdate"


def measure() -> list[Measurement]:
    """Return the seconds a record: 1,000 new ones at once, the same again unchanged, each beside the peer's."""
    key = Key.generate("exams-live.")
    zones = [PrimaryZone(ZONE, f"ns A {ADDRESS}", update_keys=[key.name])]
    with (
        tempfile.TemporaryDirectory(prefix="bench-dns-") as directory,
        NameServer(Path(directory), ADDRESS, zones=zones, keys=[key]),
    ):
        ours_new = _ours(key, "present")
        ours_unchanged = _ours(key, "present")
        ours_exact = _ours(key, "exact")
        # What an empty loop costs is not the records' cost: it is taken off, to the peer's favour.
        start_up = _peer(key, "first", 1)
        peer_new = (_peer(key, "peer", SAMPLE + 1) - start_up) / SAMPLE
        start_up = _peer(key, "first", 1)
        peer_unchanged = (_peer(key, "peer", SAMPLE + 1) - start_up) / SAMPLE
    rows = [
        ("1,000 new DNS records", ours_new, peer_new),
        ("1,000 DNS records, unchanged", ours_unchanged, peer_unchanged),
        ("1,000 DNS records, unchanged, state exact", ours_exact, peer_unchanged),
    ]
    return [
        Measurement(work, "s a record", run.seconds / RECORDS, PEER, peer, 100.0, run.memory_mib)
        for work, run, peer in rows
    ]


def _ours(key: Key, state: str) -> Run:
    records = [{"name": f"ours-{index}", "type": "A", "values": [_address(index)]} for index in range(RECORDS)]
    arguments = {"zone": ZONE, "server": ADDRESS, "state": state, "records": records}
    run = time_module("dns_records", {**arguments, "key_name": key.name, "key_secret": key.secret})
    if run.result.get("failed"):
        raise RuntimeError(run.result["msg"])
    return run


def _peer(key: Key, prefix: str, count: int) -> float:
    task: dict[str, Any] = {
        "community.general.nsupdate": {
            "server": ADDRESS,
            "zone": ZONE,
            "record": "{{ item.name }}",
            "value": "{{ item.value }}",
            "type": "A",
            "key_name": key.name,
            "key_secret": key.secret,
            "key_algorithm": key.algorithm,
        },
        "loop": [{"name": f"{prefix}-{index}", "value": _address(index)} for index in range(count)],
    }
    return time_playbook([task])


def _address(index: int) -> str:
    """Return an address of the networks for documentation and benchmarks (RFC 2544)."""
    return f"198.18.{index // 250}.{index % 250 + 1}"
