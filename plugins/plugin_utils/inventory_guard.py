# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must hold before a run may touch anything: the right inventory, and a rehearsal that is really one. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

GUARDED_VARIABLES = frozenset(
    {
        "ansible_facts",
        "change_control_allowed_signers",
        "change_control_approvals",
        "change_control_board_meetings",
        "change_control_permit",
        "change_control_records",
        "change_control_ticket_system",
        "exam_environment",
        "exam_playbook_environment",
        "exam_rehearsal",
        "exam_state_directory",
        "implementation_plan",
        "implementation_responsibilities",
    }
)
"""Variables that belong to the inventory or to the gate; one of them on the command line is refused."""

DECLARED_IN_LIVE = frozenset({"exam_publication", "exam_scheduler_service", "exam_scheduler_tables"})
"""Variables that decide what is opened, and what may be cleared. LIVE's are in its inventory alone, where they are
reviewed, and where the next run finds them; in a rehearsal others may be tried out.
"""

ENVIRONMENTS = ("dev", "test", "live")
PARTIES = ("collection", "team", "vendor")


def forged_variables(extra_variables: Iterable[str], guarded: frozenset[str] = GUARDED_VARIABLES) -> list[str]:
    """Return a refusal for each guarded variable among the names that were given on the command line (`-e`)."""
    return [
        f"{name} was given with -e. It belongs to the inventory: correct it there, and run without -e {name}."
        for name in sorted(guarded & set(extra_variables))
    ]


def inventory_refusals(
    playbook_environment: str | None, variables: Mapping[str, Any], extra_variables: Iterable[str]
) -> list[str]:
    """Return why this playbook must not run on this inventory; nothing if it may.

    Args:
        playbook_environment: the environment that the playbook is for; None where it suits all.
        variables: `exam_environment` and `exam_rehearsal` of the inventory.
        extra_variables: the names that were given on the command line (`-e`).
    """
    environment = variables.get("exam_environment")
    in_live = environment == "live" and not variables.get("exam_rehearsal")
    refusals = forged_variables(extra_variables, GUARDED_VARIABLES | (DECLARED_IN_LIVE if in_live else frozenset()))
    if environment not in ENVIRONMENTS:
        refusals.append(
            f"exam_environment={environment!r} in the inventory; expected one of {', '.join(ENVIRONMENTS)}. "
            "Give an inventory of this collection with -i."
        )
    elif playbook_environment not in (None, environment):
        refusals.append(
            f"this playbook is for {str(playbook_environment).upper()}, the inventory is {environment.upper()}'s. "
            f"Run playbooks/{environment}.yml, or give -i inventories/{playbook_environment}."
        )
    return refusals


def rehearsal_refusals(hosts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return why this inventory is not a rehearsal; nothing if every endpoint of it is a loopback address.

    Args:
        hosts: the endpoints of each host by the variable that holds them (`exam_connect_address`, `ansible_host`,
            `exam_resolver`), None where the variable is not set.
    """
    return [
        f"{host}: {variable}={address!r} is not a loopback address, so this is no rehearsal. Nothing was touched. "
        "Give the host an address of 127.0.0.0/8 in inventories/rehearsal, or leave the overlay out."
        for host, endpoints in hosts.items()
        for variable, address in endpoints.items()
        if not _is_loopback(address)
    ]


def _is_loopback(address: object) -> bool:
    """Return whether it is a loopback address itself; a name, which may resolve to anything, is not."""
    try:
        return ipaddress.ip_address(str(address)).is_loopback
    except ValueError:
        return False


def plan_refusals(plan: Iterable[Mapping[str, Any]], responsibilities: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with the plan and who carries it out: each line needs a party, and no line is unknown."""
    lines = [entry["line"] for entry in plan]
    refusals = [
        f"line {line} of the implementation plan is not in implementation_responsibilities. Say who carries it out."
        for line in lines
        if line not in responsibilities
    ]
    refusals += [
        f"implementation_responsibilities names line {line}, which the plan does not have. Remove it."
        for line in responsibilities
        if line not in lines
    ]
    refusals += [
        f"line {line}: carried_out_by={entry.get('carried_out_by')!r}; expected one of {', '.join(PARTIES)}."
        for line, entry in responsibilities.items()
        if entry.get("carried_out_by") not in PARTIES
    ]
    return refusals
