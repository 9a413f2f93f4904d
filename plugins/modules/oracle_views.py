#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps a set of views of an Oracle database as their sources declare it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: oracle_views
short_description: Keep a set of views of an Oracle database as their source files declare it
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Deploys all views of a set together, each after those that it uses, with comments and rights. The set is in force as
    a whole or not at all. If anything fails, what was replaced is put back, and the message says what stands.
  - A view is replaced if the text that the database has of it differs from its source, spaces, comments and cases that
    mean nothing apart, or if it is invalid. Hints and texts in quotes count.
  - Afterwards all views of the set are valid, and what uses them and was valid before, or nothing has changed.
  - Each deployment is recorded in a table, from which the one before can be brought back. What is there is recorded
    before it is replaced, and that a deployment is begun. Of one that was killed it is therefore known what was there
    before. The next run warns of it, and never records what it left as what was there.
  - Before anything is touched, the database reads the queries without any row. A table or a column that is missing is
    found then, in check mode too.
  - It takes one connection and a few round trips, however many views there are.
  - A source is a file in UTF-8 with one C(CREATE OR REPLACE VIEW name (column, column) AS query), which SQL*Plus can
    run too. The list of columns has to be there, and C(*) in the place of columns must not be.
  - Lines of a source that begin with C(-- @) are its header, each an entry. C(-- @comment TEXT) is the comment on the
    view, C(-- @column NAME TEXT) that on a column. C(-- @grant SELECT to NAME) gives an account a right, C(-- @grant
    SELECT to role NAME) a role, C(with grant option) at its end with the option. C(-- @depends VIEW) names a view of
    the set that has to be made before, where the query does not show it.
  - Comments are as declared; those that are not declared are removed.
notes:
  - The owner of the views needs its rights on what they read directly. Those that come through a role do not count in a
    view.
  - In Oracle each statement that defines something commits. That is why views are put back, not rolled back. For a
    moment others may see some new and some old views.
  - Where somebody compiles or uses a view at the very moment, Oracle waits by its own rules, up to fifteen minutes, and
    fails with ORA-04021. O(ddl_lock_timeout) is for locks of rows and tables (ORA-00054).
  - Deploy a set from one place at a time. Oracle has no lock that outlives the commits of the definitions. A run that
    finds, before its first change, that another one was begun or has ended since it began to read, stops and says by
    whom and when. A run that begins to read while another one makes its changes warns of it, and the two are not kept
    apart. If one of them fails and puts back what was there, a third run sees that and mends it.
  - Another account than the owner needs C(CREATE ANY VIEW), C(DROP ANY VIEW), C(ALTER ANY TABLE) to compile them,
    C(COMMENT ANY TABLE), C(GRANT ANY OBJECT PRIVILEGE), C(SELECT ANY TABLE), and must see C(DBA_TAB_PRIVS); for the
    history also C(CREATE ANY TABLE), C(CREATE ANY INDEX), C(INSERT ANY TABLE), C(UPDATE ANY TABLE) and C(DELETE ANY
    TABLE), and the owner a quota.
options:
  schema:
    description: Whose views they are.
    type: str
    required: true
  state:
    description:
      - V(present) means that the views are as O(sources) declare them.
      - V(absent) means that they are not there. It is refused while something else uses them.
      - V(reverted) means that the set is what it was before its last deployment. Views that were not there then are
        dropped, and rights that the deployment gave are taken away. A second time changes nothing, however the last
        deployment was taken back.
    type: str
    choices: [present, absent, reverted]
    default: present
  sources:
    description: The source files. A directory stands for all C(*.sql) in it. Not with O(state=reverted).
    type: list
    elements: path
    default: []
  digest:
    description: The digest that O(sources) must have, such as the one that was signed off. It is refused if they have
      another. See RV(digest).
    type: str
  set_name:
    description: The name of the set in the history. Sets of one schema must not share views.
    type: str
    default: views
  history_table:
    description: The table of the history, in O(schema). It is created if it is missing.
    type: str
    default: EXAM_VIEW_HISTORY
  revoke_extra:
    description: Whether rights on the views that the sources do not declare are taken away. By default a warning names
      them.
    type: bool
    default: false
  change_id:
    description: The change under which it is deployed, for the history.
    type: str
  deployer:
    description: Who deploys, for the history. By default it is O(login_user).
    type: str
  deployment:
    description: With O(state=reverted), the deployment of RV(history) to go back to. It is the last one if somebody has
      changed what that left. V(0) is what was there before the first one.
    type: int
  whole_release:
    description:
      - With O(state=reverted), go back to before the first of all deployments that stand, whichever changes
        (O(change_id)) they belong to.
      - One that was taken back does not stand. Once the views are what they were before all of them, none stands, and
        what is found by the next deployment is what that one would be taken back to.
    type: bool
    default: false
  ddl_lock_timeout:
    description: How many seconds a statement waits for what others have locked.
    type: int
    default: 30
