# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The TXT record that tells who changed a zone last, kept in the zone itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.declaration import Declaration
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

TTL = 60
"""Seconds: who asks wants to know what was written last."""
LONGEST_STRING = 255
"""Octets of one string of a TXT record (RFC 1035 section 3.3)."""

JOURNAL_ARGUMENTS: dict[str, dict[str, object]] = {
    "journal": {
        "type": "dict",
        "options": {"name": {"type": "str", "required": True}, "entry": {"type": "str", "required": True}},
    }
}


@dataclass(frozen=True)
class JournalRecord:
    """What is written at which name of each zone that is updated."""

    name: dns.name.Name
    """Relative to the zone."""
    entry: bytes

    def add_to(self, message: dns.update.UpdateMessage, zone: dns.name.Name) -> None:
        """Have the update that makes the changes write the entry too: both are in force, or neither."""
        text = dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.TXT, [self.entry])
        message.replace(self.name.derelativize(zone), TTL, text)


def journal_from(params: Mapping[str, Any], declaration: Declaration) -> JournalRecord | None:
    """Return what parameter `journal` asks for; None if it was not given.

    An entry that is too long for a string is cut: it must never be what keeps a change from being made.

    Raises:
        InvalidParameter: the name is none, or one that is declared.
    """
    journal = params.get("journal")
    if journal is None:
        return None
    try:
        name = dns.name.from_text(journal["name"], None)
    except dns.exception.DNSException as error:
        raise InvalidParameter("journal.name", journal["name"], f"it is no name ({error})", "Correct it.") from error
    if name.is_absolute() or name in (dns.name.empty, dns.name.from_text("@", None)):
        raise InvalidParameter(
            "journal.name",
            journal["name"],
            "it is not relative to a zone",
            "Give a name below the zone, such as _exam-scheduling: it is used in each zone that is updated.",
        )
    declared = {record_set.name for record_set in declaration.records}
    if name.derelativize(declaration.zone) in declared:
        raise InvalidParameter(
            "journal.name", journal["name"], "records are declared at it", "Choose a name for the journal alone."
        )
    entry = journal["entry"].encode()[:LONGEST_STRING].decode(errors="ignore").encode()
    return JournalRecord(name, entry)
