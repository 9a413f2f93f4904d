# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The records of one zone on its primary, kept as declared: what module `dns_records` reconciles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.client import Client, Endpoint
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.declaration import (
    checked_timeout,
    declaration_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.errors import rcode_name, rcode_problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.fragment import master_file, surplus
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.journal_record import journal_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.planner import (
    RecordChange,
    State,
    kinds_to_read,
    plan_reverse,
    plan_zone,
    wishes_for,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.reader import ZoneState, read_serial, read_zone
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.signing import authentication
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.update import batches
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.progress import Progress
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, Resource
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.resolution import (
    checked_port,
    resolve,
    resolver_from,
)

States = Mapping["dns.name.Name", ZoneState]
"""What the primary holds, by zone."""


class ZoneRecords(Resource[States, RecordChange]):
    """The declared records of one zone, and the PTR records derived from them, on one primary."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Check the parameters of module `dns_records`; nothing is sent.

        Raises:
            InvalidParameter: they cannot be meant.
            Problem: a library is missing.
        """
        self.state: State = params["state"]
        self.declaration = declaration_from(params, values_required=self.state != "absent")
        self._journal = journal_from(params, self.declaration)
        self._params = params
        self._port = checked_port("port", params["port"])
        self._timeout = checked_timeout("timeout", params["timeout"])
        self._resolver = resolver_from(params)
        self._authenticate = authentication(params)
        self._client: Client | None = None
        self._serial: int | None = None

    def read(self) -> States:
        """Return what the primary holds of the declared names, and of the reverse names that follow from them."""
        client = self._connected()
        declared, zone = self.declaration.records, self.declaration.zone
        states = {zone: read_zone(client, zone, kinds_to_read(declared, self.state))}
        self._serial = states[zone].serial
        kinds: dict[dns.name.Name, dict[dns.name.Name, tuple[str, ...]]] = {}
        forward = plan_zone(zone, declared, states[zone].records, self.state)
        for wish in wishes_for(self.declaration.reverse_zones, declared, forward, self.state):
            kinds.setdefault(wish.zone, {})[wish.name] = ("PTR",)
        states.update({reverse: read_zone(client, reverse, names) for reverse, names in kinds.items()})
        return states

    def plan(self, present: States) -> list[RecordChange]:
        """Return the changes, PTR records first.

        Which PTR records are to go is known only as long as the address records that they follow from are still there.
        In this order, a run that was broken off can be carried on.
        """
        zone, declared = self.declaration.zone, self.declaration.records
        forward = plan_zone(zone, declared, present[zone].records, self.state)
        wishes = wishes_for(self.declaration.reverse_zones, declared, forward, self.state)
        reverse = {key: each for name, state in present.items() if name != zone for key, each in state.records.items()}
        return [*plan_reverse(wishes, reverse, self.state), *forward]

    def apply(self, changes: Sequence[RecordChange]) -> Iterator[RecordChange]:
        """Send one update a zone, or several if they do not fit into one, and yield what each put in force."""
        client = self._connected()
        read_serial(client, self.declaration.zone)  # agrees on the key, whose size counts for the batches
        by_zone: dict[dns.name.Name, list[RecordChange]] = {}
        for change in changes:
            by_zone.setdefault(self._zone_of(change), []).append(change)
        prepared = [
            (zone, batch)
            for zone, of_zone in by_zone.items()
            for batch in batches(zone, of_zone, key=client.key, journal=self._journal)
        ]
        with Progress("DNS update", total=len(changes), unit="record sets") as progress:
            for zone, (message, of_batch) in prepared:
                asked = client.asked(zone, update=True)
                answer = client.request(message, asked)
                if answer.rcode() != dns.rcode.NOERROR:
                    raise rcode_problem(asked, rcode_name(answer))
                self._refuse_ignored_aliases(client, zone, of_batch)
                progress.advance(len(of_batch))
                yield from of_batch
        self._serial = read_serial(client, self.declaration.zone)

    def facts(self, present: States) -> Mapping[str, object]:
        """Return the zone, its serial as answered last, and as master-file text what is declared and what is to go."""
        sections = self.declaration.record_sets()
        return {
            "zone": str(self.declaration.zone),
            "serial": self._serial,
            "zone_fragment": master_file(sections, removed=self.state == "absent"),
            "surplus_fragment": master_file(surplus(self.plan(present)), removed=True),
        }

    def close(self) -> None:
        """Close the connection to the primary."""
        if self._client is not None:
            self._client.close()

    def _connected(self) -> Client:
        if self._client is None:
            name = self._params["server"]
            host = self._params.get("connect_address") or name
            addresses = tuple(resolve(host, self._resolver, timeout=self._timeout))
            self._client = Client(
                Endpoint(name, addresses, self._port), timeout=self._timeout, authenticate=self._authenticate
            )
        return self._client

    def _zone_of(self, change: RecordChange) -> dns.name.Name:
        return change.zone or self.declaration.zone

    def _refuse_ignored_aliases(self, client: Client, zone: dns.name.Name, changes: Sequence[RecordChange]) -> None:
        """Look whether new aliases are there: beside records of a type not read, a server drops them without a word.

        Raises:
            Problem: one is not (RFC 2136 section 3.4.2.2).
        """
        aliases = {change.name: change for change in changes if change.kind == "CNAME" and change.new is not None}
        if not aliases:
            return
        found = read_zone(client, zone, dict.fromkeys(aliases, ("CNAME",))).records
        for name, change in aliases.items():
            if found.get((name, "CNAME")) != change.new:
                raise Problem(
                    f"the server accepted the update, but did not make the alias {name}",
                    where=client.asked(zone).where,
                    expected=", ".join(change.new.lines() if change.new else ()),
                    found="other records at the name, of a type that this module does not manage",
                    remedy=f"Remove them (dig {name} ANY shows them), then run again.",
                )