seealso:
  - module: uoe.exam_scheduling.oracle_account
  - module: uoe.exam_scheduling.hand_over
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
  - uoe.exam_scheduling.oracle
"""

EXAMPLES = r"""
- name: Deploy the exam timetabling views
  uoe.exam_scheduling.oracle_views:
    server: eugex-live.exams.example
    service_name: eugex.exams.example
    ca_certificates: /etc/pki/exams/root.pem
    login_user: SVC_EXAM_AUTOMATION
    login_password: "{{ eugex_login_password }}"
    schema: EUGEX
    sources:
      - /srv/exams/views
    set_name: exam timetabling
    change_id: SAS005-159

- name: Go back to the views before
  uoe.exam_scheduling.oracle_views:
    server: eugex-live.exams.example
    service_name: eugex.exams.example
    login_user: SVC_EXAM_AUTOMATION
    login_password: "{{ eugex_login_password }}"
    schema: EUGEX
    set_name: exam timetabling
    state: reverted

- name: Write the script that a database administrator runs
  uoe.exam_scheduling.oracle_views:
    server: eugex-live.exams.example
    service_name: eugex.exams.example
    login_user: EXAM_READER
    login_password: "{{ eugex_reader_password }}"
    schema: EUGEX
    sources:
      - /srv/exams/views
    set_name: exam timetabling
  check_mode: true
  register: views
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be, in the order of application.
  returned: success
  type: list
  elements: dict
  contains:
    item:
      description: The view, or the history.
      type: str
      sample: view EUGEX.EXAM_TIMETABLING_EXAMS
    action:
      description: C(create), C(update) or C(delete).
      type: str
      sample: update
    before:
      description: Definition, comments and rights as they were. V(null) if there was no view.
      type: raw
    after:
      description: Definition, comments and rights afterwards. V(null) if there is no view.
      type: raw
applied:
  description: The items that stand although the task broke off, because they could not be put back.
  returned: failure after the first change was sent
  type: list
  elements: str
pending:
  description: The items that are not in force, if the task broke off.
  returned: failure after the first change was sent
  type: list
  elements: str
digest:
  description: The SHA-256 of what O(sources) declare. Spaces, comments of SQL, and the order of files make no
    difference to it. V(null) without sources.
  returned: success
  type: str
views:
  description: The views of the set as they were before.
  returned: success
  type: dict
  sample: {EXAM_TIMETABLING_EXAMS: {valid: true, checksum: 511e6e52…, grants: [SELECT to EXAM_CONNECT]}}
sources:
  description:
    - Files that would declare the views of the set as they were before. V(null) for one that no file can declare, such
      as one with a comment of two lines.
  returned: success
  type: dict
  sample: {EXAM_TIMETABLING_EXAMS: "CREATE OR REPLACE VIEW EXAM_TIMETABLING_EXAMS (…"}
history:
  description:
    - What is recorded of the set, oldest first, without what this task adds. Times are UTC.
    - Its action is C(deployed), C(removed) or C(reverted). It is C(deploying), C(removing) or C(reverting)
      for one that broke off or is still at work. It is C(found) for what was there and nothing had recorded.
  returned: success
  type: list
  elements: dict
  sample:
    - deployment: 1
      action: deployed
      deployer: EUGEX
      change_id: SAS005-159
      at: "2026-05-06 18:04:11"
      checksums: {EXAM_TIMETABLING_EXAMS: 511e6e52…}
script:
  description: A script for SQL*Plus that makes the same changes. V(null) if there are none.
  returned: success
  type: str
back_out_script:
  description: The script that takes them back. V(null) if there are none.
  returned: success
  type: str
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

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.arguments import CONNECTION_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_declaration import VIEWS_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.views import ViewSet
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    PREREQUISITE_ARGUMENTS,
    Problem,
    run,
)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION_ARGUMENTS, **VIEWS_ARGUMENTS, **PREREQUISITE_ARGUMENTS}, supports_check_mode=True
    )
    try:
        views = ViewSet(module.params)
    except Problem as error:
        module.fail_json(msg=f"{error} Nothing was touched.")
    try:
        run(module, views)
    finally:
        views.close()


if __name__ == "__main__":
    main()
