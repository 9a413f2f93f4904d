# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One probe of one address: the sockets, the deadline and nothing else."""

from __future__ import annotations

import asyncio
import errno
import os
import select
import socket
import struct
import time
from dataclasses import dataclass, replace
from typing import TypeAlias

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.flows import Flow
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.greeting import Answer, Greeting
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.greetings import greeting_for
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.states import (
    NO_ROUTE,
    Probe,
    State,
    classify,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

SocketAddress: TypeAlias = tuple[str, int] | tuple[str, int, int, int]

UDP_ATTEMPTS = 3
"""How often a UDP query is sent within the deadline, since one lost datagram is no firewall."""

# Linux's numbers (linux/in.h, linux/in6.h), which Python does not name: ICMP errors are then reported for UDP too.
_RECEIVE_ERRORS = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}
_TCP_INFO_RTT = 68
"""Where tcpi_rtt, the round trip time in microseconds, stands in struct tcp_info (linux/tcp.h)."""


@dataclass(frozen=True)
class Target:
    """One address of a flow, from one source."""

    flow: Flow
    address: str
    source_address: str | None = None

    @property
    def family(self) -> socket.AddressFamily:
        """IPv4 or IPv6."""
        return family_of(self.address)

    @property
    def socket_address(self) -> SocketAddress:
        """What `connect` takes, with the zone of a link-local address looked up."""
        found = socket.getaddrinfo(self.address, self.flow.port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return found[0][4]  # type: ignore[return-value]  # mypy's stub allows for other families, AI_NUMERICHOST not


def family_of(address: str) -> socket.AddressFamily:
    """Return the family of a literal address."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


async def probe(target: Target, seconds: float) -> Probe:
    """Return what is known of the target after at most that many seconds.

    Raises:
        Problem: this host could not even try, for example for lack of file descriptors.
    """
    source = _source(target)
    if isinstance(source, Probe):
        return source
    kind = socket.SOCK_STREAM if target.flow.protocol == "tcp" else socket.SOCK_DGRAM
    try:
        with socket.socket(target.family, kind) as connection:
            connection.setblocking(False)
            if target.source_address:
                connection.bind((target.source_address, 0))
            found = await (_tcp if kind == socket.SOCK_STREAM else _udp)(connection, target, seconds)
            return replace(found, source_address=source)
    except OSError as error:
        raise _own_problem(target, error) from error


def _source(target: Target) -> str | Probe | None:
    """Return the address from which packets go to the target, or the finding if this host has no route to it.

    The kernel knows without a packet. None is returned if a route of this host prohibits it: the probe will meet that.
    """
    if target.source_address and family_of(target.source_address) != target.family:
        reason = f"the source address {target.source_address} is of the other address family"
        return Probe(State.UNREACHABLE, reason, target.address, no_route=True)
    try:
        with socket.socket(target.family, socket.SOCK_DGRAM) as lookup:
            lookup.connect(target.socket_address)
            source: str = lookup.getsockname()[0]
            return target.source_address or source
    except OSError as error:
        if error.errno not in NO_ROUTE:
            return None
        version = 6 if target.family == socket.AF_INET6 else 4
        return Probe(State.UNREACHABLE, f"this host has no IPv{version} route to it", target.address, no_route=True)


async def _tcp(connection: socket.socket, target: Target, seconds: float) -> Probe:
    started = time.monotonic()
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            await loop.sock_connect(connection, target.socket_address)
    except OSError as error:
        outcome = error if error.errno is not None else _late_outcome(connection, error)
        if outcome is not None:
            return _failed(target, outcome, started)
    if connection.getsockname() == connection.getpeername():
        # Both ends of a port in the ephemeral range can be this very socket (RFC 9293, simultaneous open).
        return Probe(State.REFUSED, "refused", target.address)
    found = Probe(State.OPEN, "open", target.address, latency_ms=_round_trip(connection) or _since(started))
    greeting = greeting_for(target.flow.greeting, protocol="tcp", destination=target.flow.destination)
    if greeting is None:
        return found
    left = max(seconds - (time.monotonic() - started), 0)
    return replace(found, answer=await _converse(connection, greeting, left))


async def _converse(connection: socket.socket, greeting: Greeting, seconds: float) -> Answer:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            say = greeting.start()
            while True:
                await loop.sock_sendall(connection, say)
                heard = greeting.receive(await loop.sock_recv(connection, 16384))
                if isinstance(heard, Answer):
                    return heard
                say = heard
    except TimeoutError as error:
        if error.errno is None:
            return Answer(False, "silent until the deadline")
        return Answer(False, "connection lost")
    except ConnectionError:
        return Answer(False, "connection reset")
    except OSError as error:
        return Answer(False, f"connection lost ({error.strerror})")


async def _udp(connection: socket.socket, target: Target, seconds: float) -> Probe:
    greeting = greeting_for(target.flow.greeting, protocol="udp", destination=target.flow.destination)
    question = greeting.start() if greeting else b""
    started = time.monotonic()
    loop = asyncio.get_running_loop()
    connection.setsockopt(*_RECEIVE_ERRORS[target.family], 1)
    try:
        connection.connect(target.socket_address)
        for _unused in range(UDP_ATTEMPTS):
            try:
                await loop.sock_sendall(connection, question)
                async with asyncio.timeout(seconds / UDP_ATTEMPTS):
                    data = await loop.sock_recv(connection, 65535)
            except TimeoutError as error:
                if error.errno is not None:
                    raise
                continue
            return Probe(
                State.OPEN,
                "open",
                target.address,
                latency_ms=_since(started),
                answer=_understood(greeting, data),
            )
    except OSError as error:
        return _failed(target, error, started)
    return Probe(State.OPEN_OR_FILTERED, "no answer within the deadline", target.address)


def _understood(greeting: Greeting | None, data: bytes) -> Answer | None:
    """Return what a datagram says; none is ever followed by another that would say more."""
    if greeting is None:
        return None
    heard = greeting.receive(data) if data else Answer(False, "an empty datagram answered")
    return heard if isinstance(heard, Answer) else Answer(False, "half an answer")


def _failed(target: Target, error: OSError, started: float) -> Probe:
    """Return the finding for an error that came from the network; raise any other."""
    known = classify(error)
    if known is None:
        raise error
    state, reason = known
    answered = state in (State.REFUSED, State.UNREACHABLE)
    return Probe(state, reason, target.address, latency_ms=_since(started) if answered else None)


def _late_outcome(connection: socket.socket, deadline: OSError) -> OSError | None:
    """Return what became of a connection when its deadline passed; None if it stands.

    On a busy host the deadline can pass between the other side's answer and our turn to look at it.
    """
    poll = select.poll()
    poll.register(connection, select.POLLOUT)
    if not poll.poll(0):
        return deadline
    number = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return OSError(number, os.strerror(number)) if number else None


def _round_trip(connection: socket.socket) -> float | None:
    """Return the kernel's own measure of the handshake in ms, free of our own waiting for our turn; None without."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    if len(info) < _TCP_INFO_RTT + 4:
        return None
    (microseconds,) = struct.unpack_from("=I", info, _TCP_INFO_RTT)
    return round(microseconds / 1000, 3) or None


def _since(started: float) -> float:
    return round((time.monotonic() - started) * 1000, 3)


def _own_problem(target: Target, error: OSError) -> Problem:
    if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL):
        lower = "set a lower `concurrency` (role firewall: firewall_concurrency)."
        remedy = f"This host ran out of sockets, memory or local ports: {lower}"
    else:
        remedy = "Nothing follows from it about the flow; look at this host's network configuration."
    return Problem(
        f"the probe of {target.flow.destination} ({target.address}) {target.flow.service} could not be made",
        where="this host",
        expected="a socket",
        found=error.strerror or str(error),
        remedy=remedy,
    )
