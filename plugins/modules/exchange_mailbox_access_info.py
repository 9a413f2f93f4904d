#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proves which calendars of Exchange Online an application may use."""

from __future__ import annotations

DOCUMENTATION = r"""
module: exchange_mailbox_access_info
short_description: Prove that an application may use the calendars that it shall, and no others
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Signs in as the application itself, with its own certificate, and reads each mailbox's calendar by Microsoft Graph.
    A mailbox in scope has to answer, one out of scope has to refuse (403).
  - Calendars see changes of roles and scopes after 30 minutes to 2 hours. Until O(deadline) those that are not as
    declared are asked again; then both halves are looked at together.
  - With O(administrator), what Exchange is set to is asked too (C(Test-ServicePrincipalAuthorization)). That knows of
    changes at once, and so proves nothing about live access; the two are told apart.
  - It changes nothing, unless O(prove_write=true).
options:
  in_scope:
    description: Principal names of users whose calendars it has to reach.
    type: list
    elements: str
    required: true
  out_of_scope:
    description: Principal names of users whose calendars it must not reach.
    type: list
    elements: str
    required: true
  deadline:
    description:
      - For how many seconds to ask again what is not as declared.
      - An application or a certificate that was registered just now is unknown to Entra ID for seconds to minutes. For
        as long, but at most five minutes, signing in is tried again too.
      - V(0) asks once.
    type: float
    default: 0
  interval:
    description: How many seconds to wait before asking again.
    type: float
    default: 60
  prove_write:
    description:
      - Whether an event is created in O(test_mailboxes) and deleted at once. It is private, in the year 2000, without
        attendees and reminder. Even if the task is cancelled it is removed; what a killed one left, or one that got no
        answer, goes with the next run.
      - It writes, so let it run inside a change only. In check mode it is left out.
    type: bool
    default: false
  test_mailboxes:
    description: The mailboxes for O(prove_write) and O(events), which are among O(in_scope) and are nobody's.
    type: list
    elements: str
    default: []
  events:
    description:
      - Whether there have to be events in the calendars of O(test_mailboxes), V(none) or V(some). V(any) does not look.
      - No other calendar is looked into.
    type: str
    choices: [any, none, some]
    default: any
  event_subject:
    description: Only events whose subject has this text count.
    type: str
    default: ""
  administrator:
    description: Who may run C(Test-ServicePrincipalAuthorization). The application itself may not.
    type: dict
    suboptions:
      client_id:
        description: The application (client) id.
        type: str
      certificate:
        description: A PEM file of its certificate.
        type: path
      private_key:
        description: A PEM file of the certificate's RSA key.
        type: path
      private_key_content:
        description: The key itself in PEM, from the vault.
        type: str
      private_key_passphrase:
        description: The passphrase of an encrypted key.
        type: str
seealso:
  - module: uoe.exam_scheduling.exchange_application_access
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.proof
  - uoe.exam_scheduling.microsoft365
"""

EXAMPLES = r"""
- name: Wait up to two hours until CalSync reaches students' calendars, and prove that it reaches no others
  uoe.exam_scheduling.exchange_mailbox_access_info:
    tenant: 6b9fa8a1-1de3-4a5b-9c39-0c5a7d5f8f10
    client_id: "{{ calsync.client_id }}"
    certificate: /var/lib/exam-scheduling/live/calsync/office365-1/certificate.pem
    private_key: /var/lib/exam-scheduling/live/calsync/office365-1/key.pem
    in_scope: [exam-test-student@exams.example]
    out_of_scope: [rector@exams.example]
    deadline: 7200
"""

