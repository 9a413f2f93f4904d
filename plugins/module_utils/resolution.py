# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a name to addresses: by the host's own resolver, or by a given one, so that LIVE's names work in a rehearsal."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns, require_dnspython
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem

RESOLVER_ARGUMENTS: dict[str, dict[str, object]] = {
    "resolver": {
        "type": "dict",
        "options": {"address": {"type": "str", "required": True}, "port": {"type": "int", "default": 53}},
    },
}
"""Arguments of every module that resolves names (doc fragment `resolver`)."""


class Unresolved(Problem):
    """A name from which no address could be had: it does not exist, has no address, or nobody answered."""


@dataclass(frozen=True)
class Resolver:
    """A recursive name server to ask instead of the host's own resolver."""

    address: str
    port: int = 53

    def __str__(self) -> str:
        return f"{self.address} port {self.port}"


def resolver_from(params: Mapping[str, Any]) -> Resolver | None:
    """Return the resolver that the module's parameters name; None means the host's own.

    Raises:
        InvalidParameter: the address is no IP address, or the port none.
    """
    given = params.get("resolver")
    if given is None:
        return None
    if not is_address(given["address"]):
        raise InvalidParameter(
            "resolver.address", given["address"], "it is no IP address", "Give the resolver's IPv4 or IPv6 address."
        )
    return Resolver(given["address"], checked_port("resolver.port", given["port"]))


def checked_port(parameter: str, value: int) -> int:
    """Return the port number.

    Raises:
        InvalidParameter: it is not in 1..65535.
    """
    if not 1 <= value <= 65535:
        raise InvalidParameter(parameter, value, "it is no port number", "Give a number from 1 to 65535.")
    return value


def is_address(text: str) -> bool:
    """Return whether the text is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def resolve(host: str, resolver: Resolver | None, *, timeout: float) -> list[str]:
    """Return the addresses of a host, IPv4 first; a literal address is its own and asks nobody.

    Args:
        host: a name, taken as absolute when a resolver is given, or an address.
        resolver: whom to ask; None asks as every other program on this host does (`/etc/hosts` included).
        timeout: seconds for the whole of it.

    Raises:
        Unresolved: no address could be had.
        Problem: a resolver is given and dnspython is not installed.
    """
    if is_address(host):
        return [host]
    addresses = _by_host(host, timeout) if resolver is None else _by_resolver(host, resolver, timeout)
    return sorted(set(addresses), key=lambda address: (ipaddress.ip_address(address).version, addresses.index(address)))


def _by_host(host: str, timeout: float) -> list[str]:
    """Return what `getaddrinfo` says. It has no deadline of its own, so it is waited for in a thread."""
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put([str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)])
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that is empty or too long
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=ask, daemon=True, name=f"resolve {host}").start()
    try:
        answer = answers.get(timeout=timeout)
    except queue.Empty:
        raise _unresolved(host, "this host's resolver", f"no answer in {timeout:g} s") from None
    if isinstance(answer, OSError):
        raise _unresolved(host, "this host's resolver", answer.strerror or str(answer)) from answer
    return answer


def _by_resolver(host: str, resolver: Resolver, timeout: float) -> list[str]:
    """Return the A and AAAA records that the resolver gives."""
    require_dnspython()
    client = dns.resolver.Resolver(configure=False)
    client.nameservers = [resolver.address]
    client.port = resolver.port
    deadline = time.monotonic() + timeout
    addresses: list[str] = []
    try:
        name = dns.name.from_text(host)
        for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
            left = max(deadline - time.monotonic(), 0.01)
            answer = client.resolve(name, kind, raise_on_no_answer=False, search=False, lifetime=left)
            addresses += [record.address for record in answer.rrset or ()]
    except dns.exception.DNSException as error:
        raise _unresolved(host, f"resolver {resolver}", str(error)) from error
    if not addresses:
        raise _unresolved(host, f"resolver {resolver}", "the name exists, without an address")
    return addresses


def _unresolved(host: str, whom: str, why: str) -> Unresolved:
    return Unresolved(
        f"{host} cannot be resolved: {why}",
        where=whom,
        expected="an IPv4 or IPv6 address",
        remedy="Check the name and that this resolver knows it, or set `resolver` or the connect address.",
    )
