#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says what a SQL Server is and what it has."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mssql_info
short_description: Say what a SQL Server is, how it is set, and what databases, snapshots and space it has
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Logs in once, asks, and changes nothing. What it returns is compared with what is agreed by
    M(uoe.exam_scheduling.prove).
  - What the login may not see is V(null) and named in RV(not_visible). To see all of it, it needs the permissions
    C(VIEW SERVER STATE) and C(VIEW ANY DEFINITION).
  - Which versions of TLS the server offers, and its certificate, is what M(uoe.exam_scheduling.https_endpoint_info)
    proves with C(starttls=tds). Here the connection is encrypted and the certificate verified, or there is none.
options:
  tables_of:
    description: The databases whose tables are described in RV(tables).
    type: list
    elements: str
    default: []
seealso:
  - module: uoe.exam_scheduling.https_endpoint_info
  - module: uoe.exam_scheduling.prove
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.info
  - uoe.exam_scheduling.mssql
"""

EXAMPLES = r"""
- name: Ask the SQL Server of LIVE
  uoe.exam_scheduling.mssql_info:
    server: sql-live.exams.example
    ca_certificates: /etc/pki/exams/root.pem
    login_user: svc-exam-automation
    login_password: "{{ sql_login_password }}"
  register: sql

- name: Prove that it is as agreed
  uoe.exam_scheduling.prove:
    subject: settings of SQL Server
    expected:
      collation: Latin1_General_CI_AS
      memory: {at_least: 12288, unit: MB}
    found:
      collation: "{{ sql.instance.collation }}"
      memory: "{{ sql.memory.max_server_memory_mb }}"
"""

RETURN = r"""
driver:
  description: The ODBC driver, and how it was chosen.
  returned: success
  type: str
  sample: ODBC Driver 18 for SQL Server (installed)
instance:
  description: What the server is. Directories are where files of new databases go.
  returned: success
  type: dict
  sample:
    name: SQL-LIVE
    version: 16.0.4135.4
    level: RTM
    update_level: CU15
    edition: Standard Edition (64-bit)
    collation: Latin1_General_CI_AS
    data_directory: 'D:\Data\'
    log_directory: 'L:\Log\'
    windows_authentication_only: false
connection:
  description: The connection that was made, as the server sees it.
  returned: success
  type: dict
  sample:
    login: svc-exam-automation
    sysadmin: false
    encrypted: true
    authentication_scheme: SQL
    transport: TCP
memory:
  description: Memory in MB, of the machine, what the server aims at, and its limits.
  returned: success
  type: dict
  sample: {physical_mb: 16384, target_mb: 12288, max_server_memory_mb: 12288, min_server_memory_mb: 0}
settings:
  description: The settings (C(sys.configurations)) that are in use.
  returned: success
  type: dict
  sample: {backup compression default: 1, max degree of parallelism: 4}
pending_settings:
  description: Those that were set, and come into use when the server is restarted or C(RECONFIGURE) is run.
  returned: success
  type: dict
  sample: {}
databases:
  description: The databases that the login may see, in the order of their names.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      type: str
      returned: always
    owner:
      description: The login that owns it. V(null) if that login is gone.
      type: str
      returned: always
    created:
      description: When it was created, in the server's time.
      type: str
      returned: always
    state:
      description: V(ONLINE), or why it cannot be used.
      type: str
      returned: always
    user_access:
      description: V(MULTI_USER), V(SINGLE_USER) or V(RESTRICTED_USER).
      type: str
      returned: always
    read_only:
      description: Whether it is read-only.
      type: bool
      returned: always
    collation:
      description: The collation of new columns. V(null) while it is not online.
      type: str
      returned: always
    recovery_model:
      description: V(FULL), V(BULK_LOGGED) or V(SIMPLE).
      type: str
      returned: always
    compatibility_level:
      description: The compatibility level, such as V(160).
      type: int
      returned: always
    read_committed_snapshot:
      description: Whether readers see the last committed rows instead of waiting for writers.
      type: bool
      returned: always
    files:
      description:
        - The files, each with C(name), C(type) (V(rows) or V(log)), C(path), C(size_mb), C(max_size_mb) (V(null) for
          no limit), and C(growth_mb) or C(growth_percent).
      type: list
      elements: dict
      returned: always
    extended_properties:
      description: The extended properties of the database itself. V(null) if the login may not use the database.
      type: dict
      returned: always
snapshots:
  description: The database snapshots.
  returned: success
  type: list
  elements: dict
  sample: [{name: ES_before_clear_down, source: ES, created: "2027-02-03T10:15:09"}]
tables:
  description:
    - Of each database of O(tables_of), its tables, and of each table its columns by name, each with its type,
      C(null) if it takes them, C(identity) or C(computed), and its place in the primary key.
    - V(null) if there is no such database for this login.
  returned: success
  type: dict
  sample: {ES: {dbo.Tags: ["Name nvarchar(60)", "TagId int identity, key 1"]}}
volumes:
  description: The volumes that have files of databases.
  returned: success
  type: list
  elements: dict
  sample: [{mount_point: 'D:\', total_mb: 204800, free_mb: 122880}]
not_visible:
  description: Which of these the login may not see.
  returned: success
  type: list
  elements: str
  sample: [memory, volumes]
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

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.arguments import (
    CONNECTION_ARGUMENTS,
    server_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.instance import survey
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, silence


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION_ARGUMENTS, "tables_of": {"type": "list", "elements": "str", "default": []}},
        supports_check_mode=True,
    )
    try:
        session = Session(server_from(module.params), driver=module.params["driver"])
    except Problem as error:
        module.fail_json(msg=str(error), **silence(error))
    try:
        facts = survey(session, module.params["tables_of"])
    except Problem as error:
        module.fail_json(msg=str(error), **silence(error))
    finally:
        session.close()
    module.exit_json(changed=False, **facts)


if __name__ == "__main__":
    main()
