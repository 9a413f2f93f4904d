# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module against real ports: listeners, refusals, dropped SYNs, a real name server, both address families."""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulators.certificates import Issued
from emulators.greeters import Kind
from emulators.listeners import Listener, ThreadedListeners
from emulators.name_server import NameServer
from emulators.zones import PrimaryZone
from tests.integration.reachability.conftest import listening, shut, silent
from tests.module_runner import run_module

V4, V6 = "127.32.0.1", "::1"
RESOLVER = ("127.32.0.53", 10053)


def flow(destination: str, port: int, **values: Any) -> dict[str, Any]:
    return {"destination": destination, "port": port, "purpose": "a test", **values}


def reach(*flows: dict[str, Any], check: bool = False, **arguments: Any) -> dict[str, Any]:
    return run_module("firewall_reachability", {"flows": list(flows), **arguments}, check=check)


@pytest.fixture(scope="module")
def name_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    records = f"ns A {RESOLVER[0]}\nboth A {V4}\nboth AAAA {V6}\nempty TXT x\n"
    zone = PrimaryZone("exams.example", records)
    with NameServer(
        tmp_path_factory.mktemp("name_server"),
        RESOLVER[0],
        port=RESOLVER[1],
        zones=[zone],
        options="querylog yes;",
    ) as server:
        yield server


@pytest.mark.parametrize("address", [V4, V6])
def test_states_of_tcp(address: str) -> None:
    with listening(address) as opened, shut(address) as refused, silent(address) as filtered:
        result = reach(
            flow(address, opened),
            flow(address, refused, expect="shut"),
            flow(address, filtered, expect="shut"),
            deadline=0.5,
        )
    assert result["state"] == "proven", result["msg"]
    assert result["changed"] is False
    assert result["firewall_request"] == ""
    assert [each["state"] for each in result["flows"]] == ["open", "refused", "filtered"]
    assert {each["source_address"] for each in result["flows"]} == {"127.0.0.1" if address == V4 else "::1"}
    assert all(0 <= each["latency_ms"] < 500 for each in result["flows"][:2])
    assert result["flows"][2]["latency_ms"] is None


def test_all_that_differs_is_in_one_table_and_what_the_network_decides_in_the_request() -> None:
    with listening(V4) as opened, shut(V4) as refused, silent(V4) as filtered:
        flows = [
            flow(V4, refused, purpose="not started"),
            flow(V4, filtered, purpose="database"),
            flow(V4, opened, expect="shut", purpose="no remote desktop"),
            flow(V6, opened, expect="shut"),
        ]
        result = reach(*flows, deadline=0.5, source="connect.exams.example")
        reported = reach(*flows, deadline=0.5, source="connect.exams.example", on_difference="report")
    assert result["failed"]
    assert result["msg"].startswith("4 addresses of flows: differences 3, not proven 0:\n")
    assert [each["found"] for each in result["differences"]] == [
        "refused",
        "filtered: no answer within the deadline",
        "open",
    ]
    assert all(each["remedy"] in result["msg"] for each in result["differences"])
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in result["firewall_request"].splitlines()]
    assert [(row[0], row[2], row[4], row[6], row[7]) for row in rows[2:]] == [
        ("connect.exams.example", V4, str(filtered), "database", "open"),
        ("connect.exams.example", V4, str(opened), "no remote desktop", "shut"),
    ]
    assert "failed" not in reported
    assert reported["table"] == result["table"]
    assert reported["firewall_request"] == result["firewall_request"]


def test_check_mode_does_the_same_and_a_second_run_too() -> None:
    with listening(V4) as opened, silent(V4) as filtered:
        flows = [flow(V4, opened), flow(V4, filtered, expect="shut")]
        results = [reach(*flows, deadline=0.3, check=check) for check in (True, False, False)]
    for result in results:
        assert result["state"] == "proven"
        assert result["changed"] is False
        assert [each["state"] for each in result["flows"]] == ["open", "filtered"]


