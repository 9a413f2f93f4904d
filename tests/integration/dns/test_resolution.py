# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From names to addresses, by this host and by a given resolver."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Iterator

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.resolution import (
    Resolver,
    Unresolved,
    resolve,
    resolver_from,
)
from emulators.name_server import NameServer, PrimaryZone

RECORDS = """
two A 192.0.2.1
two A 192.0.2.2
two AAAA 2001:db8::1
six AAAA 2001:db8::6
alias CNAME two
empty TXT nothing
"""


@pytest.fixture(scope="module")
def resolver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resolver]:
    address = f"127.31.{secrets.randbelow(190) + 1}.7"
    zone = PrimaryZone("exams.example", f"ns A {address}\n{RECORDS}")
    with NameServer(tmp_path_factory.mktemp("resolver"), address, zones=[zone]):
        yield Resolver(address)


@pytest.mark.parametrize(
    ("host", "addresses"),
    [
        ("two.exams.example", ["192.0.2.1", "192.0.2.2", "2001:db8::1"]),
        ("alias.exams.example.", ["192.0.2.1", "192.0.2.2", "2001:db8::1"]),
        ("six.exams.example", ["2001:db8::6"]),
        ("192.0.2.99", ["192.0.2.99"]),
        ("::1", ["::1"]),
    ],
)
def test_all_addresses_of_a_name_by_a_given_resolver(resolver: Resolver, host: str, addresses: list[str]) -> None:
    assert sorted(resolve(host, resolver, timeout=5)) == addresses


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("gone.exams.example", "does not exist"),
        ("empty.exams.example", "without an address"),
        ("elsewhere.example", "REFUSED"),
        ("a..b", "label is empty"),
    ],
)
def test_why_a_name_has_no_address(resolver: Resolver, host: str, why: str) -> None:
    with pytest.raises(Unresolved, match=why) as problem:
        resolve(host, resolver, timeout=5)
    assert host in str(problem.value)
    assert str(resolver) in str(problem.value)


def test_that_a_silent_resolver_is_given_up_in_time() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.31.250.2", 0))
        start = time.monotonic()
        with pytest.raises(Unresolved, match="cannot be resolved"):
            resolve("two.exams.example", Resolver(*silent.getsockname()), timeout=0.3)
        assert time.monotonic() - start < 3


def test_that_this_host_resolves_as_other_programs_do() -> None:
    assert "127.0.0.1" in resolve("localhost", None, timeout=5)
    assert resolve("192.0.2.7", None, timeout=5) == ["192.0.2.7"]
    with pytest.raises(Unresolved, match="this host's resolver"):
        resolve("a" * 64 + ".invalid", None, timeout=5)


def test_the_parameter() -> None:
    assert resolver_from({}) is None
    assert resolver_from({"resolver": {"address": "::1", "port": 5353}}) == Resolver("::1", 5353)
    with pytest.raises(InvalidParameter, match=r"resolver\.address='dns1'"):
        resolver_from({"resolver": {"address": "dns1", "port": 53}})
    with pytest.raises(InvalidParameter, match=r"resolver\.port=70000"):
        resolver_from({"resolver": {"address": "::1", "port": 70000}})
