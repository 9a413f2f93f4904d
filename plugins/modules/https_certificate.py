#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps keys, certificate requests, certificates, chains and PKCS #12 files of a set of servers."""

from __future__ import annotations

DOCUMENTATION = r"""
module: https_certificate
short_description: Keep the keys and certificates of a set of HTTPS servers
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Keeps, for each of a list of certificates, private key, certificate request, certificate, chain of intermediates
    and, with O(pkcs12_password), a PKCS#12 file. One call handles a whole estate.
  - The files of a certificate are C(key.pem), C(request.csr), C(certificate.pem), C(chain.pem), C(fullchain.pem)
    (certificate and chain) and C(certificate.pfx) in C(<directory>/<name>/), which only the owner can enter. Key and
    PKCS#12 file are readable by the owner only, at every moment.
  - A certificate is renewed when its end comes near, when its names or its issuer differ from what is declared, or when
    it lives longer than O(valid_days). Run the task regularly; it changes something only when that is due.
  - A key is never replaced silently. A key that is missing though there is a certificate, cannot be read, is of another
    type or size than declared, or does not fit its certificate is an error, unless O(replace_key=true).
  - At whatever moment a run is broken off, a certificate that does not fit the key is never in place, and the next run
    carries on. With an unchanged key each file is replaced whole by a rename. A new key waits with its request in
    C(<directory>/<name>.next/) until it has its certificate, while the old ones stay in use; then the directories
    change places and the old key is deleted.
notes:
  - With O(provider=csr_only), put the certificate that you were sent at RV(requests[].put_certificate_at) and its
    intermediates at RV(requests[].put_chain_at) (an empty file, if a root issued it directly). The next run checks that
    they fit the key, the names and each other, orders them, and makes the other files. Until then the task
    changes nothing and returns the name in RV(waiting). A certificate that is not valid yet is waited for as well;
    the one before it stays in use, and a run after that moment takes it up.
  - A root at the end of a chain is left out, as servers do not send it.
requirements:
  - cryptography >= 42.0
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
options:
  directory:
    description:
      - Directory that holds one directory for each certificate. Absolute.
      - It is made, for the owner only, if it is missing; its parent directory must be there.
    type: path
    required: true
  certificates:
    description: The certificates.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - Name of the certificate's directory, usually the host's, and friendly name in the PKCS#12 file.
          - Letters, digits, dots, hyphens and underscores; not ending in C(.next) or C(.previous).
        type: str
        required: true
      names:
        description:
          - DNS names and IP addresses in the certificate. The first is also its common name.
          - Names with other than ASCII letters are given as A-labels, beginning with C(xn--).
        type: list
        elements: str
        required: true
      key_type:
        description: Type of the private key.
        type: str
        choices: [rsa, ecdsa]
        default: ecdsa
      key_size:
        description: Bits of an RSA key.
        type: int
        choices: [3072, 4096]
        default: 3072
      curve:
        description: Curve of an ECDSA key.
        type: str
        choices: [p256, p384]
        default: p256
  provider:
    description:
      - Who issues the certificates.
      - V(own_ca) signs them with the certification authority of O(own_ca).
      - V(csr_only) makes key and request, and waits for a certificate put there by hand.
      - V(acme) orders them from an ACME service (RFC 8555), proving the names by dns-01, as O(acme) says.
    type: str
    choices: [own_ca, csr_only, acme]
    required: true
  own_ca:
    description: The certification authority of O(provider=own_ca).
    type: dict
    suboptions:
      certificate:
        description: PEM file with its certificate; issuers of an intermediate may follow it.
        type: path
        required: true
      key:
        description: PEM file with its private key, RSA or ECDSA.
        type: path
        required: true
      key_passphrase:
        description: Passphrase of the private key, if it is encrypted.
        type: str
      chain:
        description: PEM file with further intermediates above it, in any order.
        type: path
  acme:
    description: The ACME service of O(provider=acme). Needs the Python libraries C(acme) and C(dnspython).
    type: dict
    suboptions:
      directory_url:
        description:
          - URL of the service's directory.
          - It is kept beside the certificate, so that one from a staging service is replaced when this changes.
        type: str
        required: true
      account_key:
        description: PEM file with the key of the account. If it is missing, it is made and the account registered.
        type: path
        required: true
      contact:
        description: Where the service's messages to the account's holder go, such as V(mailto:pki@exams.example).
        type: list
        elements: str
        default: []
      terms_agreed:
        description: Whether you agree to the service's terms, which it may demand before it registers an account.
        type: bool
        default: false
      ca_file:
        description: PEM file with the roots that verify the service's own certificate, if they are not the usual ones.
        type: path
      eab_key_id:
        description: Identifier of the external account binding, where the service demands one (RFC 8555, 7.3.4).
        type: str
      eab_hmac_key:
        description: Key of the external account binding, in base64url.
        type: str
      timeout:
        description: Seconds that one certificate may take.
        type: int
        default: 120
      dns:
        description: Where the records for dns-01 are written, by dynamic update (RFC 2136) signed with TSIG.
        type: dict
        required: true
        suboptions:
          server:
            description: Name or address of the zone's primary name server.
            type: str
            required: true
          connect_address:
            description: Address to which packets go instead, O(acme.dns.server) remaining its name in messages.
            type: str
          port:
            description: Its port.
            type: int
            default: 53
          zone:
            description:
              - Zone that holds the records C(_acme-challenge) of all the names. They are put up and taken down again;
                other values of these records stay.
            type: str
            required: true
          key_name:
            description: Name of the TSIG key; updates are not signed without it.
            type: str
          key_secret:
            description: Secret of the TSIG key, in base64.
            type: str
          key_algorithm:
            description: Algorithm of the TSIG key.
            type: str
            choices: [hmac-sha224, hmac-sha256, hmac-sha384, hmac-sha512]
            default: hmac-sha256
          secondaries:
            description:
              - The zone's other authoritative servers, if the service may ask them. The names are proven only when
                these too answer the records.
            type: list
            elements: dict
            default: []
            suboptions:
              name:
                description: Name or address of the server.
                type: str
                required: true
              connect_address:
                description: Address to which packets go instead.
                type: str
              port:
                description: Its port.
                type: int
                default: 53
  valid_days:
    description:
      - Days that a certificate of O(provider=own_ca) is valid, an hour before now included.
      - It never outlives the authority.
    type: int
    default: 200
  renew_before_days:
    description: Renew this many days before the end, or when a third of the life is left if that is later.
    type: int
    default: 30
  replace_key:
    description:
      - Whether keys may be replaced. If V(true), every renewal makes a new key, and a key that is of another type or
        size than declared, missing, unreadable or unfit is replaced.
      - A replacement that was begun is carried through by later runs, even if this is V(false) again.
    type: bool
    default: false
  pkcs12_password:
    description:
      - Password of the PKCS#12 files. None are made without it.
      - A file that it does not open is made anew.
    type: str
  pkcs12_encryption:
    description:
      - How PKCS#12 files are encrypted.
      - V(modern) is AES-256 with a SHA-256 MAC, which Windows Server 2019 and later read.
      - V(server_2016) is triple DES with a SHA-1 MAC, because Windows Server 2016 says C(wrong password) to V(modern).
    type: str
    choices: [modern, server_2016]
    default: modern
"""

