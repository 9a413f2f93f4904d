# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dropped SYNs, ICMP prohibitions and missing routes, by a real router in network namespaces: nothing leaves them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
NAMESPACE = ["unshare", "--net", "--mount", "--map-root-user"] if os.geteuid() else ["unshare", "--net", "--mount"]
permitted = subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0

pytestmark = pytest.mark.skipif(
    not permitted,
    reason="this system permits no network namespaces; dropped SYNs are then tested by a full backlog only",
)


def reach_in_namespace(hosts: Path, **arguments: Any) -> dict[str, Any]:
    """Run the module there, with an /etc/hosts of its own."""
    hosts.write_text("198.51.100.1 both\n2001:db8:9::1 both\n", encoding="ascii")
    there = ["sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', str(hosts)]
    done = subprocess.run(
        [*NAMESPACE, *there, sys.executable, "-m", "tests.integration.reachability.in_namespace"],
        input=json.dumps(arguments),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / '.collections'}"},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def flow(destination: str, port: int = 8080, **values: Any) -> dict[str, Any]:
    return {"destination": destination, "port": port, "purpose": "a test", **values}


EXPECTED = {
    ("198.51.100.1", 8080): ("open", "open"),
    ("2001:db8:1::1", 8080): ("open", "open"),
    ("198.51.100.1", 8081): ("refused", "refused"),
    ("2001:db8:1::1", 8081): ("refused", "refused"),
    ("203.0.113.1", 8080): ("unreachable", "host unreachable or administratively prohibited"),
    ("203.0.113.2", 8080): ("unreachable", "host unreachable or administratively prohibited"),
    ("203.0.113.3", 8080): ("filtered", "no answer within the deadline"),
    ("2001:db8:2::1", 8080): ("unreachable", "prohibited, by this host or on the way"),
    ("2001:db8:2::2", 8080): ("unreachable", "network unreachable"),
    ("2001:db8:2::3", 8080): ("filtered", "no answer within the deadline"),
    ("203.0.113.11", 8080): ("unreachable", "prohibited, by this host or on the way"),
    ("203.0.113.12", 8080): ("unreachable", "blackhole route on this host"),
    ("203.0.113.13", 8080): ("unreachable", "host unreachable or administratively prohibited"),
    ("192.0.2.1", 8080): ("unreachable", "this host has no IPv4 route to it"),
    ("2001:db8:9::1", 8080): ("unreachable", "this host has no IPv6 route to it"),
}


def test_every_way_in_which_tcp_does_not_arrive(tmp_path: Path) -> None:
    flows = [flow(address, port) for address, port in EXPECTED]
    result = reach_in_namespace(tmp_path / "hosts", flows=flows, on_difference="report", deadline=2)
    found = {(each["address"], each["port"]): (each["state"], each["reason"]) for each in result["flows"]}
    assert found == EXPECTED
    by_address = {each["address"]: each for each in result["flows"]}
    assert by_address["203.0.113.3"]["source_address"] == "198.51.100.2"
    assert by_address["2001:db8:2::3"]["source_address"] == "2001:db8:1::2"
    assert by_address["192.0.2.1"]["source_address"] is None
    assert len(result["differences"]) == 13
    assert (
        len(result["firewall_request"].splitlines()) == 2 + 9
    )  # refused ones and ones without a route are not the network team's


def test_udp_hears_icmp(tmp_path: Path) -> None:
    addresses = ("198.51.100.1", "203.0.113.1", "203.0.113.3", "2001:db8:2::1", "2001:db8:2::3")
    flows = [flow(address, 53, protocol="udp", greeting="dns") for address in addresses]
    result = reach_in_namespace(tmp_path / "hosts", flows=flows, on_difference="report", deadline=2)
    assert [each["state"] for each in result["flows"]] == [
        "refused",
        "unreachable",
        "open_or_filtered",
        "unreachable",
        "open_or_filtered",
    ]


def test_an_address_family_without_a_route_is_not_used(tmp_path: Path) -> None:
    flows = [flow("both"), flow("both", 8081, expect="shut")]
    result = reach_in_namespace(tmp_path / "hosts", flows=flows, deadline=5, source_address="198.51.100.3")
    assert result["state"] == "proven", result["msg"]
    assert [(each["address"], each["state"], each["as_expected"]) for each in result["flows"]] == [
        ("198.51.100.1", "open", True),
        ("2001:db8:9::1", "unreachable", None),
        ("198.51.100.1", "refused", True),
        ("2001:db8:9::1", "unreachable", True),
    ]
    assert result["flows"][0]["source_address"] == "198.51.100.3"
    without_source = reach_in_namespace(tmp_path / "hosts", flows=flows, deadline=5)
    assert without_source["state"] == "proven", without_source["msg"]
    assert without_source["flows"][1]["reason"] == "this host has no IPv6 route to it"
