#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Module dns_records."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_records
short_description: Keep the records of a DNS zone on its primary, by dynamic update
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Keeps the declared records of one zone as they are declared, with one dynamic update (RFC 2136) for all of them, and
    on request the PTR records that follow from them, with one update for each reverse zone.
  - Each update asserts what was read before it (RFC 2136 section 2.4). If somebody else changed one of these records in
    the meantime, the server refuses the update, nothing is overwritten, and the task fails saying so.
  - An update takes effect as a whole or not at all. Only what does not fit into a message of 65,535 octets is sent in
    several, never dividing a name; if one of them fails, the task says what was applied and what was not, and running
    it again carries on.
  - The present records are read from the same server, with signed queries if there is a key, so that a server with
    several views answers from the one that it updates.
  - Only the types that can be declared are read and changed. NS, SOA, DNSSEC and all other types are left alone.
options:
  server:
    description: The zone's primary, by name or address. The primary of the reverse zones is the same.
    type: str
    required: true
  connect_address:
    description: The name or address that packets go to instead of O(server).
    type: str
  port:
    description: The server's port.
    type: int
    default: 53
  timeout:
    description: How many seconds to wait for a connection and for each answer.
    type: float
    default: 10
  state:
    description:
      - V(present) means that the declared values are there, with the declared TTL, which all values of a name and type
        share. Other values stay, but an alias (CNAME) has one target, which is replaced.
      - V(exact) means that the declared names have just the declared records. Records of other types at these names go,
        as far as their type can be declared. PTR sets that are derived hold just the names that are derived.
      - V(absent) means that the declared values are gone, whatever their TTL, or all values of a name and type if none
        are given, and with them the PTR records that follow from them.
      - In each state, the PTR records of addresses that are taken from a declared name go too, in O(reverse_zones).
    type: str
    choices: [present, absent, exact]
    default: present
  journal:
    description:
      - A TXT record that tells who changed the zone last. Each update that changes something replaces it, in the same
        message, so that the changes and the entry are in force together or not at all.
      - It is no change of its own. It is not compared and not returned, and an update that has nothing else to change
        is not sent.
    type: dict
    suboptions:
      name:
        description:
          - The name that has the record, relative to each zone that is updated, the reverse zones included.
          - The key must be allowed to write TXT records there.
        type: str
        required: true
      entry:
        description: The text. What is longer than 255 octets is cut. Never put a secret here.
        type: str
        required: true
requirements:
  - dnspython >= 2.7.0
  - gssapi, for O(gss_tsig)
seealso:
  - module: uoe.exam_scheduling.dns_propagation_info
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
  - uoe.exam_scheduling.resolver
  - uoe.exam_scheduling.tsig
  - uoe.exam_scheduling.zone_records
"""

EXAMPLES = r"""
- name: Keep the records of the exam scheduler
  uoe.exam_scheduling.dns_records:
    server: dns1.exams.example
    key_name: exam-scheduling-live
    key_secret: "{{ dns_key_secret }}"
    zone: exams.example
    reverse_zones: [2.0.192.in-addr.arpa]
    state: exact
    journal: {name: _exam-scheduling, entry: "change=SAS005-150 by=operations"}
    records:
      - {name: es-live, type: A, values: [192.0.2.10]}
      - {name: scheduler, type: CNAME, values: [es-live]}
      - {name: timetables, type: A, ttl: 300, values: [192.0.2.30, 192.0.2.31], ptr: false}
      - {name: timetables, type: CAA, values: ['0 issue "ca.exams.example"']}
      - {name: "@", type: TXT, values: ["v=spf1 -all"]}

- name: Remove an alias, authenticated by Kerberos as Active Directory demands
  uoe.exam_scheduling.dns_records:
    server: dc1.exams.example
    gss_tsig: true
    zone: exams.example
    state: absent
    records:
      - {name: old-scheduler, type: CNAME}
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be, one entry a name and type.
  returned: success
  type: list
  elements: dict
  contains:
    item:
      description: The name and the type.
      type: str
      sample: es-live.exams.example. A
    action:
      description: C(create), C(update) or C(delete).
      type: str
      sample: update
    before:
      description: The records that were there, as in a master file. V(null) if there were none.
      type: list
      elements: str
      sample: [3600 A 192.0.2.20]
    after:
      description: The records that are there afterwards. V(null) if there are none.
      type: list
      elements: str
      sample: [3600 A 192.0.2.10]
applied:
  description: The items that are in force, if the task broke off.
  returned: failure after the first update was sent
  type: list
  elements: str
pending:
  description: The items that are not in force, if the task broke off.
  returned: failure after the first update was sent
  type: list
  elements: str
zone:
  description: The zone.
  returned: success
  type: str
  sample: exams.example.
serial:
  description: The zone's serial as the server answered it last. A server may raise it later than it answers an update.
  returned: success
  type: int
  sample: 2026112401
zone_fragment:
  description:
    - The declared records, PTR records included, as a fragment of a master file, to hand over to those who keep the
      zone.
    - With O(state=absent), its lines are comments that name what to remove.
  returned: success
  type: str
  sample: |
    $ORIGIN exams.example.
    es-live 3600 IN A 192.0.2.10
surplus_fragment:
  description:
    - The records that were found and are to go, PTR records included, in the same form. Each line is a comment.
  returned: success
  type: str
  sample: |
    $ORIGIN exams.example.
    ; remove: es-live 3600 IN A 192.0.2.20
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.arguments import (
    TSIG_ARGUMENTS,
    ZONE_RECORDS_ARGUMENTS,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.journal_record import JOURNAL_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.zone_records import ZoneRecords
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    PREREQUISITE_ARGUMENTS,
    Problem,
    run,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.resolution import RESOLVER_ARGUMENTS


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **ZONE_RECORDS_ARGUMENTS,
            **TSIG_ARGUMENTS,
            **RESOLVER_ARGUMENTS,
            **JOURNAL_ARGUMENTS,
            **PREREQUISITE_ARGUMENTS,
            "server": {"type": "str", "required": True},
            "connect_address": {"type": "str"},
            "port": {"type": "int", "default": 53},
            "timeout": {"type": "float", "default": 10},
            "state": {"type": "str", "choices": ["present", "absent", "exact"], "default": "present"},
        },
        supports_check_mode=True,
    )
    try:
        records = ZoneRecords(module.params)
    except Problem as error:
        module.fail_json(msg=f"{error} Nothing was touched.")
    try:
        run(module, records)
    finally:
        records.close()


if __name__ == "__main__":
    main()
