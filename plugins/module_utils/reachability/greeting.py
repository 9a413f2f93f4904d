# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a greeting is: the least that is said to a service to hear from it that it is the right one.

An exchange without a socket: bytes to send, bytes received, and at last an answer. No greeting logs in, and none
verifies a certificate: whether the service is the *right host's* is proven by `https_endpoint_info`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass

LARGEST_ANSWER = 65536
"""Bytes after which an answer that still says nothing is no answer of the protocol."""


@dataclass(frozen=True)
class Answer:
    """How a service greeted."""

    right: bool
    what: str

    def __str__(self) -> str:
        return self.what if self.right else f"wrong: {self.what}"


class Greeting(ABC):
    """One exchange with one service."""

    def __init__(self) -> None:
        self._received = b""

    @abstractmethod
    def start(self) -> bytes:
        """Return what the client says first."""

    def receive(self, data: bytes) -> Answer | bytes:
        """Take what arrived; return the answer if it is known now, otherwise what to send next, which may be nothing.

        No bytes at all mean that the other side has closed the connection.
        """
        if not data:
            return Answer(False, f"closed after {recognise(self._received)}" if self._received else "closed silently")
        self._received += data
        if len(self._received) > LARGEST_ANSWER:
            return Answer(False, f"{recognise(self._received)} without end")
        return self._understand(data)

    def hear(self, data: bytes) -> Answer | None:
        """Return what a whole answer says that somebody else received; None if it is only half of one."""
        self._received = b""
        heard = self.receive(data)
        return heard if isinstance(heard, Answer) else None

    @abstractmethod
    def _understand(self, data: bytes) -> Answer | bytes:
        """As `receive`, for the bytes that arrived last; all of them are in `_received`."""

    def _wrong(self) -> Answer:
        """Return that another protocol answered, named if it is a known one."""
        return Answer(False, f"{recognise(self._received)} answered")


def recognise(data: bytes) -> str:
    """Return which protocol the first bytes of an answer look like, or the bytes if none, for messages."""
    for pattern, name in _LOOKS:
        if re.match(pattern, data, re.DOTALL):
            return name
    return f"bytes {data[:8].hex(' ')}" if data else "nothing"


_LOOKS = (
    (rb"HTTP/\d|<(!doctype|html|\?xml)", "HTTP"),
    (rb"SSH-\d", "SSH"),
    (rb"220[ -]", "SMTP or FTP"),
    (rb"\+OK|\* OK", "POP3 or IMAP"),
    (rb"[\x15\x16]\x03[\x00-\x04]", "TLS"),
    (rb"\x04[\x00\x01].{2}\x00\x00.\x00", "TDS"),
    (rb".{2}\x00\x00[\x02\x04\x05\x0b].\x00\x00", "TNS"),
    (rb"\x03\x00\x00[\x0b-\x40]", "RDP"),
    (rb"\x00.{3}\xfeSMB|\x00.{3}\xffSMB", "SMB"),
)
