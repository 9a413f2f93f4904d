#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps an account of an Oracle database, its rights and its password."""

from __future__ import annotations

DOCUMENTATION = r"""
module: oracle_account
short_description: Keep an account of an Oracle database, with its rights, its profile and its password
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Keeps one account, its profile, tablespaces and quotas, its system privileges, roles and rights on objects, and
    whether it is locked.
  - The declared password is verified by logging in with it, once, in check mode too. It is set only if the server
    answers that it is another one (ORA-01017). If the account is locked, its password expired, or the server does not
    answer, nothing is set.
  - A password that was rejected is remembered in O(rejected_logins). Later runs do not try it again, they set it.
  - It is changed in place. Account, rights and open sessions stay. A new one is proven by a login.
  - Where the profile has a C(PASSWORD_ROLLOVER_TIME) (19.12 and later), the password before is accepted too, until
    that time is over or O(end_rollover=true) ends it. So the service that uses it can be given the new one without an
    outage.
  - It says who is logged in as the account, and when somebody last was, so that an old account can be proven unused.
notes:
  - A password never is in the text of a statement that is sent. The server puts it there from a bind, and its audit
    trail does not show it.
  - It needs C(CREATE USER), C(ALTER USER), C(DROP USER), C(CREATE PROFILE), C(ALTER PROFILE), C(SELECT_CATALOG_ROLE),
    and the right to grant what is declared. With O(state=exact) it needs C(GRANT ANY PRIVILEGE), C(GRANT ANY ROLE) and
    C(GRANT ANY OBJECT PRIVILEGE), to take away whatever else there is.
options:
  name:
    description: The account.
    type: str
    required: true
  state:
    description:
      - V(present) means that the account and its rights are there. Others that it has stay.
      - V(exact) means that it has no other system privileges, roles and rights on objects.
      - V(absent) means that it is not there. It is refused while it owns something or is logged in.
    type: str
    choices: [present, exact, absent]
    default: present
  password:
    description: The password. A new account needs one. It needs O(rejected_logins).
    type: str
  locked:
    description: Whether it is locked.
    type: bool
  quiet_days:
    description:
      - Locks the account once nobody has logged in for so many days and nobody is logged in. It is not unlocked by it.
        For an account that was replaced by another. Without O(password), one that is not there is not created.
    type: int
  end_rollover:
    description:
      - Whether the declared password alone is accepted from then on. Not in the run that sets a new one.
      - The server ends the one that was set first. If that is the declared one, since it was put back, it is set anew.
    type: bool
    default: false
  require_rollover:
    description:
      - Whether another password is set only while the one before stays accepted beside it, since a service uses it. It
        is refused where O(profile_limits) gives no C(PASSWORD_ROLLOVER_TIME), and while two are accepted already, of
        which a third would end one. O(end_rollover=true) sets it all the same.
    type: bool
    default: false
  profile:
    description: Its profile.
    type: str
  profile_limits:
    description: Limits that O(profile) has, such as C(PASSWORD_ROLLOVER_TIME). It is created if it is missing. Other
      limits stay.
    type: dict
    default: {}
  default_tablespace:
    description: Its tablespace for tables.
    type: str
  temporary_tablespace:
    description: Its tablespace for sorting.
    type: str
  quotas:
    description: How much of tablespaces it may use, such as V(100M) or V(UNLIMITED).
    type: dict
    default: {}
  system_privileges:
    description: System privileges, such as V(CREATE SESSION).
    type: list
    elements: str
    default: []
  roles:
    description: Roles.
    type: list
    elements: str
    default: []
  object_privileges:
    description: Rights on objects.
    type: list
    elements: dict
    default: []
    suboptions:
      object:
        description: The object, as C(SCHEMA.NAME).
        type: str
        required: true
      privileges:
        description: The rights, such as V(SELECT).
        type: list
        elements: str
        required: true
      grantable:
        description: Whether it may pass them on.
        type: bool
        default: false
      granted_elsewhere:
        description: Whether something else gives them, such as the sources of views
          (M(uoe.exam_scheduling.oracle_views)). They are not given then, and O(state=exact) leaves them.
        type: bool
        default: false
  expiry_warning_days:
    description: How many days before the password expires a warning says so.
    type: int
    default: 14
seealso:
  - module: uoe.exam_scheduling.oracle_views
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
  - uoe.exam_scheduling.oracle
"""

EXAMPLES = r"""
- name: Keep the account of Connect, able to read the two views and nothing else
  uoe.exam_scheduling.oracle_account:
    server: eugex-live.exams.example
    service_name: eugex.exams.example
    login_user: SVC_EXAM_AUTOMATION
    login_password: "{{ eugex_login_password }}"
    rejected_logins: /srv/exams/live/rejected_logins
    name: Exam_Connect
    password: "{{ exam_connect_password }}"
    state: exact
    profile: EXAM_APPLICATION
    profile_limits: {PASSWORD_ROLLOVER_TIME: 1}
    require_rollover: true
    system_privileges: [CREATE SESSION]
    object_privileges:
      - {object: EUGEX.EXAM_TIMETABLING_EXAMS, privileges: [SELECT]}
      - {object: EUGEX.EXAM_TIMETABLING_STUDENTS, privileges: [SELECT]}

- name: Lock the old account once nobody has used it for two weeks
  uoe.exam_scheduling.oracle_account:
    server: eugex-live.exams.example
    service_name: eugex.exams.example
    login_user: SVC_EXAM_AUTOMATION
    login_password: "{{ eugex_login_password }}"
    name: SCIENTIA
    quiet_days: 14
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be. Passwords are never shown.
  returned: success
  type: list
  elements: dict
  contains:
    item:
      description: The account, and what of it.
      type: str
      sample: account EXAM_CONNECT object privilege SELECT on EUGEX.EXAM_TIMETABLING_EXAMS
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
      sample: granted
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
account_before:
  description:
    - The account as it was before. V(null) if there was none. C(password) says what a login with the declared one came
      to, C(accepted), C(rejected), C(locked) or C(not tried).
    - C(sessions) is V(null) if this login may not see them. Times are the server's.
  returned: success
  type: dict
  sample:
    status: OPEN
    profile: EXAM_APPLICATION
    rights: [object privilege SELECT on EUGEX.EXAM_TIMETABLING_EXAMS, system privilege CREATE SESSION]
    password: accepted
    password_expires: "2026-11-02"
    password_expires_in_days: 174
    last_login: "2026-05-12 07:30:02"
    sessions: ["42,1071 from connect-live (Connect.exe) since 2026-05-12 07:30:02"]
    quiet: null
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

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account import Account
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_declaration import ACCOUNT_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.arguments import CONNECTION_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    PREREQUISITE_ARGUMENTS,
    Problem,
    run,
)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION_ARGUMENTS, **ACCOUNT_ARGUMENTS, **PREREQUISITE_ARGUMENTS}, supports_check_mode=True
    )
    try:
        account = Account(module.params)
    except Problem as error:
        module.fail_json(msg=f"{error} Nothing was touched.")
    try:
        run(module, account)
    finally:
        account.close()


if __name__ == "__main__":
    main()