@pytest.mark.parametrize("address", [V4, V6])
def test_udp_claims_no_more_than_is_known(address: str) -> None:
    with shut(address, kind=socket.SOCK_DGRAM) as refused, listening(address, kind=socket.SOCK_DGRAM) as quiet:
        result = reach(
            flow(address, refused, protocol="udp", expect="shut"),
            flow(address, quiet, protocol="udp", expect="shut"),
            deadline=0.3,
        )
    assert [each["state"] for each in result["flows"]] == ["refused", "open_or_filtered"]
    assert [each["as_expected"] for each in result["flows"]] == [True, None]
    assert result["state"] == "not_proven"
    assert "failed" not in result


def test_every_greeting_is_right_for_its_service_and_wrong_for_the_others(
    issued: Issued, name_server: NameServer
) -> None:
    context = issued.server_context()
    kinds: tuple[Kind, ...] = ("tls", "tds", "tns", "winrm")
    with ThreadedListeners(*(Listener(V4, 0, kind, lambda: context) for kind in kinds)) as listeners:
        ports = dict(zip(kinds, listeners.ports, strict=True))
        right = reach(
            *(flow("server.exams.example", ports[kind], greeting=kind, connect_address=V4) for kind in kinds),
            flow(RESOLVER[0], RESOLVER[1], greeting="dns"),
            flow(RESOLVER[0], RESOLVER[1], greeting="dns", protocol="udp"),
            deadline=20,
        )
        asked = [(kind, other) for kind in (*kinds, "dns") for other in kinds if kind != other]
        wrong = [
            reach(*(flow(V4, ports[other], greeting=kind) for _unused, other in pairs), deadline=20)
            for kind in (*kinds, "dns")
            if (pairs := [pair for pair in asked if pair[0] == kind])
        ]
    assert right["state"] == "proven", right["msg"]
    assert [each["greeting"] for each in right["flows"]] == [
        "TLS ServerHello",
        "SQL Server 16.0.4135.0, encryption on",
        "TNS REFUSE",
        "/wsman answered HTTP 405",
        "DNS REFUSED",
        "DNS REFUSED",
    ]
    found = [each for result in wrong for each in result["flows"]]
    assert len(found) == len(asked)
    for (kind, other), each in zip(asked, found, strict=True):
        assert each["state"] == "open"
        if (kind, other) == ("tls", "winrm"):  # WinRM is spoken over TLS
            assert each["as_expected"] is True
        else:
            assert each["greeting"].startswith("wrong: "), (kind, other)
            assert each["as_expected"] is False


def test_wrong_silent_and_slow_services(issued: Issued) -> None:
    context = issued.server_context()
    with ThreadedListeners(
        Listener(V4, 0, "winrm", lambda: context, fault="wrong"),
        Listener(V4, 0, "tds", lambda: context, fault="silent"),
        Listener(V4, 0, "tls", lambda: context, fault="slow", delay=0.5),
        Listener(V4, 0, "https", lambda: context),
        Listener(V4, 0, "tcp"),
    ) as listeners:
        greetings = ("winrm", "tds", "tls", "winrm", "tls")
        pairs = list(zip(listeners.ports, greetings, strict=True))
        started = time.monotonic()
        result = reach(*(flow(V4, port, greeting=greeting) for port, greeting in pairs), deadline=4)
        seconds = time.monotonic() - started
    assert [each["greeting"] for each in result["flows"]] == [
        "wrong: SSH answered",
        "wrong: silent until the deadline",
        "TLS ServerHello",
        "wrong: /wsman answered HTTP 404",
        "wrong: closed silently",
    ]
    assert result["failed"]
    assert result["firewall_request"] == ""
    assert 4 <= seconds < 8


