# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The greetings that are spoken over TLS."""

from __future__ import annotations

import functools
import re
import ssl

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.greeting import (
    LARGEST_ANSWER,
    Answer,
    Greeting,
    recognise,
)

_ALERT, _HANDSHAKE = 0x15, 0x16
_RECORD_HEADER = 5
_SERVER_HELLO = 2
_ALERTS = {40: " (handshake_failure)", 70: " (protocol_version)", 80: " (internal_error)", 112: " (unrecognized_name)"}


class TlsGreeting(Greeting):
    """Right if a ServerHello answers our ClientHello (RFC 8446, 4.1.3; RFC 5246, 7.4.1.3); we leave it at that.

    So it is also right for a server that goes on to demand a client certificate. An alert is not: it says that TLS is
    spoken there, but not with us.
    """

    def __init__(self, server_name: str) -> None:
        super().__init__()
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = _any_tls().wrap_bio(self._incoming, self._outgoing, server_hostname=_sni(server_name))

    def start(self) -> bytes:
        """Return a ClientHello."""
        self._handshake()
        return self._outgoing.read()

    def _handshake(self) -> bool:
        """Go on with the handshake; return whether it is complete."""
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def _understand(self, data: bytes) -> Answer | bytes:
        hello = self._first_record()
        if hello is None:
            return b""
        return hello if not hello.right else Answer(True, "TLS ServerHello")

    def _first_record(self) -> Answer | None:
        """Return what the first TLS record says, None while too little of it is there."""
        record = self._received
        if record[0] not in (_ALERT, _HANDSHAKE) or record[1:2] not in (b"", b"\x03"):
            return self._wrong()
        if len(record) < _RECORD_HEADER + 2:
            return None
        if record[0] == _ALERT:
            number = record[_RECORD_HEADER + 1]
            return Answer(False, f"TLS alert {number}{_ALERTS.get(number, '')} instead of a ServerHello")
        if record[_RECORD_HEADER] != _SERVER_HELLO:
            return Answer(False, f"TLS handshake message {record[_RECORD_HEADER]} instead of a ServerHello")
        return Answer(True, "TLS ServerHello")


class WinrmGreeting(TlsGreeting):
    """Right if a GET of `/wsman` over HTTPS finds that authentication or another method is demanded: 401 or 405."""

    def __init__(self, server_name: str) -> None:
        super().__init__(server_name)
        self._server_name = server_name
        self._spoke_tls = False
        self._response: bytes | None = None

    def _understand(self, data: bytes) -> Answer | bytes:
        if not self._spoke_tls:
            hello = self._first_record()
            if hello is None or not hello.right:
                return hello or b""
            self._spoke_tls, data = True, self._received
        self._incoming.write(data)
        try:
            if self._response is None and self._handshake():
                self._response = b""
                self._tls.write(wsman_request(self._server_name))
            while self._response is not None:
                part = self._tls.read(LARGEST_ANSWER)
                self._response += part
                if answer := wsman_status(self._response, ended=not part):
                    return answer
        except ssl.SSLWantReadError:
            return self._outgoing.read()
        except ssl.SSLError as error:
            return Answer(False, f"TLS ended with {error.reason or type(error).__name__}")
        return self._outgoing.read()


def wsman_request(server_name: str) -> bytes:
    """Return a GET: Windows answers 405, since only POST is served there, where other servers know no such page."""
    host = f"[{server_name}]" if ":" in server_name else server_name
    headers = f"Host: {host}\r\nUser-Agent: uoe.exam_scheduling\r\nConnection: close\r\n"
    return f"GET /wsman HTTP/1.1\r\n{headers}\r\n".encode()


def wsman_status(response: bytes, *, ended: bool) -> Answer | None:
    """Return what the HTTP status line says, None while it is not there."""
    line, complete, _unused = response.partition(b"\r\n")
    if not complete:
        return Answer(False, f"{recognise(line)} answered over TLS") if ended else None
    status = re.match(rb"HTTP/1\.[01] ([0-9]{3})", line)
    if status is None:
        return Answer(False, f"{recognise(line)} answered over TLS")
    text = status[1].decode()
    return Answer(text in ("401", "405"), f"/wsman answered HTTP {text}")


def _sni(server_name: str) -> str:
    """Return the name for the ClientHello: absolute without its dot (RFC 6066, 3), an address without its zone."""
    return server_name.removesuffix(".").partition("%")[0]


@functools.cache
def _any_tls() -> ssl.SSLContext:
    """Return a client's context that takes any server: nothing secret is ever sent over it, not even a user's name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # Old servers shall be recognised too: whether their protocol is acceptable is https_endpoint_info's to say.
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    return context
