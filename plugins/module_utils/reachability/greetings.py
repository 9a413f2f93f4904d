# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The greetings of name servers and databases, and the choice among all greetings."""

from __future__ import annotations

import os
import struct

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import tds_prelogin
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.greeting import (
    Answer,
    Greeting,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.greetings_tls import (
    TlsGreeting,
    WinrmGreeting,
)

TNS_ANSWERS = {2: "ACCEPT", 4: "REFUSE", 5: "REDIRECT", 11: "RESEND"}
DNS_CODES = ("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED")


class TdsGreeting(Greeting):
    """Right if a pre-login response answers (MS-TDS 2.2.6.5). A server that wants TLS first (TDS 8) is a `tls` one."""

    def __init__(self) -> None:
        super().__init__()
        self._parser = tds_prelogin.ResponseParser()

    def start(self) -> bytes:
        """Return a pre-login request."""
        return tds_prelogin.request()

    def _understand(self, data: bytes) -> Answer | bytes:
        try:
            prelogin = self._parser.feed(data)
        except tds_prelogin.NotTds:
            return self._wrong()
        if prelogin is None:
            return b""
        return Answer(True, f"SQL Server {prelogin.version_text}, encryption {prelogin.encryption.name.lower()}")


class TnsGreeting(Greeting):
    """Right if ACCEPT, REFUSE, REDIRECT or RESEND answers a CONNECT.

    The command is `ping`, as of Oracle's own `tnsping`: a listener answers it without starting a session. Oracle does
    not publish the protocol; the layout is the one that all its public clients and dissectors agree on.
    """

    _CONNECT_DATA = b"(DESCRIPTION=(CONNECT_DATA=(COMMAND=ping)))"

    def start(self) -> bytes:
        """Return a CONNECT packet."""
        offset = 58
        body = struct.pack(
            ">HHHHHHHHHHIBB", 314, 300, 0, 8192, 65535, 0x4F98, 0, 1, len(self._CONNECT_DATA), offset, 0, 0x41, 0x41
        ).ljust(offset - 8, b"\0")
        return struct.pack(">HHBBH", offset + len(self._CONNECT_DATA), 0, 1, 0, 0) + body + self._CONNECT_DATA

    def _understand(self, data: bytes) -> Answer | bytes:
        if len(self._received) < 8:
            return b"" if self._received[2:4] in (b"", b"\0", b"\0\0") else self._wrong()
        length, checksum, kind, _unused, header_checksum = struct.unpack_from(">HHBBH", self._received)
        if kind not in TNS_ANSWERS or checksum or header_checksum or length < 8:
            return self._wrong()
        return Answer(True, f"TNS {TNS_ANSWERS[kind]}")


class DnsGreeting(Greeting):
    """Right if a response with our message's id answers, whatever its code: REFUSED too comes from a name server.

    The question is the root's SOA without recursion (RFC 1035, 4.1), to which every name server has an answer at once.
    """

    _HEADER = struct.Struct(">2sHHHHH")

    def __init__(self, *, stream: bool) -> None:
        """Over a stream each message is preceded by its length in two bytes (RFC 1035, 4.2.2)."""
        super().__init__()
        self._stream = stream
        self._id = os.urandom(2)

    def start(self) -> bytes:
        """Return the query."""
        query = self._HEADER.pack(self._id, 0, 1, 0, 0, 0) + b"\0" + struct.pack(">HH", 6, 1)
        return len(query).to_bytes(2, "big") + query if self._stream else query

    def _understand(self, data: bytes) -> Answer | bytes:
        message = self._received[2:] if self._stream else data
        if message[:2] not in (b"", self._id[:1], self._id):
            return self._wrong()
        if len(message) < self._HEADER.size:
            return b"" if self._stream else self._wrong()
        flags = self._HEADER.unpack_from(message)[1]
        is_response, opcode, code = flags & 0x8000, flags >> 11 & 0xF, flags & 0xF
        if not is_response or opcode:
            return self._wrong()
        return Answer(True, f"DNS {DNS_CODES[code] if code < len(DNS_CODES) else f'code {code}'}")


def greeting_for(name: str, *, protocol: str, destination: str) -> Greeting | None:
    """Return a new exchange for a flow's `greeting`, None for `none`. The destination is the name given in TLS."""
    if name == "none":
        return None
    if name == "dns":
        return DnsGreeting(stream=protocol == "tcp")
    if name in ("tls", "winrm"):
        return (TlsGreeting if name == "tls" else WinrmGreeting)(destination)
    return TdsGreeting() if name == "tds" else TnsGreeting()
