# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A name server's zone as a table, which takes update messages as RFC 2136 section 3 says."""

from __future__ import annotations

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.update

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.records import RecordKey, RecordSet


class Refused(Exception):
    """A prerequisite does not hold; nothing was changed."""


def apply_update(table: dict[RecordKey, RecordSet], message: dns.update.UpdateMessage) -> dict[RecordKey, RecordSet]:
    """Return the table after the update."""
    _check_prerequisites(table, message)
    after = dict(table)
    for rrset in message.update:
        kind = dns.rdatatype.to_text(rrset.rdtype)
        key = (rrset.name, kind)
        if rrset.deleting == dns.rdataclass.ANY:
            after.pop(key, None)
        elif rrset.deleting is None:
            alias_there = any(name == rrset.name and kind == "CNAME" for name, kind in after)
            others_there = any(name == rrset.name and kind != "CNAME" for name, kind in after)
            if (kind == "CNAME" and others_there) or (kind != "CNAME" and alias_there):
                continue  # RFC 2136 section 3.4.2.2: ignored without a word
            old = after.get(key)
            values = (old.values if old and kind != "CNAME" else frozenset()) | frozenset(rrset)
            after[key] = RecordSet(rrset.name, kind, rrset.ttl, values)
        else:
            raise AssertionError("our messages remove sets as a whole")
    return after


def _check_prerequisites(table: dict[RecordKey, RecordSet], message: dns.update.UpdateMessage) -> None:
    exactly: dict[RecordKey, set[dns.rdata.Rdata]] = {}
    for rrset in message.prerequisite:
        kind = dns.rdatatype.to_text(rrset.rdtype)
        if rrset.rdclass == dns.rdataclass.NONE:
            if kind == "ANY" and any(name == rrset.name for name, _kind in table):
                raise Refused("YXDOMAIN")
            if (rrset.name, kind) in table:
                raise Refused("YXRRSET")
        else:
            assert rrset.ttl == 0
            exactly.setdefault((rrset.name, kind), set()).update(rrset)
    for key, values in exactly.items():
        if key not in table or table[key].values != values:
            raise Refused("NXRRSET")
