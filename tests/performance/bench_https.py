# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""200 TLS endpoints, against a loop of community.crypto.get_certificate."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Any

from emulators.certificates import Authority
from emulators.listeners import Listener, ThreadedListeners
from tests.performance.ratio import Measurement, raise_file_limit, time_module, time_playbook

ENDPOINTS = 200
SAMPLE = 25
HOST = "es-live.exams.example"


def measure() -> list[Measurement]:
    """Measure both against the same listeners; ours also looks at old protocol versions, the peer does not."""
    raise_file_limit()
    # The listeners warn of each old protocol version that ours tries and they refuse.
    logging.getLogger("emulators.listeners").setLevel(logging.ERROR)
    root = Authority.create("Benchmark root")
    context = Authority.create("Benchmark issuing", parent=root).issue([HOST]).server_context()
    listeners = [
        Listener(f"127.33.{100 + number // 250}.{1 + number % 250}", 0, "https", context=lambda: context)
        for number in range(ENDPOINTS)
    ]
    with tempfile.TemporaryDirectory() as directory, ThreadedListeners(*listeners) as serving:
        root.save(Path(directory))
        roots = str(Path(directory, "root.pem"))
        ours = time_module("https_endpoint_info", _ours(serving.addresses, roots))
        if not ours.result.get("proven"):
            raise RuntimeError(f"the endpoints were not proven: {ours.result.get('msg')}")
        peer = time_playbook([_peer(serving.addresses[: SAMPLE + 1], roots)])
        start_up = time_playbook([_peer(serving.addresses[:1], roots)])
    return [
        Measurement(
            work=f"{ENDPOINTS} TLS endpoints",
            unit="endpoint",
            ours=ours.seconds / ENDPOINTS,
            peer_name="community.crypto.get_certificate",
            peer=(peer - start_up) / SAMPLE,
            floor=50,
            memory_mib=ours.memory_mib,
        )
    ]


def _ours(addresses: list[tuple[str, int]], roots: str) -> dict[str, Any]:
    endpoints = [{"host": HOST, "connect_address": address, "port": port} for address, port in addresses]
    return {"endpoints": endpoints, "roots": [roots]}


def _peer(addresses: list[tuple[str, int]], roots: str) -> dict[str, Any]:
    return {
        "community.crypto.get_certificate": {
            "host": "{{ item[0] }}",
            "port": "{{ item[1] }}",
            "server_name": HOST,
            "ca_cert": roots,
            "select_crypto_backend": "cryptography",
            "asn1_base64": True,
        },
        "loop": addresses,
    }
