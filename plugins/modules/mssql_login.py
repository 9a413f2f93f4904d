#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps a login of a SQL Server, its users and its rights."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mssql_login
short_description: Keep a login of a SQL Server, with its users, roles and permissions in several databases
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Keeps one login, its user in each of the declared databases, and the roles and permissions of both.
  - A password is compared by the server (C(PWDCOMPARE)) and set only if it is another one. That changes the login in
    place. Its SID, its users, its rights and its open connections stay.
  - What concerns a database is one transaction, in which rights are given before others are taken away.
  - A user that lost its login, as after a restore on another server, is given this one, and keeps its rights.
  - A disabled or locked login is warned about, if the task does not change that.
notes:
  - From the moment at which a password changes, new connections need the new one. Where a service cannot take it at
    that very moment, declare a second login with the same rights, give it to the service, and disable the first with
    O(enabled=false) when nothing uses it any more.
options:
  name:
    description: The login. A name of Windows is V(DOMAIN\\name).
    type: str
    required: true
  state:
    description:
      - V(present) means that login, users, roles and permissions are there. Others that it has stay.
      - V(exact) means that on the server, and in the declared databases, it has no other roles and permissions.
        Permissions on columns, and on what is neither database, schema nor object, are left alone.
      - V(absent) means that the login is not there, nor its users, in whatever database. It is refused while the login
        owns a database or is logged in.
    type: str
    choices: [present, exact, absent]
    default: present
  type:
    description: Whose password it is, SQL Server's or Windows'. It can only be given to a new login.
    type: str
    choices: [sql, windows]
    default: sql
  password:
    description: The password of O(type=sql). A new login needs one.
    type: str
  sid:
    description:
      - The SID of O(type=sql), V(0x) and 32 hexadecimal digits, so that users of databases from another server fit. It
        can only be given to a new login.
    type: str
  enabled:
    description: Whether it can log in.
    type: bool
  unlock:
    description: Whether it is unlocked if it is locked. It needs O(password).
    type: bool
    default: false
  default_database:
    description: The database in which it begins.
    type: str
  check_policy:
    description: Whether its password has to be what Windows' policy wants.
    type: bool
  check_expiration:
    description: Whether its password expires. It needs O(check_policy).
    type: bool
  server_roles:
    description: Roles of the server.
    type: list
    elements: str
    default: []
  server_permissions:
    description: Permissions on the server, such as V(VIEW SERVER STATE).
    type: list
    elements: str
    default: []
  databases:
    description: Its users. Databases that are not named here are left alone, unless O(state=absent).
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The database.
        type: str
        required: true
      state:
        description: Whether it has a user there.
        type: str
        choices: [present, absent]
        default: present
      user:
        description: The user's name. By default it is the login's. A user of another name is renamed.
        type: str
      default_schema:
        description: The schema in which the user's unqualified names are looked for.
        type: str
      create_schema:
        description: Whether O(databases[].default_schema) is created if it is missing. It belongs to C(dbo).
        type: bool
        default: false
      roles:
        description: Roles of the database.
        type: list
        elements: str
        default: []
      permissions:
        description: Permissions in the database.
        type: list
        elements: dict
        default: []
        suboptions:
          permissions:
            description: The permissions, such as V(SELECT).
            type: list
            elements: str
            required: true
          schema:
            description: The schema that they are on. By default they are on the whole database.
            type: str
          object:
            description: The object of that schema that they are on, such as a table. By default it is the whole schema.
            type: str
          state:
            description: Whether they are granted or denied.
            type: str
            choices: [grant, deny]
            default: grant
seealso:
  - module: uoe.exam_scheduling.mssql_database
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
  - uoe.exam_scheduling.mssql
"""

EXAMPLES = r"""
- name: Keep the account of the exam scheduler, with just these rights
  uoe.exam_scheduling.mssql_login:
    server: sql-live.exams.example
    ca_certificates: /etc/pki/exams/root.pem
    login_user: svc-exam-automation
    login_password: "{{ sql_login_password }}"
    name: exam_scheduler
    password: "{{ exam_scheduler_password }}"
    state: exact
    default_database: ES
    databases:
      - name: ES
        roles: [db_datareader]
        permissions:
          - {permissions: [INSERT, UPDATE, DELETE, EXECUTE], schema: dbo}
          - {permissions: [UPDATE], schema: dbo, object: Licence, state: deny}

- name: Let a group of Windows read
  uoe.exam_scheduling.mssql_login:
    server: sql-test.exams.example
    authentication: windows
    name: 'EXAMS\timetabling'
    type: windows
    databases:
      - {name: ES, user: timetabling, roles: [db_datareader]}
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be. Passwords are never shown.
  returned: success
  type: list
  elements: dict
  contains:
    item:
      description: The login or the user, and what of it.
      type: str
      sample: database ES user exam_scheduler role db_datareader
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
      sample: member
applied:
  description: The items that are in force, if the task broke off. Those of a database are as a whole or not at all.
  returned: failure after the first change was sent
  type: list
  elements: str
pending:
  description: The items that are not in force, if the task broke off.
  returned: failure after the first change was sent
  type: list
  elements: str
driver:
  description: The ODBC driver, and how it was chosen.
  returned: success
  type: str
  sample: ODBC Driver 18 for SQL Server (installed)
login_before:
  description: The login as it was before, with the sessions of who is logged in as it. V(null) if there was none.
  returned: success
  type: dict
  sample:
    sid: "0x5fd2f1d7d2a6d3428ff0a6b2cf8ac0f1"
    disabled: false
    locked: false
    must_change_password: false
    sessions: ["session 57 on web1-live (gunicorn)"]
no_answer:
  description: V(true) if the server did not answer, so that nothing is known of it.
  returned: failure, if it is so
  type: bool
certificate_not_verified:
  description: V(true) if the server's certificate does not verify, which may be because it is still to be bound.
  returned: if it is so
  type: bool
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.arguments import CONNECTION_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.login import Login
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.login_declaration import LOGIN_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    PREREQUISITE_ARGUMENTS,
    Problem,
    run,
)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION_ARGUMENTS, **LOGIN_ARGUMENTS, **PREREQUISITE_ARGUMENTS}, supports_check_mode=True
    )
    try:
        login = Login(module.params)
    except Problem as error:
        module.fail_json(msg=f"{error} Nothing was touched.")
    try:
        run(module, login)
    finally:
        login.close()


if __name__ == "__main__":
    main()
