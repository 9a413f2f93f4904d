# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listeners that greet as the estate's services do, and no more: what else a client says is refused and logged."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import socket
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Literal, Self

from emulators.greeters import GREETERS, Conversation, Kind, NotUnderstood, Peer, TlsContext

Fault = Literal["none", "silent", "wrong", "slow"]

LOG = logging.getLogger(__name__)
BACKLOG = 4096
WRONG = b"SSH-2.0-emulated wrong service\r\n"


@dataclass(frozen=True)
class Listener:
    """One service on one address and port."""

    address: str
    port: int
    """0 takes a free one; `Serving.addresses` says which."""
    kind: Kind
    context: TlsContext | None = None
    """Asked at each connection, so that a new certificate is served at once. Needed by all kinds but tcp and tns."""
    fault: Fault = "none"
    """silent: accepts and never answers. wrong: another protocol answers. slow: answers after `delay` seconds."""
    delay: float = 1.0

    def __post_init__(self) -> None:
        if self.context is None and self.kind not in ("tcp", "tns"):
            raise ValueError(f"listener {self}: kind {self.kind} needs a context")

    def __str__(self) -> str:
        return f"{self.kind} on {self.address} port {self.port}"


class Serving:
    """Listeners that serve, in the event loop in which `serve` was awaited."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._listeners = listeners
        self._sockets: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Address and port of each listener, in their order."""
        return [each.getsockname()[:2] for each in self._sockets]

    def bind(self) -> None:
        """Bind all ports, or none.

        Raises:
            OSError: a port is taken or an address is not this machine's; the message names it.
        """
        for listener in self._listeners:
            family = socket.AF_INET6 if ":" in listener.address else socket.AF_INET
            bound = socket.socket(family, socket.SOCK_STREAM)
            self._sockets.append(bound)
            try:
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                bound.bind((listener.address, listener.port))
                bound.listen(BACKLOG)
            except OSError as error:
                self.unbind()
                raise OSError(error.errno, f"{listener} cannot be bound: {error.strerror}") from error

    def unbind(self) -> None:
        """Close the listening sockets."""
        for bound in self._sockets:
            bound.close()

    def start(self) -> None:
        """Accept connections, in the running event loop."""
        for given, bound in zip(self._listeners, self._sockets, strict=True):
            bound.setblocking(False)
            self._spawn(self._accept(replace(given, port=bound.getsockname()[1]), bound))

    async def close(self) -> None:
        """Stop accepting, and end all conversations."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.unbind()

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)  # the loop itself keeps none alive
        task.add_done_callback(self._tasks.discard)
        return task

    async def _accept(self, listener: Listener, bound: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _unused = await loop.sock_accept(bound)
            conversation = self._spawn(self._converse(listener, connection))
            # One that is cancelled before its first step would leave the client hanging.
            conversation.add_done_callback(functools.partial(_close_if_cancelled, connection))

    async def _converse(self, listener: Listener, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=connection, limit=2**17)
        try:
            await _converse(listener, Peer(reader, writer))
        except NotUnderstood as error:
            LOG.warning("%s: refused %s", listener, error)
        except (OSError, EOFError) as error:
            LOG.info("%s: ended with %s: %s", listener, type(error).__name__, error)
        except Exception:
            LOG.exception("%s: a defect of the emulator", listener)
        finally:
            writer.close()


def _close_if_cancelled(connection: socket.socket, conversation: asyncio.Task[None]) -> None:
    if conversation.cancelled():
        connection.close()


async def _converse(listener: Listener, peer: Peer) -> None:
    match listener.fault:
        case "silent":
            while await peer.reader.read(65536):
                pass
            return
        case "wrong":
            await peer.send(WRONG)
            await peer.reader.read(65536)
            return
        case "slow":
            await asyncio.sleep(listener.delay)
    greeter: Conversation = GREETERS[listener.kind]
    await greeter(peer, listener.context)


async def serve(listeners: Sequence[Listener]) -> Serving:
    """Serve in this event loop; all ports are bound when it returns. End it with `close`.

    Raises:
        OSError: a port could not be bound; none is.
    """
    serving = Serving(listeners)
    serving.bind()
    serving.start()
    return serving


class ThreadedListeners:
    """The same in a thread with an event loop of its own: a context manager for tests."""

    def __init__(self, *listeners: Listener) -> None:
        self._serving = Serving(listeners)
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="listeners", daemon=True)

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Address and port of each listener, in their order."""
        return self._serving.addresses

    @property
    def ports(self) -> list[int]:
        """The port of each listener, in their order."""
        return [port for _unused, port in self.addresses]

    def _run(self) -> None:
        asyncio.run(self._until_stopped())

    async def _until_stopped(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._serving.start()
        self._started.set()
        await self._stop.wait()
        await self._serving.close()

    def __enter__(self) -> Self:
        self._serving.bind()
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop ended by itself: its error is in the thread's traceback
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
