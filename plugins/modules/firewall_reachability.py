#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Module `firewall_reachability`."""

from __future__ import annotations

DOCUMENTATION = r"""
module: firewall_reachability
version_added: "0.1.0"
short_description: Prove that network flows are open or shut, from the host that needs them
description:
  - Probes all given flows at once from the host where it runs, and fails with one table of all that are not as
    expected.
  - It tells open, refused, filtered, unreachable and unresolved apart, and claims no more than is known.
  - It proves on request that the right service answers, by the first words of its protocol.
  - What the network team has to change is returned as a firewall request, ready to be sent.
  - It sends packets to exactly the flows listed. No ping, no scan, no login.
  - On Linux it needs Python 3.11 where it runs, and no library unless O(resolver) is given.
  - On a Windows host its action plugin runs M(uoe.exam_scheduling.win_firewall_reachability) instead, with the same
    options and the same result. There O(deadline) must be 2.5 or more, since Windows tries a refused connection again,
    and O(resolver) is asked on port 53.
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.proof
  - uoe.exam_scheduling.resolver
options:
  flows:
    description:
      - The flows, each a destination, a port and why it is needed.
      - A flow that is given twice is refused before a packet leaves, whether the two agree or contradict each other.
    type: list
    elements: dict
    required: true
    suboptions:
      destination:
        description:
          - Name or address of the host that is to be reached.
          - Each address of a name is probed and must be as expected.
          - There is one exception, if the flow is to be open. When the name has IPv4 and IPv6 addresses and this host
            has no route at all to those of one family, no program on this host would use them. They are returned
            without a verdict and are no difference.
        type: str
        required: true
      port:
        description: Port, from 1 to 65535.
        type: int
        required: true
      protocol:
        description:
          - Transport protocol.
          - A UDP port that nobody speaks to is as silent when it is open as when it is filtered. Such a flow can be
            expected to be shut, and only a refusal then proves it. To be expected open it needs
            O(flows[].greeting=dns).
        type: str
        choices: [tcp, udp]
        default: tcp
      expect:
        description:
          - V(open) is met when the connection is accepted and, if O(flows[].greeting) asks for it, the right service
            answers.
          - V(shut) is met when it is refused, filtered or unreachable.
          - A name that cannot be resolved meets neither. It proves nothing about the flow and is returned in
            RV(not_proven).
        type: str
        choices: [open, shut]
        default: open
      purpose:
        description: What the flow is for, in words that the network team understands.
        type: str
        required: true
      greeting:
        description:
          - The service that must answer on a flow that is to be open.
          - V(none) takes any listener.
          - V(tls) takes a server that answers a ClientHello with a ServerHello. The certificate is not looked at, nor
            the protocol's version. M(uoe.exam_scheduling.https_endpoint_info) does that.
          - V(tds) takes a SQL Server that answers the pre-login. One that is set to strict encryption (TDS 8) speaks
            V(tls) first.
          - V(tns) takes an Oracle listener that answers the question of C(tnsping). One that listens with TLS (TCPS)
            speaks V(tls).
          - V(winrm) takes an HTTPS server whose C(/wsman) answers 401 or 405, without verification of its certificate.
          - V(dns) takes a name server that answers a query for the root's SOA, with whatever code.
        type: str
        choices: [none, tls, tds, tns, winrm, dns]
        default: none
      connect_address:
        description:
          - Name or address to which the packets go instead, for a rehearsal or a node behind a balancer.
          - O(flows[].destination) stays the name that is given in TLS and shown in messages.
        type: str
  source:
    description:
      - Name of the host where it runs, for the messages and the firewall request.
      - By default its own host name.
    type: str
  source_address:
    description:
      - The address of this host from which the packets leave, on a host with several.
      - Addresses of the other family are then unreachable.
    type: str
  deadline:
    description:
      - Seconds that each flow may take for all of it, to resolve, connect and greet.
      - A silent TCP port is called filtered after this time. If resolving used up more than half of it, silence would
        mean nothing, and the flow is called unresolved.
    type: float
    default: 3.0
  concurrency:
    description:
      - How many addresses are probed at a time.
      - It is lowered to what the system allows this process to have open (RLIMIT_NOFILE).
    type: int
    default: 512
seealso:
  - module: uoe.exam_scheduling.https_endpoint_info
  - module: ansible.builtin.wait_for
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
"""

EXAMPLES = r"""
- name: Prove the flows of Connect's server
  uoe.exam_scheduling.firewall_reachability:
    source: connect-live.exams.example
    flows:
      - destination: sql-live.exams.example
        port: 1433
        greeting: tds
        purpose: Connect writes into Exam Scheduler's database
      - destination: eugex-live.exams.example
        port: 2484
        greeting: tls
        purpose: Connect reads EUGEX's views
      - destination: resolver1.exams.example
        port: 53
        protocol: udp
        greeting: dns
        purpose: name resolution
      - destination: eugex-live.exams.example
        port: 1521
        expect: shut
        purpose: EUGEX is reached over TLS alone

- name: See what is missing before the network team has opened it
  uoe.exam_scheduling.firewall_reachability:
    flows: "{{ flows }}"
    deadline: 5
    on_difference: report
  register: reachability

- name: Show the firewall request
  ansible.builtin.debug:
    msg: "{{ reachability.firewall_request }}"
  when: reachability.firewall_request != ''
"""

