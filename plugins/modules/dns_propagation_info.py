#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Module dns_propagation_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_propagation_info
short_description: Prove that every name server and resolver answers the declared records
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Asks every address of every authoritative server of the zone, and of every given resolver, for the declared records
    and the PTR records that follow from them, all servers at the same time.
  - An authoritative server must answer just the declared values with the declared TTL; a resolver, whose TTL counts
    down, just the values.
  - The queries are sent as clients send them, over UDP, and over TCP where an answer is truncated.
  - A server that does not answer is not proven, which is a warning. A server that answers anything else is a
    difference.
  - It changes nothing.
options:
  authoritative_servers:
    description:
      - The zone's servers, which serve the reverse zones too.
      - By default each zone's NS records, asked of O(resolver), name them.
    type: list
    elements: dict
    suboptions: &server
      name:
        description: The server's name or address.
        type: str
        required: true
      connect_address:
        description: The name or address that packets go to instead of the name.
        type: str
      port:
        description: The server's port.
        type: int
        default: 53
  resolvers:
    description:
      - The recursive servers that clients use.
      - One that still holds older data is a difference, with the time that its data may live on.
    type: list
    elements: dict
    default: []
    suboptions: *server
  deadline:
    description:
      - For how many seconds to ask again what is not as declared, until all servers agree.
      - V(0) asks once.
    type: float
    default: 0
  timeout:
    description: How many seconds to wait for each answer; half-way each question is sent a second time.
    type: float
    default: 2
requirements:
  - dnspython >= 2.7.0
seealso:
  - module: uoe.exam_scheduling.dns_records
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.proof
  - uoe.exam_scheduling.resolver
  - uoe.exam_scheduling.zone_records
"""

EXAMPLES = r"""
- name: Wait up to a minute until all servers and the clients' resolver know the records
  uoe.exam_scheduling.dns_propagation_info:
    zone: exams.example
    reverse_zones: [2.0.192.in-addr.arpa]
    records:
      - {name: es-live, type: A, values: [192.0.2.10]}
      - {name: scheduler, type: CNAME, values: [es-live]}
    authoritative_servers:
      - {name: dns1.exams.example}
      - {name: dns2.exams.example}
    resolvers:
      - {name: resolver.exams.example}
    deadline: 60
"""

RETURN = r"""
servers:
  description: What each server said, one entry for each of its addresses.
  returned: always, unless the parameters are refused
  type: list
  elements: dict
  contains:
    name:
      description: The server's name.
      type: str
      sample: dns2.exams.example
    address:
      description: The address that was asked.
      type: str
      sample: 192.0.2.54
    port:
      description: The port that was asked.
      type: int
      sample: 53
    role:
      description: C(primary) if the zone's SOA record names it, otherwise C(secondary); or C(resolver).
      type: str
      sample: secondary
    serials:
      description: The serial of each zone on an authoritative server.
      type: dict
      sample: {exams.example.: 5}
    answers:
      description: Whether it answered at all.
      type: bool
    agrees:
      description: Whether it answered everything as declared.
      type: bool
    missing:
      description: The names and types of which it has no records.
      type: list
      elements: str
      sample: [es-live.exams.example. A]
    different:
      description: The names and types of which it has other records, or answers an error.
      type: list
      elements: str
    ttl_left:
      description: How many seconds at most a resolver may go on giving what differs. V(null) if that is not known.
      type: int
waited:
  description: The seconds from the first question to the end.
  returned: always, unless the parameters are refused
  type: float
state:
  description: C(proven), C(different) or C(not_proven).
  returned: always, unless the parameters are refused
  type: str
  sample: proven
proven:
  description: Whether every server answered everything as declared.
  returned: always, unless the parameters are refused
  type: bool
differences:
  description: Where a server answers something else than declared.
  returned: always, unless the parameters are refused
  type: list
  elements: dict
  contains: &finding
    where:
      description: The server and its role.
      type: str
      sample: dns2.exams.example (secondary)
    what:
      description: The name and the type.
      type: str
      sample: es-live.exams.example. A
    expected:
      description: The declared records.
      type: str
      sample: 3600 A 192.0.2.10
    found:
      description: The answer.
      type: str
      sample: no such name (NXDOMAIN)
    remedy:
      description: What to do.
      type: str
      sample: "It lags: serial 5, newest 7. Wait, or request a transfer (rndc retransfer exams.example.)."
not_proven:
  description: What could not be seen, because a server does not answer.
  returned: always, unless the parameters are refused
  type: list
  elements: dict
  contains: *finding
table:
  description: Differences and what is not proven, as a table.
  returned: always, unless the parameters are refused
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.arguments import ZONE_RECORDS_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.declaration import (
    checked_timeout,
    declaration_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.propagation import Witness, observe
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.servers import SERVER_OPTIONS, Servers
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import PROOF_ARGUMENTS, conclude
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.resolution import RESOLVER_ARGUMENTS, resolver_from


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **ZONE_RECORDS_ARGUMENTS,
            **RESOLVER_ARGUMENTS,
            **PROOF_ARGUMENTS,
            "authoritative_servers": {"type": "list", "elements": "dict", "options": SERVER_OPTIONS},
            "resolvers": {"type": "list", "elements": "dict", "default": [], "options": SERVER_OPTIONS},
            "deadline": {"type": "float", "default": 0},
            "timeout": {"type": "float", "default": 2},
        },
        supports_check_mode=True,
    )
    try:
        witnesses, servers = _witnesses(module)
    except Problem as error:
        module.fail_json(msg=str(error))
    propagation = observe(witnesses, timeout=module.params["timeout"], deadline=module.params["deadline"])
    conclude(
        module,
        subject="DNS record sets",
        count=propagation.count,
        differences=propagation.differences,
        not_proven=[*servers.not_proven, *propagation.not_proven],
        servers=propagation.servers(),
        waited=round(propagation.waited, 3),
    )


def _witnesses(module: AnsibleModule) -> tuple[list[Witness], Servers]:
    """Return whom to ask, and what is known not to be provable before anybody is asked."""
    params = module.params
    sets = declaration_from(params).record_sets()
    if not params["records"]:
        raise InvalidParameter("records", [], "there is nothing to prove", "Declare at least one record.")
    if params["deadline"] < 0:
        raise InvalidParameter("deadline", params["deadline"], "it is no time", "Give seconds, or 0 to ask once.")
    if params["authoritative_servers"] == [] and not params["resolvers"]:
        raise InvalidParameter("authoritative_servers", [], "nobody is left to be asked", "Name servers or resolvers.")
    servers = Servers(resolver_from(params), checked_timeout("timeout", params["timeout"]))
    given = params["authoritative_servers"]
    resolvers = servers.named("resolvers", params["resolvers"], sets, authoritative=False)
    authoritative = (
        servers.of_zones(sets)
        if given is None
        else servers.named("authoritative_servers", given, sets, authoritative=True)
    )
    return [*authoritative, *resolvers], servers


if __name__ == "__main__":
    main()
