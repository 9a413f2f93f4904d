#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes a verified backup of a database, and restores a database from one."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mssql_backup
short_description: Make a verified copy-only backup of a database, or restore a database from one
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - A backup is of the whole database, with checksums, and copy-only, so that it does not interfere with the backups
    that the database team makes. Afterwards it is verified (C(RESTORE VERIFYONLY)), and what C(msdb) says of it is
    returned.
  - A restore takes a backup that has checksums and verifies. Each file goes to where O(move) says, to where the
    database has its file of the same logical name, or to the server's default directory.
  - After a restore, users whose logins have other SIDs on this server are given the login of their name. Users for whom
    there is none are returned.
notes:
  - To verify, the server reads the whole file, in check mode too.
  - A backup that was restored already is not restored again, whatever was written since, unless O(restore_again) says
    so. C(msdb) knows which backup a database was last restored from.
options:
  database:
    description: The database to back up, or to restore. A restored one may have another name than that in the backup.
    type: str
    required: true
  path:
    description: The file, as the server sees it. One that holds another backup is never overwritten.
    type: str
    required: true
  state:
    description:
      - V(present) means that the file holds a backup of the database that verifies. One that is there already is left
        as it is, whenever it was made.
      - V(restored) means that the database was restored from the backup. Restoring over a database that is there is
        only allowed if it says that it is not in service yet, see O(service_record).
    type: str
    choices: [present, restored]
    default: present
  move:
    description: Paths of files, as the server sees them, by their logical names in the backup.
    type: dict
    default: {}
  restore_again:
    description:
      - Whether to restore again what was restored from this backup already. Whatever was written since is lost.
    type: bool
    default: false
  close_connections:
    description:
      - Whether others are disconnected from the database, rolling back what they are doing, if it is restored over.
        Otherwise it is an error that names them.
    type: bool
    default: false
seealso:
  - module: uoe.exam_scheduling.mssql_snapshot
  - module: uoe.exam_scheduling.mssql_login
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
  - uoe.exam_scheduling.mssql
  - uoe.exam_scheduling.mssql.service_record
"""

EXAMPLES = r"""
- name: Keep what the database holds before it goes into service
  uoe.exam_scheduling.mssql_backup:
    server: sql-live.exams.example
    login_user: svc-exam-automation
    login_password: "{{ sql_login_password }}"
    database: ES
    path: E:\Backup\ES_before_service.bak

- name: Have a copy of it to look into
  uoe.exam_scheduling.mssql_backup:
    server: sql-live.exams.example
    login_user: svc-exam-automation
    login_password: "{{ sql_login_password }}"
    database: ES_copy
    path: E:\Backup\ES_before_service.bak
    state: restored
    move:
      ES: D:\Data\ES_copy.mdf
      ES_log: L:\Log\ES_copy_log.ldf
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be.
  returned: success
  type: list
  elements: dict
  contains:
    item:
      description: The backup, the database, or a user of it.
      type: str
      sample: database ES_copy
    action:
      description: C(create) or C(update).
      type: str
      sample: create
    before:
      description: What it was.
      type: raw
    after:
      description: What it is afterwards. Of a restore, the backup and where the files are.
      type: raw
      sample: {files: {ES: 'D:\Data\ES_copy.mdf'}}
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
evidence:
  description: What C(msdb) has of the last backup of this database into this file. V(null) if it has none.
  returned: success
  type: dict
  sample: {database: ES, copy_only: true, checksums: true, damaged: false, finished: "2027-02-03T10:15:09"}
orphaned_users:
  description: Users of the database for whom this server has no login of their SID or name.
  returned: success, with O(state=restored)
  type: list
  elements: str
  sample: [former_colleague]
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
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.backup import Backup
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.backup_state import BACKUP_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    PREREQUISITE_ARGUMENTS,
    Problem,
    run,
)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION_ARGUMENTS, **BACKUP_ARGUMENTS, **PREREQUISITE_ARGUMENTS},
        supports_check_mode=True,
    )
    try:
        backup = Backup(module.params)
    except Problem as error:
        module.fail_json(msg=f"{error} Nothing was touched.")
    try:
        run(module, backup)
    finally:
        backup.close()


if __name__ == "__main__":
    main()