def test_each_name_is_resolved_once_and_each_address_probed(name_server: NameServer) -> None:
    resolver = {"address": RESOLVER[0], "port": RESOLVER[1]}
    with listening(V4) as one, shut(V6) as other:
        result = reach(
            flow("both.exams.example", one),
            flow("both.exams.example", other, expect="shut"),
            flow("missing.exams.example", 443),
            flow("empty.exams.example", 443, expect="shut"),
            resolver=resolver,
            on_difference="report",
            deadline=10,
        )
    found = [(each["destination"], each["address"], each["state"], each["as_expected"]) for each in result["flows"]]
    assert found == [
        ("both.exams.example", V4, "open", True),
        ("both.exams.example", V6, "refused", False),
        ("both.exams.example", V4, "refused", True),
        ("both.exams.example", V6, "refused", True),
        ("missing.exams.example", None, "unresolved", None),
        ("empty.exams.example", None, "unresolved", None),
    ]
    assert [each["where"] for each in result["differences"]] == [f"both.exams.example ({V6})"]
    assert [each["where"] for each in result["not_proven"]] == ["missing.exams.example", "empty.exams.example"]
    queries = [line for line in name_server.log.read_text().splitlines() if "both.exams.example IN " in line]
    assert len(queries) == 2  # A and AAAA


def test_a_resolver_that_is_silent_leaves_everything_unproven_within_the_deadline() -> None:
    with listening(V4, kind=socket.SOCK_DGRAM) as port:
        started = time.monotonic()
        result = reach(flow("sql.exams.example", 1433), resolver={"address": V4, "port": port}, deadline=0.5)
        seconds = time.monotonic() - started
    assert result["state"] == "not_proven"
    assert result["flows"][0]["state"] == "unresolved"
    assert seconds < 5


def test_the_hosts_own_resolver_and_the_source_address() -> None:
    with listening("127.0.0.1") as port:
        result = reach(
            flow("localhost", port, connect_address="127.0.0.1"), flow("localhost", port), source_address="127.32.0.7"
        )
    by_address = {each["address"]: each for each in result["flows"]}
    assert by_address["127.0.0.1"]["source_address"] == "127.32.0.7"
    assert by_address["127.0.0.1"]["as_expected"] is True
    if V6 in by_address:  # as /etc/hosts says it
        assert by_address[V6]["as_expected"] is None
        assert "other address family" in by_address[V6]["reason"]
    assert result["state"] == "proven"


@pytest.mark.parametrize(("concurrency", "rounds"), [(2, 3), (6, 1)])
def test_concurrency_is_bounded_and_used(concurrency: int, rounds: int) -> None:
    with contextlib.ExitStack() as stack:
        ports = [stack.enter_context(silent(V4)) for _unused in range(6)]
        started = time.monotonic()
        result = reach(*(flow(V4, port, expect="shut") for port in ports), deadline=1, concurrency=concurrency)
        seconds = time.monotonic() - started
    assert result["state"] == "proven"
    assert rounds <= seconds < rounds + 2


SCARCE = """
import json, resource, sys
sys.path[:0] = {path!r}
from tests.module_runner import run_module
import ansible_collections.uoe.exam_scheduling.plugins.modules.firewall_reachability
taken = [open("/dev/null") for _ in range({taken})]
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
result = run_module("firewall_reachability", json.load(sys.stdin))
print(json.dumps(result))
"""


@pytest.mark.parametrize("taken", [0, 82])
def test_file_descriptors_bound_the_concurrency_and_their_lack_is_no_finding(taken: int) -> None:
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[1] > 100
    with contextlib.ExitStack() as stack:
        ports = [stack.enter_context(listening(V4)) for _unused in range(150)]
        done = subprocess.run(
            [sys.executable, "-c", SCARCE.format(path=sys.path, taken=taken)],
            input=json.dumps({"flows": [flow(V4, port) for port in ports]}),
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parents[3],
        )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    if taken:
        assert result["failed"]
        assert "could not be made; expected a socket; found Too many open files" in result["msg"]
        assert "`concurrency`" in result["msg"]
    else:
        assert result["state"] == "proven"
        assert len(result["flows"]) == 150
