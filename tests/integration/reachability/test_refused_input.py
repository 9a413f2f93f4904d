# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Input that cannot be meant is refused before a packet leaves, even to the flows that are sound."""

from __future__ import annotations

import select
import socket
from typing import Any

import pytest

from tests.module_runner import run_module

V4 = "127.32.0.1"


def flow(destination: str, port: int, **values: Any) -> dict[str, Any]:
    return {"destination": destination, "port": port, "purpose": "a test", **values}


REFUSED: dict[str, dict[str, Any]] = {
    "flows[1].port=70000": {"flows": [flow(V4, 70000)]},
    "flows[1].greeting='tds' is refused": {"flows": [flow(V4, 1, protocol="udp", greeting="tds")]},
    "deadline=0.0 is refused": {"deadline": 0},
    "concurrency=0 is refused": {"concurrency": 0},
    "source_address='x' is refused": {"source_address": "x"},
    "source_address='198.51.100.9' is refused: this host cannot send": {"source_address": "198.51.100.9"},
    "resolver.address='dns1' is refused": {"resolver": {"address": "dns1"}},
    "value of greeting must be one of": {"flows": [flow(V4, 1, greeting="smtp")]},
    "missing required arguments: purpose": {"flows": [{"destination": V4, "port": 1}]},
}


@pytest.mark.parametrize(("message", "bad"), REFUSED.items(), ids=REFUSED.keys())
def test_bad_input_is_refused_before_a_packet_leaves(message: str, bad: dict[str, Any]) -> None:
    with socket.create_server((V4, 0)) as listener:
        good = flow(V4, listener.getsockname()[1])
        result = run_module("firewall_reachability", {**bad, "flows": [good, *bad.get("flows", [])]})
        assert not select.select([listener], [], [], 0)[0]
    assert result["failed"]
    assert message in result["msg"]