RETURN = r"""
flows:
  description: Each address of each flow, in the order of O(flows).
  returned: always, unless a parameter is refused
  type: list
  elements: dict
  contains:
    destination:
      description: Name or address as given.
      type: str
      returned: always
    address:
      description: The address that was probed. None if the name was not resolved.
      type: str
      returned: always
    port:
      description: Port.
      type: int
      returned: always
    protocol:
      description: V(tcp) or V(udp).
      type: str
      returned: always
    purpose:
      description: As given, white space put in order.
      type: str
      returned: always
    expected:
      description: V(open) or V(shut).
      type: str
      returned: always
    state:
      description:
        - V(open). TCP was accepted, or something answered over UDP.
        - V(refused). A TCP reset or ICMP's port unreachable came back, from the host or from a firewall.
        - V(filtered). Nothing came back over TCP.
        - V(open_or_filtered). Nothing came back over UDP, which an open port can do too.
        - V(unreachable). This host or a router said that there is no way, or that it is prohibited.
        - V(unresolved). The name gave no address, or too late.
      type: str
      returned: always
    reason:
      description: What was seen, in words.
      type: str
      returned: always
    greeting:
      description:
        - How the service answered, for example C(SQL Server 16.0.4135.0, encryption on).
        - It begins with C(wrong:) if it was not the right one. None if nothing was asked.
      type: str
      returned: always
    latency_ms:
      description:
        - Milliseconds until the first answer. For an open TCP port the round trip as the kernel measured it.
        - None if nothing came back.
      type: float
      returned: always
    source_address:
      description: The address of this host from which the packets went. None if none left.
      type: str
      returned: always
    as_expected:
      description:
        - Whether it is as expected.
        - None if nothing is proven either way, or the address is not used by this host.
      type: bool
      returned: always
  sample:
    - destination: sql-live.exams.example
      address: 192.0.2.13
      port: 1433
      protocol: tcp
      purpose: Connect writes into Exam Scheduler's database
      expected: open
      state: open
      reason: open
      greeting: SQL Server 16.0.4135.0, encryption on
      latency_ms: 0.42
      source_address: 192.0.2.11
      as_expected: true
firewall_request:
  description:
    - What the network team has to open or shut, as a Markdown table with a row a flow. Empty if there is nothing.
    - A flow that is refused is not in it, because the packets arrive there. Nor is one with a wrong greeting, without
      an address, or to which this host has no route.
    - The same findings give the same text.
  returned: always, unless a parameter is refused
  type: str
  sample: |
    | source  | source address | destination | addresses  | port | protocol | purpose  | action | found    |
    | ------- | -------------- | ----------- | ---------- | ---- | -------- | -------- | ------ | -------- |
    | connect | 192.0.2.11     | sql         | 192.0.2.13 | 1433 | tcp      | database | open   | filtered |
state:
  description: V(proven), V(different) or V(not_proven).
  returned: always, unless a parameter is refused
  type: str
proven:
  description: Whether everything is as expected.
  returned: always, unless a parameter is refused
  type: bool
differences:
  description: What is not as expected, each with C(where), C(what), C(expected), C(found) and C(remedy).
  returned: always, unless a parameter is refused
  type: list
  elements: dict
not_proven:
  description: What could not be told, in the same form.
  returned: always, unless a parameter is refused
  type: list
  elements: dict
table:
  description: Both as a table for people.
  returned: always, unless a parameter is refused
  type: str
"""

import math
import socket

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import conclude
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.arguments import ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.flows import flows_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.judgement import verdict
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.survey import (
    Settings,
    check_source_address,
    survey,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.resolution import resolver_from


def settings_from(module: AnsibleModule) -> Settings:
    """Return what holds for all flows.

    Raises:
        InvalidParameter: a value cannot be meant.
    """
    deadline, concurrency = module.params["deadline"], module.params["concurrency"]
    if not (deadline > 0 and math.isfinite(deadline)):
        raise InvalidParameter("deadline", deadline, "no flow can be proven in it", "Give seconds above 0.")
    if concurrency < 1:
        raise InvalidParameter("concurrency", concurrency, "nothing could be probed", "Give a number from 1.")
    check_source_address(module.params["source_address"])
    return Settings(deadline, concurrency, module.params["source_address"], resolver_from(module.params))


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        flows = flows_from(module.params["flows"])
        found = survey(flows, settings_from(module))
    except Problem as error:
        module.fail_json(msg=str(error))
    conclude(module, **verdict(module.params["source"] or socket.gethostname(), flows, found))


if __name__ == "__main__":
    main()
