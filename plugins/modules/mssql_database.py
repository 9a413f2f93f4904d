#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps a database of a SQL Server."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mssql_database
short_description: Keep a database of a SQL Server, its settings, files and extended properties
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Creates a database, and alters of an existing one only what differs. What is not given is left as it is.
  - What cannot be altered in place is an error that names all of it before anything is touched. That is the collation,
    which stays in every column that exists, and the type and path of a file. A file is never shrunk.
  - A new database is like the server's database C(model) in what is not given.
options:
  name:
    description: The database.
    type: str
    required: true
  state:
    description:
      - V(present) means that it is there as declared.
      - V(absent) means that it is not there. It is dropped only if its own record says that it is not in service yet,
        see O(service_record). Nothing is backed up before.
    type: str
    choices: [present, absent]
    default: present
  collation:
    description: The collation. It can only be given to a new database.
    type: str
  recovery_model:
    description: The recovery model.
    type: str
    choices: [full, bulk_logged, simple]
  compatibility_level:
    description: The compatibility level, ten times a major version that the server's does not exceed.
    type: int
  read_committed_snapshot:
    description:
      - Whether readers see the last committed rows instead of waiting for writers.
      - To change it, nobody else may be connected to the database, see O(close_connections).
    type: bool
  owner:
    description: The login that owns it.
    type: str
  files:
    description:
      - Files. Those that are not named here are left alone.
      - Of a new database, the first of type V(rows) is the primary one.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The logical name.
        type: str
        required: true
      type:
        description: What it holds.
        type: str
        choices: [rows, log]
        default: rows
      path:
        description: The file as the server sees it. It can only be given to a new file.
        type: str
        required: true
      size_mb:
        description: How many MB it has at least. A file that has grown is as declared.
        type: int
      max_size_mb:
        description: How many MB it may have, V(0) for no limit.
        type: int
      growth_mb:
        description: By how many MB it grows, V(0) to forbid it. It excludes O(files[].growth_percent).
        type: int
      growth_percent:
        description: By how many per cent it grows.
        type: int
  extended_properties:
    description:
      - Extended properties of the database itself, name by name. V(null) removes one. Others are left alone.
      - They are kept as text. Never put a secret here.
      - O(service_record) is one of them. Once it says something else than V(pre_live), it is neither removed nor set
        back without O(withdraw_from_service).
    type: dict
    default: {}
  withdraw_from_service:
    description:
      - Whether a database that is in service may be told that it is not any more, after which its data can be
        destroyed.
      - It is for the one task that backs out of going live. Never put it into an inventory.
    type: bool
    default: false
  close_connections:
    description:
      - Whether others are disconnected from the database, rolling back what they are doing, if a change needs that.
        Otherwise it is an error that names them.
    type: bool
    default: false
seealso:
  - module: uoe.exam_scheduling.mssql_info
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
  - uoe.exam_scheduling.mssql
  - uoe.exam_scheduling.mssql.service_record
"""

EXAMPLES = r"""
- name: Keep the database of the exam scheduler
  uoe.exam_scheduling.mssql_database:
    server: sql-live.exams.example
    ca_certificates: /etc/pki/exams/root.pem
    login_user: svc-exam-automation
    login_password: "{{ sql_login_password }}"
    name: ES
    collation: Latin1_General_CI_AS
    recovery_model: full
    compatibility_level: 150
    read_committed_snapshot: true
    owner: sa
    files:
      - {name: ES, path: 'D:\Data\ES.mdf', size_mb: 1024, growth_mb: 256}
      - {name: ES_log, type: log, path: 'L:\Log\ES_log.ldf', size_mb: 512, growth_mb: 256, max_size_mb: 20480}
    extended_properties:
      exam_scheduling_service: pre_live

- name: Remove the database of a rehearsal
  uoe.exam_scheduling.mssql_database:
    server: sql-test.exams.example
    authentication: windows
    name: ES_rehearsal
    state: absent
    close_connections: true
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be.
  returned: success
  type: list
  elements: dict
  contains:
    item:
      description: The database, and what of it.
      type: str
      sample: database ES recovery_model
    action:
      description: C(create), C(update) or C(delete).
      type: str
      sample: update
    before:
      description: What it was. V(null) if there was nothing.
      type: raw
      sample: SIMPLE
    after:
      description: What it is afterwards. V(null) if there is nothing.
      type: raw
      sample: FULL
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
driver:
  description: The ODBC driver, and how it was chosen.
  returned: success
  type: str
  sample: ODBC Driver 18 for SQL Server (installed)
service_record:
  description: What O(service_record) was before. V(null) if there was no such property.
  returned: success
  type: str
  sample: pre_live
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
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database import Database
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_state import DATABASE_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    PREREQUISITE_ARGUMENTS,
    Problem,
    run,
)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION_ARGUMENTS, **DATABASE_ARGUMENTS, **PREREQUISITE_ARGUMENTS},
        supports_check_mode=True,
    )
    try:
        database = Database(module.params)
    except Problem as error:
        module.fail_json(msg=f"{error} Nothing was touched.")
    try:
        run(module, database)
    finally:
        database.close()


if __name__ == "__main__":
    main()
