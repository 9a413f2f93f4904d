# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A generated estate of any size: hosts, ten flows from each and ten records of each, as an inventory over LIVE's."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.performance.ratio import BIN, ROOT

PER_HOST = 10
"""Flows, and records, of each host."""
_HOSTS_A_NETWORK = 200


@dataclass(frozen=True)
class Size:
    """A run of an estate of so many hosts."""

    hosts: int
    tasks: int
    """How many tasks the run has, whatever the number of hosts that each is for."""
    results: int
    """How many results of tasks on hosts there are: tasks once, and those that are each host's own once a host."""
    seconds: float
    memory_mib: float
    """Peak resident memory of the largest process."""


def address(network: str, index: int) -> str:
    """Return the loopback address of a generated host."""
    return f"{network}.{100 + index // _HOSTS_A_NETWORK}.{1 + index % _HOSTS_A_NETWORK}"


def inventory(
    hosts: int, network: str, ports: Sequence[int], destination: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an inventory, and the variables of all its hosts.

    Args:
        hosts: how many.
        network: first two numbers of their loopback addresses.
        ports: to each of which there is a flow from each host.
        destination: the address where something listens on these ports.
    """
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    names = [f"generated-{index}" for index in range(hosts)]
    generated = {
        name: {
            **local,
            "exam_address": _documented(index),
            "exam_connect_address": address(network, index),
            "exam_source_address": address(network, index),
        }
        for index, name in enumerate(names)
    }
    groups = {
        "generated": {"hosts": generated},
        "generated_server": {"hosts": {"generated-server": {**local, "exam_connect_address": destination}}},
        "firewall_sources": {"children": {"generated": {}}},
    }
    flows = [
        {"from": "generated", "to": "generated_server", "port": port, "purpose": f"flow {number} of each host"}
        for number, port in enumerate(ports, 1)
    ]
    records = [
        {"name": name if number == 0 else f"{name}-{number}", "type": "A", "values": [_documented(index)]}
        for index, name in enumerate(names)
        for number in range(PER_HOST)
    ]
    return {"all": {"children": groups}}, {"firewall_flows": flows, "dns_records": records, "dns_reverse_zones": []}


def write(directory: Path, hosts: int, network: str, ports: Sequence[int], destination: str) -> None:
    """Write the inventory into a directory, which `-i` takes."""
    groups, variables = inventory(hosts, network, ports, destination)
    (directory / "group_vars").mkdir(parents=True)
    # JSON is YAML, and is written and read a hundred times as fast
    (directory / "hosts.yml").write_text(json.dumps(groups), encoding="utf-8")
    (directory / "group_vars/all.yml").write_text(json.dumps(variables), encoding="utf-8")


def run(directory: Path, hosts: int, network: str) -> Size:
    """Apply and prove firewall and DNS of an estate that was written, and return what it took.

    Raises:
        RuntimeError: the run failed.
    """
    inventories = [ROOT / "inventories/live", ROOT / "inventories/rehearsal", directory]
    with (directory / "output").open("w+", encoding="utf-8") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            [
                BIN / "ansible-playbook",
                *(option for path in inventories for option in ("-i", str(path))),
                *("--tags", "firewall,dns", "--limit", "localhost,generated"),
                ROOT / "playbooks/stages/servers.yml",
            ],
            cwd=ROOT,
            env={**os.environ, "EXAM_REHEARSAL_NETWORK": network, "ANSIBLE_NOCOLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode:
        raise RuntimeError(f"the run of {hosts} hosts failed:\n{text[-20_000:]}")
    results = sum(int(number) for number in re.findall(r" (?:ok|skipped)=(\d+)", text))
    tasks = len(re.findall(r"^TASK \[", text, re.MULTILINE))
    return Size(hosts, tasks, results, seconds, usage.ru_maxrss / 1024)


def _documented(index: int) -> str:
    """Return an address of the network for benchmarks (RFC 2544)."""
    return f"198.18.{index // 250}.{1 + index % 250}"
