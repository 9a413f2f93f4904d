# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TLS server that staples an OCSP response, which Python's own `ssl` cannot."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

from OpenSSL import SSL

from emulators.certificates import Issued


@contextlib.contextmanager
def stapling_server(issued: Issued, response: bytes, *, address: str = "127.33.0.9") -> Iterator[int]:
    """Serve handshakes until the end of the block, and give the port."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.use_certificate(issued.certificate)
    context.use_privatekey(issued.key)
    for certificate in issued.chain:
        context.add_extra_chain_cert(certificate)
    context.set_ocsp_server_callback(lambda _connection, _data: response)
    with socket.create_server((address, 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, context), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(listener: socket.socket, context: SSL.Context) -> None:
    while True:
        try:
            accepted, _unused = listener.accept()
        except OSError:  # shut down: the end
            return
        with accepted:
            connection = SSL.Connection(context, accepted)
            connection.set_accept_state()
            # A client that only looks breaks off when it has seen enough.
            with contextlib.suppress(SSL.Error):
                connection.do_handshake()
                connection.recv(1)
