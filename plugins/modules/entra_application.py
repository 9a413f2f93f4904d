#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps an application of Microsoft Entra ID, its service principal and its certificates."""

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_application
short_description: Keep an application of Microsoft Entra ID, with its service principal and its certificates
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Keeps one application and its service principal. It is known by its name and by a tag, so that there is never a
    second one; several that fit are an error that lists them.
  - One that has the name and not the tag, because somebody made it by hand, is taken over and given the tag.
  - Certificates are added before others are removed, each in a request of its own, so that both are valid in between
    and nobody who signs in is locked out.
  - It gives no permission. O(required_permissions) is what the application says it needs.
options:
  name:
    description: The application's display name.
    type: str
    required: true
  tag:
    description:
      - A tag that no other application of the tenant has.
      - An application that is created has it as its unique name too, so that a request that is sent again, because its
        answer got lost, makes no second one.
    type: str
    required: true
  state:
    description:
      - V(absent) deletes the application with its service principal. For 30 days an administrator can restore it.
    type: str
    choices: [present, absent]
    default: present
  certificates:
    description:
      - PEM files of certificates that it can prove itself with, the first in each file.
      - For a rotation give the old and the new one until whoever signs in has the new one, then the new one alone.
    type: list
    elements: path
    default: []
  other_certificates:
    description:
      - What becomes of certificates that are not declared. V(remove_expired) removes those that have ended.
      - V(remove) needs O(certificates).
    type: str
    choices: [keep, remove_expired, remove]
    default: keep
  required_permissions:
    description:
      - The application permissions that it says it needs, all of them. Without this option they are left alone.
      - Permissions that an administrator consents to hold in the whole tenant. For calendars of some mailboxes give
        none here, and use M(uoe.exam_scheduling.exchange_application_access).
    type: list
    elements: dict
    suboptions:
      resource:
        description: The application id of the resource, V(00000003-0000-0000-c000-000000000000) for Microsoft Graph.
        type: str
        required: true
      permissions:
        description: Names of permissions, such as V(User.Read.All).
        type: list
        elements: str
        required: true
  owners:
    description: Principal names of users who own it. Others that own it stay.
    type: list
    elements: str
    default: []
  secret:
    description:
      - A secret that is made if there is none of its name, and written to a file. Entra ID shows it only once.
      - It is warned about, because a secret can be copied; prefer O(certificates).
    type: dict
    suboptions:
      name:
        description: Its name.
        type: str
        required: true
      file:
        description: The file for it, which only its owner can read.
        type: path
        required: true
      valid_days:
        description: How long it is valid.
        type: int
        default: 90
  warn_days:
    description: A declared certificate is warned about if it ends in fewer days.
    type: int
    default: 30
  hand_over:
    description:
      - Contacts nothing, and returns what the tenant's administrators have to run. The connection's options are not
        needed then, except for O(tenant).
    type: bool
    default: false
seealso:
  - module: uoe.exam_scheduling.exchange_application_access
  - module: uoe.exam_scheduling.https_certificate
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
  - uoe.exam_scheduling.microsoft365
requirements:
  - cryptography >= 42.0
"""

EXAMPLES = r"""
- name: Keep the application that CalSync signs in as
  uoe.exam_scheduling.entra_application:
    tenant: 6b9fa8a1-1de3-4a5b-9c39-0c5a7d5f8f10
    client_id: 0f5a3d2c-7c41-4d0e-8a9b-3a6f0a1c2b3d
    certificate: /etc/exam-scheduling/office365-automation.pem
    private_key_content: "{{ automation_key }}"
    name: CalSync LIVE
    tag: exam-scheduling:calsync:live
    certificates: [/var/lib/exam-scheduling/live/calsync/office365-1/certificate.pem]
    other_certificates: remove_expired
    owners: [bursar@exams.example]
  register: calsync
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be.
  returned: success
  type: list
  elements: dict
  contains:
    item:
      description: The application, and what of it.
      type: str
      sample: application CalSync LIVE certificate 7D1E5C0A9B3F2E48
    action:
      description: C(create), C(update) or C(delete).
      type: str
      sample: create
    before:
      description: What it was. V(null) if there was nothing.
      type: raw
    after:
      description: What it is afterwards. V(null) if there is nothing.
      type: raw
applied:
  description: The items that are in force, if the task broke off.
  returned: failure after the first change was sent
  type: list
  elements: str
pending:
  description: The items that are not in force, if the task broke off.
  returned: failure after the first change was sent
  type: list
  elements: str
application_id:
  description: The object id of the application. V(null) if there is none yet.
  returned: success, unless O(hand_over=true)
  type: str
  sample: 21bb3b24-4a3a-4a3e-8f5e-0d6a7c3f1b92
client_id:
  description: The application (client) id. V(null) if there is none yet.
  returned: success, unless O(hand_over=true)
  type: str
  sample: 5d4a7c1e-2f6b-4b3a-9e8d-7c6b5a493827
service_principal_id:
  description: The object id of the service principal, the I(enterprise application). V(null) if there is none yet.
  returned: success, unless O(hand_over=true)
  type: str
  sample: 8a6c0d1f-93c2-4b7e-a2d4-5f1e0c9b8a76
hand_over:
  description: What administrators have to run, with its back-out, in Markdown.
  returned: success, if O(hand_over=true)
  type: str
certificates:
  description: The certificates that it had, and those that are declared.
  returned: success, unless O(hand_over=true)
  type: list
  elements: dict
  contains:
    thumbprint:
      description: Its SHA-256.
      type: str
    not_after:
      description: When it ends.
      type: str
      sample: "2027-06-14T10:00:00+00:00"
    days_left:
      description: Whole days until then.
      type: int
      sample: 200
    declared:
      description: Whether the task declares it.
      type: bool
no_answer:
  description: V(true) if Entra ID did not answer, so that nothing is known of it.
  returned: failure, if it is so
  type: bool
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.application import Application
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.application_hand_over import (
    hand_over_for,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.application_state import (
    APPLICATION_ARGUMENTS,
    application_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.connection import CONNECTION_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    PREREQUISITE_ARGUMENTS,
    Problem,
    run,
)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION_ARGUMENTS, **APPLICATION_ARGUMENTS, **PREREQUISITE_ARGUMENTS},
        supports_check_mode=True,
    )
    try:
        if module.params["hand_over"]:
            module.exit_json(changed=False, changes=[], hand_over=hand_over_for(application_from(module.params)))
        application = Application(module.params)
    except Problem as error:
        module.fail_json(msg=f"{error} Nothing was touched.")
    try:
        run(module, application)
    finally:
        application.close()


if __name__ == "__main__":
    main()
