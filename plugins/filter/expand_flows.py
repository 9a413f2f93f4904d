# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which flows of the matrix start at a host: the groups of the matrix turned into hosts."""

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
            address = variables.get("exam_connect_address")
            flows.append(
                {
                    "destination": variables["exam_fqdn"],
                    **{key: value for key, value in flow.items() if key not in ("from", "to")},
                    **({"connect_address": address} if address else {}),
                }
            )
    return flows


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        """Return them by name."""
        return {"expand_flows": expand_flows}
