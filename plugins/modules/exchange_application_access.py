#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps which calendars of Exchange Online an application may write."""

from __future__ import annotations

DOCUMENTATION = r"""
module: exchange_application_access
short_description: Let an application write calendars of some mailboxes of Exchange Online, and of no others
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Keeps an application's access to calendars by I(RBAC for Applications), which replaced impersonation. That is the
    role for calendars, in one scope, and no other role for calendars.
  - Permissions add up. A permission for calendars of the whole tenant would make the scope worthless, so it is a
    failure, unless O(remove_tenant_wide_grants=true).
  - A scope in which nobody is, which would lock the application out, and one in which everybody is are refused.
  - What is given comes before what is taken away, so that an application that works goes on working.
  - Calendars see a change after 30 minutes to 2 hours. M(uoe.exam_scheduling.exchange_mailbox_access_info) proves it.
options:
  application:
    description: The client id of the application that is given access.
    type: str
    required: true
  protocol:
    description:
      - What the application uses. V(graph) gives it C(Application Calendars.ReadWrite).
      - V(ews) gives it C(Application EWS.AccessAsApp), if the organisation lets it use Exchange Web Services, and
        warns, because they are removed from Exchange Online on 2027-04-01.
    type: str
    choices: [graph, ews]
    default: graph
  scope:
    description: The mailboxes. Just one of the filter, the group and the administrative unit is given.
    type: dict
    required: true
    suboptions:
      name:
        description: The name of the management scope for O(scope.recipient_filter).
        type: str
      recipient_filter:
        description:
          - A filter of Exchange (OPATH), such as V(CustomAttribute1 -eq 'student').
          - The filter of a scope that is there is changed in place. Exchange writes filters in its own way, with more
            brackets and other capitals; that is no change.
          - C(Get-Mailbox) is asked who is in it; C(Get-Recipient), where the filter has a property by which
            C(Get-Mailbox) does not filter, such as C(Department), C(City), C(Company) or C(Title). These and
            C(UserPrincipalName), by which C(Get-Recipient) does not filter, are refused in one filter.
          - C(-and) and C(-or) are refused side by side without brackets that say which comes first.
        type: str
      group:
        description: The name or id of a group. Its direct members are in scope. It needs Graph.
        type: str
      administrative_unit:
        description: The name or id of an administrative unit.
        type: str
  remove_tenant_wide_grants:
    description: Whether permissions for calendars of the whole tenant are revoked.
    type: bool
    default: false
  provider:
    description:
      - By what it is done. V(graph) is Microsoft Graph's C(roleManagement/exchange), documented and beta. V(commands)
        is what Microsoft's PowerShell module sends, and is not documented.
      - V(auto) is Graph, if this identity may use it there, or else commands.
      - Whether anybody is in a O(scope.recipient_filter), and whether EWS is allowed, is always asked by commands.
    type: str
    choices: [auto, graph, commands]
    default: auto
  hand_over:
    description:
      - Contacts nothing, and returns what the tenant's administrators have to run. The connection's options are not
        needed then, except for O(tenant).
    type: bool
    default: false
seealso:
  - module: uoe.exam_scheduling.entra_application
  - module: uoe.exam_scheduling.exchange_mailbox_access_info
  - module: uoe.exam_scheduling.hand_over
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
  - uoe.exam_scheduling.microsoft365
"""

EXAMPLES = r"""
- name: Let CalSync write calendars of students and invigilators
  uoe.exam_scheduling.exchange_application_access:
    tenant: 6b9fa8a1-1de3-4a5b-9c39-0c5a7d5f8f10
    client_id: 0f5a3d2c-7c41-4d0e-8a9b-3a6f0a1c2b3d
    certificate: /etc/exam-scheduling/office365-automation.pem
    private_key_content: "{{ automation_key }}"
    application: "{{ calsync.client_id }}"
    scope:
      name: CalSync LIVE
      recipient_filter: CustomAttribute1 -eq 'student' -or CustomAttribute1 -eq 'invigilator'

- name: Write down what the tenant's administrators have to run
  uoe.exam_scheduling.exchange_application_access:
    tenant: 6b9fa8a1-1de3-4a5b-9c39-0c5a7d5f8f10
    application: "{{ calsync.client_id }}"
    scope:
      administrative_unit: Exams
    hand_over: true
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be.
  returned: success
  type: list
  elements: dict
  contains:
    item:
      description: The application or the scope, and what of it.
      type: str
      sample: application CalSync LIVE role Application Calendars.ReadWrite
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
      sample: scope CalSync LIVE
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
service_principal_id:
  description: The object id of the application's service principal.
  returned: success, unless O(hand_over=true)
  type: str
  sample: 8a6c0d1f-93c2-4b7e-a2d4-5f1e0c9b8a76
provider:
  description: By what it was done, C(graph) or C(commands).
  returned: success, unless O(hand_over=true)
  type: str
  sample: graph
role:
  description: The role of Exchange.
  returned: success
  type: str
  sample: Application Calendars.ReadWrite
tenant_wide_grants:
  description: What let the application into every calendar before.
  returned: success, unless O(hand_over=true)
  type: list
  elements: str
  sample: []
hand_over:
  description: What administrators would have to run, with its back-out, in Markdown.
  returned: success
  type: str
no_answer:
  description: V(true) if Exchange Online did not answer, so that nothing is known of it.
  returned: failure, if it is so
  type: bool
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access import Access
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_hand_over import hand_over_for
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_planner import warnings_for
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_state import (
    ACCESS_ARGUMENTS,
    access_from,
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
        argument_spec={**CONNECTION_ARGUMENTS, **ACCESS_ARGUMENTS, **PREREQUISITE_ARGUMENTS},
        supports_check_mode=True,
    )
    try:
        declared = access_from(module.params)
        if module.params["hand_over"]:
            for warning in warnings_for(declared):
                module.warn(warning)
            module.exit_json(changed=False, changes=[], role=declared.role, hand_over=hand_over_for(declared))
        access = Access(declared, module.params)
    except Problem as error:
        module.fail_json(msg=f"{error} Nothing was touched.")
    try:
        run(module, access)
    finally:
        access.close()


if __name__ == "__main__":
    main()