EXAMPLES = r"""
- name: Keep the certificates of the estate, signed by the rehearsal's authority
  uoe.exam_scheduling.https_certificate:
    directory: /var/lib/exams/https
    provider: own_ca
    own_ca:
      certificate: /var/lib/exams/authority/certificate.pem
      key: /var/lib/exams/authority/key.pem
    certificates:
      - name: es-live
        names: [scheduler.exams.example, es-live.exams.example]
      - name: sql-live
        names: [sql-live.exams.example]
        key_type: rsa
    pkcs12_password: "{{ https_pkcs12_password }}"

- name: Make requests, and take up the certificates that have arrived
  uoe.exam_scheduling.https_certificate:
    directory: /var/lib/exams/https
    provider: csr_only
    certificates:
      - name: es-live
        names: [scheduler.exams.example, es-live.exams.example]
  register: https_issued

- name: Order certificates from an ACME service
  uoe.exam_scheduling.https_certificate:
    directory: /var/lib/exams/https
    provider: acme
    acme:
      directory_url: https://acme.exams.example/dir
      ca_file: /etc/pki/exams/acme.pem
      account_key: /var/lib/exams/acme-account.pem
      contact: ["mailto:pki@exams.example"]
      terms_agreed: true
      dns:
        server: dns1.exams.example
        zone: exams.example
        key_name: exam-scheduling-live
        key_secret: "{{ dns_key_secret }}"
    certificates:
      - name: web-live
        names: [timetables.exams.example]
"""