RETURN = r"""
mailboxes:
  description: How each mailbox answered.
  returned: always, unless the parameters are refused or the application cannot sign in
  type: list
  elements: dict
  contains:
    mailbox:
      description: The principal name.
      type: str
      sample: exam-test-student@exams.example
    expected:
      description: C(allowed) or C(denied).
      type: str
      sample: allowed
    live:
      description: What reading gave, C(allowed), C(denied), C(no mailbox) or C(no answer).
      type: str
      sample: allowed
    configured:
      description: What Exchange is set to, the same words. V(null) if it was not asked.
      type: str
halves:
  description: Which half of the live proof holds.
  returned: always, unless the parameters are refused or the application cannot sign in
  type: dict
  sample: {in_scope: true, out_of_scope: true}
events:
  description:
    - How many events that count are in the calendar of each test mailbox that may be read, if O(events) is V(none) or
      V(some).
  returned: always, unless the parameters are refused or the application cannot sign in
  type: dict
  sample: {exam-test-student@exams.example: 0}
written:
  description: The mailboxes in which an event was created and deleted.
  returned: always, unless the parameters are refused or the application cannot sign in
  type: list
  elements: str
waited:
  description: The seconds from the first question to the end.
  returned: always, unless the parameters are refused or the application cannot sign in
  type: float
state:
  description: C(proven), C(different) or C(not_proven).
  returned: always, unless the parameters are refused or the application cannot sign in
  type: str
  sample: proven
proven:
  description: Whether every mailbox answered as declared.
  returned: always, unless the parameters are refused or the application cannot sign in
  type: bool
count:
  description: How many mailboxes were asked.
  returned: always, unless the parameters are refused or the application cannot sign in
  type: int
differences:
  description: Mailboxes that are not as declared.
  returned: always, unless the parameters are refused or the application cannot sign in
  type: list
  elements: dict
  contains: &finding
    where:
      description: The mailbox.
      type: str
      sample: rector@exams.example
    what:
      description: C(live access), C(configured access), C(events) or C(write).
      type: str
      sample: live access
    expected:
      description: What it shall be.
      type: str
      sample: denied
    found:
      description: What it is, with the service's words and the request's identifiers.
      type: str
      sample: allowed
    remedy:
      description: What to do.
      type: str
not_proven:
  description: What could not be seen, because the service did not answer.
  returned: always, unless the parameters are refused or the application cannot sign in
  type: list
  elements: dict
  contains: *finding
table:
  description: Differences and what is not proven, as a table.
  returned: always, unless the parameters are refused or the application cannot sign in
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.connection import (
    CONNECTION_ARGUMENTS,
    IDENTITY_ARGUMENTS,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.mailbox_access import MailboxAccess
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.mailbox_proof import (
    MAILBOX_ARGUMENTS,
    events_differ,
    halves,
    judged,
    shown,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import PROOF_ARGUMENTS, Finding, conclude
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **CONNECTION_ARGUMENTS,
            **MAILBOX_ARGUMENTS,
            **PROOF_ARGUMENTS,
            "administrator": {"type": "dict", "options": IDENTITY_ARGUMENTS},
        },
        supports_check_mode=True,
    )
    try:
        access = MailboxAccess(module.params)
    except Problem as error:
        module.fail_json(msg=str(error))
    declared = access.declared
    try:
        observation = access.observe()
        differences, not_proven = judged(declared, observation)
        written: list[str] = []
        events = {} if differences else access.events(observation)
        differences += events_differ(declared, events)
        if module.check_mode:
            not_proven += [
                Finding(each, "write", "allowed", "not tried in check mode") for each in declared.test_mailboxes
            ]
        elif not differences:
            written, refused, unanswered = access.write()
            differences += refused
            not_proven += unanswered
    except Problem as error:
        module.fail_json(msg=str(error))
    except KeyboardInterrupt:
        module.fail_json(msg="It was cancelled. No event is left in a calendar.")
    finally:
        access.close()
    conclude(
        module,
        subject="mailboxes",
        count=len(declared.expected),
        differences=differences,
        not_proven=not_proven,
        mailboxes=shown(declared, observation),
        halves=halves(declared, observation),
        events=events,
        written=written,
        waited=round(observation.waited, 3),
    )


if __name__ == "__main__":
    main()
