# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows authentication, as the wire needs it. `kerberos.py` does it, for servers that are in a domain: its library is
none of those that a rehearsal needs."""

from __future__ import annotations

from typing import Protocol


class NotTrusted(Exception):
    """A ticket that does not verify, or of a realm that is no domain of this server; the message says why."""


class Negotiation(Protocol):
    """What one client and the server say to each other until it is known who it is."""

    def step(self, token: bytes) -> bytes:
        """Return the answer to what the client said, maybe nothing. Raises NotTrusted."""

    @property
    def complete(self) -> bool:
        """Whether it is known who it is."""

    @property
    def account(self) -> str:
        """Return `DOMAIN\\name` of who it is. Raises NotTrusted."""
