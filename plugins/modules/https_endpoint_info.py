#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proves what clients see of HTTPS endpoints: certificates, chains, names, ends of validity, protocol versions."""

from __future__ import annotations

DOCUMENTATION = r"""
module: https_endpoint_info
short_description: Prove what clients see of the TLS of HTTPS endpoints
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Makes TLS handshakes with all addresses of all endpoints concurrently, and judges what each server shows as a strict
    client does, at a given time. All defects are reported at once, each by a name of its own.
  - "C(expired), C(not_yet_valid), C(expires_soon), C(too_long_a_life): times of the certificate, or of an issuer."
  - "C(wrong_name): the certificate does not hold RV(endpoints[].host) as a subject alternative name."
  - "C(self_signed), C(unknown_issuer), C(incomplete_chain), C(untrusted): no path leads to one of the O(roots). It is
    C(incomplete_chain) if something names what the server has left out: O(intermediates), or the certificate itself."
  - "C(weak_key), C(weak_signature), C(missing_server_eku), C(unreadable_certificate), C(no_certificate): the
    certificate itself, or an issuer's."
  - "C(old_protocol): a version older than O(minimum_protocol) is offered."
  - "C(revoked), C(invalid_ocsp_staple), C(no_ocsp_staple): the stapled OCSP response. Nothing else is asked about
    revocation."
  - "C(handshake_refused), C(not_tls), C(not_tds): the server answers, but not with TLS."
  - A server that cannot be reached, or says nothing until the O(deadline), is not proven, and no failure.
  - It only begins handshakes; nothing is sent over the connections.
notes:
  - To find out which protocol versions are offered, it makes one connection for each version older than the one agreed
    on, and breaks it off after the server's first answer. A server may log these.
  - Public certification authorities issue for at most 200 days since 2026-03-15, 100 days from 2027-03-15, and 47 days
    from 2029-03-15. Private ones are free to issue for longer, therefore O(maximum_life_days) has no default.
requirements:
  - cryptography >= 42.0
  - pyOpenSSL >= 24.3
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.proof
  - uoe.exam_scheduling.resolver
options:
  endpoints:
    description: The endpoints.
    type: list
    elements: dict
    required: true
    suboptions:
      host:
        description: The name, or address, that clients use. It is asked for (SNI), and must be in the certificate.
        type: str
        required: true
      port:
        description: TCP port.
        type: int
        default: 443
      connect_address:
        description: Name or address to which packets go instead, O(endpoints[].host) remaining the name that is proven.
        type: str
      starttls:
        description:
          - How TLS begins.
          - V(none) begins with the handshake.
          - V(tds) begins with SQL Server's pre-login (MS-TDS), and carries the handshake inside TDS packets.
        type: str
        choices: [none, tds]
        default: none
      roots:
        description: Replaces O(roots) for this endpoint.
        type: list
        elements: path
  roots:
    description: PEM files with the root certificates that clients trust.
    type: list
    elements: path
    required: true
  intermediates:
    description:
      - PEM files with intermediates that issue for the estate.
      - They are not trusted and complete no chain. They only tell C(incomplete_chain) from C(unknown_issuer).
    type: list
    elements: path
    default: []
  at:
    description: The time at which certificates are judged, as in V(2027-01-31T08:00:00Z). Now, by default.
    type: str
  minimum_days_left:
    description: C(expires_soon) below this.
    type: int
    default: 14
  maximum_life_days:
    description: C(too_long_a_life) above this. Not looked at, by default.
    type: int
  minimum_protocol:
    description: C(old_protocol) if an older version is offered.
    type: str
    choices: [TLSv1.0, TLSv1.1, TLSv1.2, TLSv1.3]
    default: TLSv1.2
  require_ocsp_stapling:
    description: C(no_ocsp_staple) if the server staples no OCSP response. A staple that is there is always looked at.
    type: bool
    default: false
  deadline:
    description: Seconds for one address of an endpoint.
    type: float
    default: 10.0
  concurrency:
    description: How many addresses are looked at simultaneously.
    type: int
    default: 64
"""

EXAMPLES = r"""
- name: Prove the endpoints of LIVE
  uoe.exam_scheduling.https_endpoint_info:
    roots: [/etc/ssl/certs/ca-certificates.crt]
    maximum_life_days: 200
    endpoints:
      - host: scheduler.exams.example
      - host: sql-live.exams.example
        port: 1433
        starttls: tds

- name: See which certificates will need attention before the exams begin
  uoe.exam_scheduling.https_endpoint_info:
    roots: [/etc/ssl/certs/ca-certificates.crt]
    at: "2027-05-04T08:00:00Z"
    on_difference: report
    endpoints:
      - host: scheduler.exams.example
"""

RETURN = r"""
endpoints:
  description: One for each address of each endpoint, in the order of O(endpoints).
  returned: always
  type: list
  elements: dict
  contains:
    host:
      description: As given.
      type: str
      returned: always
    port:
      description: As given.
      type: int
      returned: always
    connect_address:
      description: As given.
      type: str
      returned: always
    address:
      description: The address; null if none could be had.
      type: str
      returned: always
    reached:
      description: Whether the server answered.
      type: bool
      returned: always
    defects:
      description: Names of the defects.
      type: list
      elements: str
      returned: always
    chain:
      description:
        - The certificates as the server sent them, its own first, each with C(subject), C(issuer), C(serial), C(names),
          C(key), C(not_before), C(not_after), C(fingerprint_sha1), C(fingerprint_sha256). Empty without a handshake.
      type: list
      elements: dict
      returned: always
    days_left:
      description: Days until the end of the server's certificate, from O(at).
      type: float
      returned: after a handshake
    names:
      description: Names in the server's certificate.
      type: list
      elements: str
      returned: after a handshake
    key:
      description: Type and size of its key.
      type: str
      returned: after a handshake
      sample: RSA 3072
    signature_algorithm:
      description: The hash with which it is signed.
      type: str
      returned: after a handshake
      sample: sha256
    protocol:
      description: Protocol version agreed on.
      type: str
      returned: after a handshake
      sample: TLSv1.3
    protocols:
      description: For each version V(offered), V(refused), or V(not tested), where the OpenSSL at hand cannot offer it.
      type: dict
      returned: after a handshake
    cipher:
      description: Cipher suite agreed on.
      type: str
      returned: after a handshake
      sample: TLS_AES_256_GCM_SHA384
    ocsp_staple:
      description: V(none), V(good), V(revoked), V(unknown) or V(invalid).
      type: str
      returned: after a handshake
state:
  description: V(proven), V(different) or V(not_proven).
  returned: always
  type: str
proven:
  description: Whether everything was looked at and is as expected.
  returned: always
  type: bool
differences:
  description: The defects, each with C(where), C(what) (its name), C(expected), C(found), C(remedy).
  returned: always
  type: list
  elements: dict
not_proven:
  description: What could not be reached, in the same form.
  returned: always
  type: list
  elements: dict
table:
  description: Both as a table for people.
  returned: always
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import conclude
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.resolution import resolver_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.endpoint import ARGUMENTS, task_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.survey import survey


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        sights = survey(task_from(module.params), resolver_from(module.params))
    except Problem as error:
        module.fail_json(msg=str(error))
    conclude(
        module,
        subject="endpoints",
        count=len(sights),
        differences=[finding for sight in sights for finding in sight.differences],
        not_proven=[finding for sight in sights for finding in sight.not_proven],
        endpoints=[sight.as_dict() for sight in sights],
    )


if __name__ == "__main__":
    main()
