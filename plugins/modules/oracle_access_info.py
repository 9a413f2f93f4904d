#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says what an account can do in an Oracle database."""

from __future__ import annotations

DOCUMENTATION = r"""
module: oracle_access_info
short_description: Say what an account can read and do in an Oracle database, by its own login
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Logs in as the account itself, once, and tries what it can read. It changes nothing. What it returns is compared
    with what is agreed by M(uoe.exam_scheduling.prove), so that it is proven by that very login that an account reads
    the declared objects and nothing else.
  - What Oracle's own schemas have (C(ORACLE_MAINTAINED) in C(ALL_USERS)) is left out where everybody may use it. What
    of it was granted to the account or to a role of it is listed.
  - A server older than 12.1 does not say which schemas are Oracle's. There they are those that 11.2 brings; what
    another one of Oracle's has is listed as any other schema's.
  - An object that is not there is refused like one that may not be read, so O(refused) cannot find a misspelt name.
options:
  objects:
    description: The objects that the account shall be able to read, as C(SCHEMA.NAME). A row of each is read.
    type: list
    elements: str
    default: []
  refused:
    description: The objects that it shall not be able to read, as C(SCHEMA.NAME). It is tried to read a row of each.
    type: list
    elements: str
    default: []
seealso:
  - module: uoe.exam_scheduling.oracle_account
  - module: uoe.exam_scheduling.prove
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.info
  - uoe.exam_scheduling.oracle
"""

EXAMPLES = r"""
- name: Look at what Connect's account can do
  uoe.exam_scheduling.oracle_access_info:
    server: eugex-live.exams.example
    service_name: eugex.exams.example
    ca_certificates: /etc/pki/exams/root.pem
    login_user: EXAM_CONNECT
    login_password: "{{ eugex_connect_password }}"
    rejected_logins: "{{ exam_state_directory }}/rejected_logins"
    objects: [EUGEX.EXAM_TIMETABLING_EXAMS, EUGEX.EXAM_TIMETABLING_STUDENTS, EUGEX.INVIGILATORS]
    refused: [SITS.STUDENTS]
  register: access

- name: Prove that it reads these and nothing else
  uoe.exam_scheduling.prove:
    subject: rights of EXAM_CONNECT
    expected:
      readable: [EUGEX.EXAM_TIMETABLING_EXAMS, EUGEX.EXAM_TIMETABLING_STUDENTS, EUGEX.INVIGILATORS]
      tried: [true, true, true]
      refused: [true]
      unclear: []
      writable: []
      system_privileges: [CREATE SESSION]
      roles: []
      roles_not_enabled: []
    found: "{{ access | combine({'tried': tried, 'refused': refused}) }}"
  vars:
    tried: "{{ access.objects.values() | map(attribute='readable') }}"
    refused: "{{ access.refused.values() | map(attribute='refused') }}"
"""

RETURN = r"""
user:
  description: The account, as the database calls it.
  returned: success
  type: str
  sample: EXAM_CONNECT
version:
  description: The version of the database.
  returned: success
  type: str
  sample: 19.21.0.0.0
connection:
  description: The protocol and the service of the connection, as the database sees them.
  returned: success
  type: dict
  sample: {protocol: tcps, service: eugex.exams.example}
expires_in_days:
  description: In how many days the password expires, V(null) if it does not.
  returned: success
  type: int
  sample: 81
objects:
  description:
    - For each of O(objects), whether a row was read (C(readable)), whether there is one
      (C(populated), V(null) if it could not be read), and the database's error in one line, or V(null).
  returned: success
  type: dict
  sample:
    EUGEX.EXAM_TIMETABLING_EXAMS: {readable: true, populated: true, error: null}
    EUGEX.STUDENT_EXAMS:
      readable: false
      populated: null
      error: 'ORA-04063: view "EUGEX.STUDENT_EXAMS" has errors'
refused:
  description:
    - For each of O(refused), whether reading was refused (ORA-00942, ORA-01031). It is V(false) if a row was read, and
      V(null) after any other error, which says nothing about what may be read.
  returned: success
  type: dict
  sample:
    EUGEX.STUDENTS: {refused: true, populated: null, error: "ORA-00942: table or view does not exist"}
readable:
  description:
    - All tables and views that the account can read, whatever the way (its own, granted directly, through an enabled
      role or to everybody, by a privilege on any table), sorted. Each was tried by a query that fetches nothing.
  returned: success
  type: list
  elements: str
  sample: [EUGEX.EXAM_TIMETABLING_EXAMS]
unclear:
  description:
    - What the account was given to read and cannot read, or may know of and cannot read for another reason than a
      refusal, sorted, each with the database's error. An invalid view is here, and what is no table at all, such as a
      sequence.
  returned: success
  type: list
  elements: str
  sample: ['EUGEX.STUDENT_EXAMS: ORA-04063: view "EUGEX.STUDENT_EXAMS" has errors']
writable:
  description:
    - Which privileges other than C(SELECT) and C(READ) the account has on objects, sorted; those on columns too, and
      C(ALL) on what it owns. A privilege that it may pass on is listed with C(WITH GRANT OPTION), reading as well.
    - Privileges on any table are in RV(system_privileges).
  returned: success
  type: list
  elements: str
  sample: [EXECUTE on EUGEX.EXAM_TOOLS, UPDATE (NOTE) on EUGEX.INVIGILATORS]
system_privileges:
  description: The system privileges in force, those of roles included, sorted.
  returned: success
  type: list
  elements: str
  sample: [CREATE SESSION]
roles:
  description: The roles in force, those of roles included, sorted.
  returned: success
  type: list
  elements: str
  sample: []
roles_not_enabled:
  description: The roles that the account has and would first have to enable, sorted. What they allow is not looked at.
  returned: success
  type: list
  elements: str
  sample: []
no_answer:
  description: V(true) if the database did not answer, so that nothing is known of it.
  returned: failure, if it is so
  type: bool
certificate_not_verified:
  description: V(true) if the server's certificate does not verify, which may be because it is still to be bound.
  returned: if it is so
  type: bool
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.access import requested, survey
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.arguments import (
    CONNECTION_ARGUMENTS,
    server_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, silence


def main() -> None:
    """Run the module."""
    names = {"type": "list", "elements": "str", "default": []}
    module = AnsibleModule(
        argument_spec={**CONNECTION_ARGUMENTS, "objects": names, "refused": names}, supports_check_mode=True
    )
    session: Session | None = None
    try:
        wanted = requested(module.params["objects"], module.params["refused"])
        session = Session(server_from(module.params))
        facts = survey(session, *wanted)
    except Problem as error:
        module.fail_json(msg=str(error), **silence(error))
    finally:
        if session is not None:
            session.close()
    module.exit_json(changed=False, **facts)


if __name__ == "__main__":
    main()
