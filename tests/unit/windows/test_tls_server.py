# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated host stops listening whatever its conversations are doing."""

from __future__ import annotations

import asyncio
import socket
import ssl

from cryptography.hazmat.primitives.serialization import Encoding

from emulators.certificates import Authority
from emulators.windows.tls_server import TlsServer

ADDRESS = "127.61.9.1"


def test_that_a_connection_that_was_closed_twice_does_not_keep_it_from_closing() -> None:
    async def story() -> None:
        authority = Authority.create("Rehearsal")
        context = authority.issue([ADDRESS]).server_context()
        closed = asyncio.Event()

        async def close_twice(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()
            writer.close()
            closed.set()
            await asyncio.Event().wait()

        with socket.create_server((ADDRESS, 0)) as free:
            port = free.getsockname()[1]
        server = await TlsServer.start(close_twice, ADDRESS, port, context)
        trusting = ssl.create_default_context(cadata=authority.root.public_bytes(Encoding.PEM).decode())
        _reader, writer = await asyncio.open_connection(ADDRESS, port, ssl=trusting)
        await closed.wait()
        await asyncio.wait_for(server.close(), timeout=10)
        writer.close()

    asyncio.run(story())
