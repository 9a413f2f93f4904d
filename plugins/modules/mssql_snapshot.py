#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes and removes a snapshot of a database, and reverts the database to it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mssql_snapshot
short_description: Make or remove a snapshot of a database, or revert the database to it, with proof
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - A snapshot holds what a database held when it was made, in a sparse file for each data file. A database can be
    reverted to its snapshot within minutes, whatever its size.
  - Before and after a revert, the contents of the database and of the snapshot are compared by digests of all rows, of
    columns, keys, constraints, programs, principals, rights and extended properties. If they are equal already, nothing
    is done. If they are not equal afterwards, the task fails.
  - The digest of a table is the sum, modulo 2 to the power of 256, of the SHA-256 of each row. It does not depend on
    the order of the rows. Computed columns and rowversions are left out.
notes:
  - To compare, all rows of the database and of the snapshot are read, in check mode too.
  - While it is reverted, a database lets in only administrators and its owners (C(RESTRICTED_USER)), afterwards
    everybody who may use it (C(MULTI_USER)). If the run is broken off in between, the next one sets that right.
  - The other settings of a database, its owner for example, are what they were too.
options:
  name:
    description: The snapshot.
    type: str
    required: true
  database:
    description: The database that it is of.
    type: str
    required: true
  state:
    description:
      - V(present) means that there is a snapshot of this name. One that is there already is left as it is, whenever it
        was made.
      - V(absent) means that there is none.
      - V(reverted) means that the database holds what the snapshot holds. It has to be its only one, and it stays.
        Whatever was written since is lost, which is only allowed to a database that says that it is not in service
        yet, see O(service_record).
    type: str
    choices: [present, absent, reverted]
    default: present
  directory:
    description: Where the sparse files go, as the server sees it. By default each is beside its data file.
    type: str
  close_connections:
    description:
      - Whether others are disconnected from the database and the snapshot, rolling back what they are doing, if a
        change needs that. Otherwise it is an error that names them.
    type: bool
    default: false
seealso:
  - module: uoe.exam_scheduling.mssql_database
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
  - uoe.exam_scheduling.mssql
  - uoe.exam_scheduling.mssql.service_record
"""

EXAMPLES = r"""
- name: Keep what the database holds before the data are loaded
  uoe.exam_scheduling.mssql_snapshot:
    server: sql-live.exams.example
    ca_certificates: /etc/pki/exams/root.pem
    login_user: svc-exam-automation
    login_password: "{{ sql_login_password }}"
    database: ES
    name: ES_before_loading

- name: Take the database back to it
  uoe.exam_scheduling.mssql_snapshot:
    server: sql-live.exams.example
    ca_certificates: /etc/pki/exams/root.pem
    login_user: svc-exam-automation
    login_password: "{{ sql_login_password }}"
    database: ES
    name: ES_before_loading
    state: reverted
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
      description: The snapshot, or the database that is reverted.
      type: str
      sample: database ES
    action:
      description: C(create), C(update) or C(delete).
      type: str
      sample: update
    before:
      description: What it was. Of a revert, each table, and kind of structure, that differs.
      type: raw
      sample: {dbo.Exams: {rows: 1207, digest: 8b1f0c55f3d2a7e9}}
    after:
      description: What it is afterwards.
      type: raw
      sample: {dbo.Exams: {rows: 0, digest: "0000000000000000"}}
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
created:
  description: When the snapshot that was found was made, in the server's time. V(null) if there was none.
  returned: success
  type: str
  sample: "2027-02-03T10:15:09"
digest:
  description: One digest of all that the snapshot holds, and the database afterwards.
  returned: success, with O(state=reverted)
  type: str
  sample: 511e6e52072cb39698003fbcb3962a8a0124814d4837efc1085abbdeee252fa9
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
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.snapshot import Snapshot
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.snapshot_planner import SNAPSHOT_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    PREREQUISITE_ARGUMENTS,
    Problem,
    run,
)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION_ARGUMENTS, **SNAPSHOT_ARGUMENTS, **PREREQUISITE_ARGUMENTS},
        supports_check_mode=True,
    )
    try:
        snapshot = Snapshot(module.params)
    except Problem as error:
        module.fail_json(msg=f"{error} Nothing was touched.")
    try:
        run(module, snapshot)
    finally:
        snapshot.close()


if __name__ == "__main__":
    main()
