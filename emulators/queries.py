# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to a name server of ours that is being started."""

from __future__ import annotations

import dns.exception
import dns.message
import dns.query
import dns.rdatatype


def answers(address: str, port: int) -> bool:
    """Return whether a name server answers there over UDP and over TCP, whatever it says."""
    query = dns.message.make_query(".", dns.rdatatype.SOA)
    try:
        # TCP first: where nothing listens yet, it is refused at once, and UDP would be waited for.
        dns.query.tcp(query, address, timeout=1.0, port=port)
        dns.query.udp(query, address, timeout=1.0, port=port)
    except (dns.exception.DNSException, OSError):
        return False
    return True
