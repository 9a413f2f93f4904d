# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Interim access of vendors, as the tasks of its role take it.

`access` is always the same: `records` and `agents` of the inventory, `hosts` (its Windows hosts), `now` (the gate's
time), and where one host is meant, `host`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import vendor_access

Results = Sequence[Mapping[str, Any]]
COMPLETE = "approved, with an end"


def vendor_access_problems(access: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the records, a sentence each that names the parameter."""
    return list(_records(access)[1].values())


def vendor_access_shown(access: Mapping[str, Any]) -> list[str]:
    """Return a line for each record: who, how, where, from when until when, on whose word, and how it stands now."""
    now = datetime.fromisoformat(access["now"])
    return [f"{each}, approved by {each.approver}: {each.explain(now)}" for each in _records(access)[0]]


def vendor_access_record_proof(access: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return `expected` and `found` of the records themselves, as `prove` takes them."""
    good, wrong = _records(access)
    found = {**{str(record): COMPLETE for record in good}, **wrong}
    return {"expected": dict.fromkeys(found, COMPLETE), "found": found}


def vendor_access_agents_of(services: Results, access: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every known agent with what is wanted of it on a host now; see vendor_access.Agent.as_dict."""
    return [agent.as_dict() for agent in _agents(services, access)]


def vendor_access_proof(
    services: Results, access: Mapping[str, Any], rules: Results, tasks: Results, switched: Results = ()
) -> dict[str, dict[str, Any]]:
    """Return `expected`, `found` and `remedies` of the agents on a host, as `prove` takes them.

    Args:
        services: the services of the host, as `win_service_info` returns them.
        access: what is declared.
        rules: the results of switching each agent's firewall rule on in check mode; the agent is `item`.
        tasks: the results of looking at each agent's scheduled task; the agent is `item`.
        switched: the results of switching services, where that was tried; the agent is `item`.
    """
    said = {result["item"]["firewall_rule"]: str(result.get("msg", "")) for result in rules}
    seen = {result["item"]["service"]: result for result in tasks}
    errors = {result["item"]["service"]: str(result.get("msg", "")) for result in switched if result.get("msg")}
    proof: dict[str, dict[str, Any]] = {"expected": {}, "found": {}, "remedies": {}}
    for agent in _agents(services, access):
        expected = vendor_access.expected_of(agent)
        proof["expected"] |= expected
        proof["found"] |= vendor_access.found_of(agent, said, seen)
        proof["remedies"] |= dict.fromkeys(expected, vendor_access.remedy_of(agent, errors.get(agent.service, "")))
    return proof


def _records(access: Mapping[str, Any]) -> tuple[list[vendor_access.Record], dict[str, str]]:
    return vendor_access.parse_records(access["records"], access["agents"], access["hosts"])


def _agents(services: Results, access: Mapping[str, Any]) -> list[vendor_access.Agent]:
    now = datetime.fromisoformat(access["now"])
    return vendor_access.agents_of(access["host"], _records(access)[0], access["agents"], services, now)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        """Return them by name."""
        return {
            "vendor_access_agents_of": vendor_access_agents_of,
            "vendor_access_problems": vendor_access_problems,
            "vendor_access_proof": vendor_access_proof,
            "vendor_access_record_proof": vendor_access_record_proof,
            "vendor_access_shown": vendor_access_shown,
        }
