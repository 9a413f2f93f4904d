# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom to ask: the servers that the parameters or the zone's NS records name, with all their addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.client import Endpoint
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.propagation import Witness
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.records import RecordSet
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import Finding
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.resolution import (
    Resolver,
    Unresolved,
    checked_port,
    resolve,
)

SERVER_OPTIONS: dict[str, dict[str, object]] = {
    "name": {"type": "str", "required": True},
    "connect_address": {"type": "str"},
    "port": {"type": "int", "default": 53},
}
"""How a parameter names a server."""

Sets = Mapping["dns.name.Name", Sequence[RecordSet]]


class Servers:
    """Finds the servers' addresses; what cannot be found is kept in `not_proven`."""

    def __init__(self, resolver: Resolver | None, timeout: float) -> None:
        """Use the resolver, or this host's own, waiting so many seconds for it."""
        self._resolver = resolver
        self._timeout = timeout
        self.not_proven: list[Finding] = []

    def named(
        self, parameter: str, given: Sequence[Mapping[str, Any]], sets: Sets, *, authoritative: bool
    ) -> list[Witness]:
        """Return the witnesses that a parameter names, each to be asked for all zones.

        Raises:
            InvalidParameter: a port is none, or a server is listed twice.
        """
        role = "authoritative" if authoritative else "resolver"
        seen = set()
        for index, server in enumerate(given):
            port = checked_port(f"{parameter}[{index}].port", server["port"])
            target = (server.get("connect_address") or server["name"], port)
            if target in seen:
                raise InvalidParameter(f"{parameter}[{index}]", server["name"], "it is listed twice", "List it once.")
            seen.add(target)
        return [
            witness
            for server in given
            for witness in self._witnesses(
                server["name"], server.get("connect_address"), server["port"], sets, role, authoritative=authoritative
            )
        ]

    def of_zones(self, sets: Sets) -> list[Witness]:
        """Return the witnesses that each zone's NS records name, each to be asked for the zones that name it."""
        zones_of: dict[str, dict[dns.name.Name, Sequence[RecordSet]]] = {}
        for zone, record_sets in sets.items():
            for name in self._name_servers(zone):
                zones_of.setdefault(name, {})[zone] = record_sets
        return [
            witness
            for name, of_server in zones_of.items()
            for witness in self._witnesses(name, None, 53, of_server, "authoritative", authoritative=True)
        ]

    def _witnesses(
        self, name: str, connect_address: str | None, port: int, sets: Sets, role: str, *, authoritative: bool
    ) -> list[Witness]:
        try:
            addresses = resolve(connect_address or name, self._resolver, timeout=self._timeout)
        except Unresolved as error:
            self.not_proven.append(
                Finding(f"{name} ({role})", "its address", "an address", error.what, error.remedy or "")
            )
            return []
        return [
            Witness(Endpoint(name, (address,), port), authoritative, sets, several_addresses=len(addresses) > 1)
            for address in addresses
        ]

    def _name_servers(self, zone: dns.name.Name) -> list[str]:
        client = dns.resolver.Resolver(configure=self._resolver is None)
        if self._resolver is not None:
            client.nameservers = [self._resolver.address]
            client.port = self._resolver.port
        try:
            answer = client.resolve(zone, "NS", search=False, lifetime=self._timeout)
        except dns.exception.DNSException as error:
            remedy = "List the zone's servers in authoritative_servers, or check `resolver`."
            whom = str(self._resolver) if self._resolver else "this host's resolver"
            self.not_proven.append(Finding(whom, f"{zone} NS", "the zone's name servers", str(error), remedy))
            return []
        return sorted(record.target.to_text(omit_final_dot=True) for record in answer)
