# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the inventory says of hosts and groups, turned into what the modules take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

KNOWN = {"from", "to", "port", "protocol", "expect", "greeting", "purpose"}


def expand_flows(
    matrix: Sequence[Mapping[str, Any]],
    source: str,
    groups: Mapping[str, Sequence[str]],
    hostvars: Mapping[str, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Return the flows that start at `source`, as `firewall_reachability` takes them.

    Args:
        matrix: flows between groups or hosts (`from`, `to`, `port`, `protocol`, `expect`, `greeting`, `purpose`).
        source: the host where they start.
        groups: Ansible's `groups`.
        hostvars: Ansible's `hostvars`; a destination is its `exam_fqdn`, reached at its `exam_connect_address` if set.

    Raises:
        AnsibleFilterError: a flow names something that is neither a group nor a host, or holds an unknown key.
    """

    def members(name: str, where: str) -> Sequence[str]:
        if name in groups:
            return groups[name]
        if name in hostvars:
            return [name]
        raise AnsibleFilterError(f"{where}={name!r} is neither a group nor a host of this inventory. Correct the flow.")

    flows = []
    for number, flow in enumerate(matrix):
        where = f"firewall_flows[{number}]"
        if unknown := sorted(set(flow) - KNOWN):
            raise AnsibleFilterError(
                f"{where} holds {unknown[0]!r}, which no flow has. Known: {', '.join(sorted(KNOWN))}."
            )
        if missing := [key for key in ("from", "to", "port", "purpose") if key not in flow]:
            raise AnsibleFilterError(f"{where} does not say {missing[0]!r}. Add it.")
        destinations = members(flow["to"], f"{where}.to")
        if source not in members(flow["from"], f"{where}.from"):
            continue
        for host in destinations:
            if host == source:
                continue
            variables = hostvars[host]
            flows.append(
                {
                    "destination": variables["exam_fqdn"],
                    **{key: value for key, value in flow.items() if key not in ("from", "to")},
                    **_redirection(variables),
                }
            )
    return flows


def sources_not_probed(
    matrix: Sequence[Mapping[str, Any]],
    sources: Sequence[str],
    groups: Mapping[str, Sequence[str]],
    hostvars: Mapping[str, Mapping[str, Any]],
) -> dict[str, int]:
    """Return how many flows start at each host that is none of the sources, so that nobody takes them for proven."""
    counts = {host: len(expand_flows(matrix, host, groups, hostvars)) for host in hostvars if host not in sources}
    return {host: count for host, count in counts.items() if count}


def endpoints(hosts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return name and, where it is redirected, connect address of each host, given the hosts' variables."""
    return [{"name": host["exam_fqdn"], **_redirection(host)} for host in hosts]


def https_endpoints(
    certificates: Sequence[Mapping[str, Any]], hostvars: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return an endpoint for each name of each certificate, as `https_endpoint_info` takes them."""
    return [
        {
            "host": name,
            "port": certificate["port"],
            "starttls": "tds" if certificate["deployment"] == "sql_server" else "none",
            "connect_address": hostvars[certificate["host"]].get("exam_connect_address")
            or hostvars[certificate["host"]]["exam_fqdn"],
        }
        for certificate in certificates
        for name in certificate["names"]
    ]


def certificate_requests(certificates: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the certificates as `https_certificate` takes them, each named after its host."""
    keys = ("names", "key_type", "key_size", "curve")
    return [
        {"name": certificate["host"], **{key: certificate[key] for key in keys if key in certificate}}
        for certificate in certificates
    ]


def not_served(
    certificates: Sequence[Mapping[str, Any]],
    issued: Sequence[Mapping[str, Any]],
    served: Sequence[Mapping[str, Any]],
    hostvars: Mapping[str, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Return the certificates of which some endpoint serves another one, each with its `thumbprint` if it is issued.

    Args:
        certificates: as in the inventory.
        issued: the return value of `https_certificate`.
        served: the return value of `https_endpoint_info`, for `https_endpoints`.
        hostvars: Ansible's `hostvars`.
    """
    missing = []
    for certificate in certificates:
        of_host = next((entry for entry in issued if entry["name"] == certificate["host"]), {})
        wanted = of_host.get("fingerprint_sha256")
        own = [_place(endpoint) for endpoint in https_endpoints([certificate], hostvars)]
        seen = {(entry.get("chain") or [{}])[0].get("fingerprint_sha256") for entry in served if _place(entry) in own}
        if wanted is None or seen != {wanted}:
            missing.append({**certificate, "thumbprint": of_host.get("fingerprint_sha1")})
    return missing


def served_by(served: Sequence[Mapping[str, Any]], issued: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return where one of the certificates that were issued is served.

    Args:
        served: the return value of `https_endpoint_info`.
        issued: the return value of `https_certificate`.
    """
    fingerprints = {entry.get("fingerprint_sha256") for entry in issued} - {None}
    return [
        f"{entry['host']}:{entry['port']} at {entry['connect_address']}"
        for entry in served
        if (entry.get("chain") or [{}])[0].get("fingerprint_sha256") in fingerprints
    ]


def registered(hosts: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[Any]:
    """Return what tasks registered under these names, host after host; what was skipped is left out.

    Args:
        hosts: variables of hosts. Only those that are asked for are looked at: Ansible templates each when it is read,
            and all variables of all hosts take seconds.
        names: the names of the variables.
    """
    found = [host[name] for host in hosts for name in names if name in host]
    return [result for result in found if not (isinstance(result, Mapping) and "skipped" in result)]


def _place(endpoint: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what tells one endpoint from another: several hosts may serve the same name."""
    return endpoint["host"], endpoint["port"], endpoint["connect_address"]


def _redirection(variables: Mapping[str, Any]) -> dict[str, str]:
    """Return the connect address of a host whose packets go elsewhere than its name says, as in a rehearsal."""
    address = variables.get("exam_connect_address")
    return {"connect_address": address} if address else {}


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        """Return them by name."""
        return {
            "certificate_requests": certificate_requests,
            "endpoints": endpoints,
            "expand_flows": expand_flows,
            "https_endpoints": https_endpoints,
            "not_served": not_served,
            "registered": registered,
            "served_by": served_by,
            "sources_not_probed": sources_not_probed,
        }
