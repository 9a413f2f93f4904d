# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real ports for the tests of reachability: listening, shut, and silent because their backlog is full."""

from __future__ import annotations

import contextlib
import errno
import select
import socket
from collections.abc import Iterator

import pytest

from emulators.certificates import Authority, Issued


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority.create("Reachability test root")


@pytest.fixture(scope="session")
def issued(authority: Authority) -> Issued:
    return authority.issue(["server.exams.example", "127.32.0.1"])


def family_of(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


@contextlib.contextmanager
def listening(address: str, *, kind: socket.SocketKind = socket.SOCK_STREAM, backlog: int = 8) -> Iterator[int]:
    """Bind a free port, accept connections by the kernel alone (TCP) or none (UDP), and give the port."""
    with socket.socket(family_of(address), kind) as listener:
        listener.bind((address, 0))
        if kind == socket.SOCK_STREAM:
            listener.listen(backlog)
        yield listener.getsockname()[1]


@contextlib.contextmanager
def shut(address: str, *, kind: socket.SocketKind = socket.SOCK_STREAM) -> Iterator[int]:
    """Give a port that is taken, so that nobody else gets it, and on which nothing listens or answers."""
    with socket.socket(family_of(address), kind) as holder:
        holder.bind((address, 0))
        port = holder.getsockname()[1]
        if kind == socket.SOCK_DGRAM:
            holder.close()  # a bound UDP socket takes datagrams silently; only a closed one refuses
        yield port


@contextlib.contextmanager
def silent(address: str) -> Iterator[int]:
    """Give a port on which Linux drops every SYN, because the queue of connections to be accepted is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(family_of(address), socket.SOCK_STREAM))
        listener.bind((address, 0))
        listener.listen(0)
        port: int = listener.getsockname()[1]
        filler = stack.enter_context(socket.create_connection((address, port), timeout=10))
        assert filler.getpeername()[1] == port
        # It is full when the listener is readable: the one connection that it holds waits to be accepted.
        assert select.select([listener], [], [], 10)[0]
        late = stack.enter_context(socket.socket(family_of(address), socket.SOCK_STREAM))
        late.setblocking(False)
        assert late.connect_ex((address, port)) == errno.EINPROGRESS
        yield port