RETURN = r"""
certificates:
  description: The certificates as they are after the task, in the order of O(certificates).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: As declared.
      type: str
      returned: always
    names:
      description: Names in the certificate; as declared, while there is none.
      type: list
      elements: str
      returned: always
    files:
      description: "Paths: C(key), C(request), C(certificate), C(chain), C(fullchain), and C(pkcs12) if one is kept."
      type: dict
      returned: always
    subject:
      description: Subject (RFC 4514); like all below null while there is no certificate.
      type: str
      returned: always
    issuer:
      description: Issuer (RFC 4514).
      type: str
      returned: always
    serial:
      description: Serial number, hexadecimal.
      type: str
      returned: always
    key:
      description: Type and size of the key.
      type: str
      returned: always
      sample: ECDSA P-256
    not_before:
      description: Begin of validity, ISO 8601 in UTC.
      type: str
      returned: always
    not_after:
      description: End of validity, ISO 8601 in UTC.
      type: str
      returned: always
    days_left:
      description: Days until the end.
      type: float
      returned: always
    fingerprint_sha1:
      description: The thumbprint by which Windows and IIS identify the certificate.
      type: str
      returned: always
    fingerprint_sha256:
      description: SHA-256 fingerprint in hexadecimals.
      type: str
      returned: always
waiting:
  description: Names of the certificates that somebody else has to issue, O(provider=csr_only).
  returned: success
  type: list
  elements: str
nothing_to_serve:
  description:
    - Names of those of RV(waiting) that have no certificate meanwhile that fits its key, has all names, and is valid.
    - The others have one, and only its renewal is awaited.
  returned: success
  type: list
  elements: str
requests:
  description: What is to be handed over, one for each of RV(waiting).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: As declared.
      type: str
      returned: always
    names:
      description: As declared.
      type: list
      elements: str
      returned: always
    request:
      description: The request in PEM; null in check mode, if there is none yet.
      type: str
      returned: always
    request_file:
      description: Where it is.
      type: str
      returned: always
    put_certificate_at:
      description: Where the certificate is to be put.
      type: str
      returned: always
    put_chain_at:
      description: Where its intermediates are to be put.
      type: str
      returned: always
    reason:
      description: Why a certificate is needed.
      type: str
      returned: always
changes:
  description: What changed, or in check mode would change.
  returned: success
  type: list
  elements: dict
applied:
  description: What was applied before the task broke off; running again carries on.
  returned: when applying broke off
  type: list
  elements: str
pending:
  description: What was not applied.
  returned: when applying broke off
  type: list
  elements: str
pending_line:
  description: The line of the plan that makes what is missing, O(prerequisite_line).
  returned: in check mode, when a prerequisite is missing
  type: str
"""

from contextlib import ExitStack

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.arguments import ARGUMENTS, declared_by
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.resource import Certificates
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import run


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    with ExitStack() as until_end:
        locks = None if module.check_mode else until_end
        run(module, Certificates(lambda: declared_by(module.params, module.warn), locks=locks, warn=module.warn))


if __name__ == "__main__":
    main()
