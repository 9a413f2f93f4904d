# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TLS server that can be told to stop: what a client does, or leaves undone, never holds it up."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable
from typing import Self

from emulators.windows import http_messages
from emulators.windows.shells import Dropped

LOG = logging.getLogger(__name__)
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_BACKLOG = 512


class TlsServer:
    """One address and port. A conversation that breaks, or is to be dropped, just ends."""

    def __init__(self, handler: Handler, name: str) -> None:
        self._handler = handler
        self._name = name
        self._server: asyncio.Server | None = None
        self._closing = False
        self._conversations: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @classmethod
    async def start(cls, handler: Handler, address: str, port: int, context: ssl.SSLContext) -> Self:
        """Return a server that listens.

        Raises:
            OSError: the port is taken, or the address is not this machine's.
        """
        server = cls(handler, f"{address} port {port}")
        server._server = await asyncio.start_server(
            server._serve, address, port, ssl=context, ssl_shutdown_timeout=1.0, backlog=_BACKLOG, limit=2**20
        )
        return server

    async def close(self) -> None:
        """Listen no more, and end the conversations that there are."""
        if self._server is not None:
            self._server.close()
        self._closing = True
        conversations = dict(self._conversations)
        for task, writer in conversations.items():
            _abort(writer)
            task.cancel()
        if conversations:
            await asyncio.wait(conversations)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._conversations[task] = writer
        try:
            await self._handler(reader, writer)
        except Dropped as fault:
            LOG.info("%s: connection dropped, as asked (%s)", self._name, fault)
            _abort(writer)
        except http_messages.Malformed as error:
            LOG.info("%s: %s", self._name, error)
        except (OSError, asyncio.IncompleteReadError) as error:
            LOG.debug("%s: %s", self._name, error)
        except asyncio.CancelledError:
            # asyncio's streams make an error of a conversation that is cancelled
            if not self._closing:
                raise
        except Exception:
            LOG.exception("%s: a conversation broke", self._name)
        finally:
            writer.close()
            await self._closed(writer)
            if task is not None:
                self._conversations.pop(task, None)

    async def _closed(self, writer: asyncio.StreamWriter) -> None:
        """Return when the connection has ended; `close` may cancel a conversation that is just about to."""
        try:
            await writer.wait_closed()
        except OSError:
            pass
        except asyncio.CancelledError:
            if not self._closing:
                raise


def _abort(writer: asyncio.StreamWriter) -> None:
    """End a connection at once.

    In Python 3.11.2, which Debian 12 has, this breaks after a second `close`: then nothing is left that could be ended.
    """
    with contextlib.suppress(AttributeError):
        writer.transport.abort()
