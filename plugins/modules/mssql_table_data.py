#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the rows of tables equal to a source's, empties tables, exports and digests them."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mssql_table_data
short_description: Make tables equal to those of another server or to an artefact, empty, export or digest them
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Rows are compared by their primary keys, and only what differs is deleted, inserted or updated. All tables of a task
    are written in one transaction, in the order of their foreign keys, and proven by digests before it is committed. If
    anything fails, all of them are as they were.
  - Identity values are kept. Computed columns and rowversions are left out. The tables have to have the same columns as
    those of the source, of the same types and with the same primary key; collations may differ.
  - The digest of a table is the sum, modulo 2 to the power of 256, of the SHA-256 of each row, and of the names of its
    columns. It depends neither on the order of rows or columns, nor on the server, nor on a collation. A value is
    digested as its type writes it, so that 1.50 of a decimal(9,2) is not the same as 1.5000 of a
    decimal(9,4); tables whose types differ are refused anyway. Cases, trailing blanks and C(NULL) count.
  - Rows are streamed, so that the memory that is needed does not depend on how many there are, apart from an octet
    for each row, and a few for the key of each row that is deleted.
notes:
  - To compare, all rows are read, in check mode too; with O(artefact) those of the target alone, unless they differ.
  - A foreign key of a table to itself, or of tables to each other, is switched off inside the transaction and checked
    before its end; so is one whose rows change in a way that no order allows. This needs the permission C(ALTER) on
    the table.
  - Rows of a table with a further unique index are replaced instead of updated, since two of them may exchange their
    values.
  - A run that is cancelled (Ctrl-C) leaves all tables as they were. If it is cancelled while the transaction is
    committed, all of them are as declared. The message says which.
  - Collations may differ as long as the target's can hold what the source has. Keys that are the same to the target,
    and letters that the code page of a C(char) or C(varchar) has not, are an error, and all tables are as they were.
  - Triggers of the target fire. If they change what was copied, the task fails and nothing is changed.
  - How far an identity has counted is left to the server. It does not go back when a table is emptied.
  - The types C(sql_variant) and those of assemblies cannot be copied.
options:
  database:
    description: The database.
    type: str
    required: true
  tables:
    description: The tables, each as C(schema.table). A name that has a dot in it is put in brackets.
    type: list
    elements: str
    required: true
  state:
    description:
      - V(present) means that the tables hold the rows of O(source) or O(artefact), and no others.
      - V(empty) means that they hold none.
      - V(exported) means that O(artefact) holds the rows of the tables.
      - V(digested) changes nothing, and returns the digests.
      - Rows are only overwritten or deleted in a database that says that it is not in service yet, see
        O(service_record). New rows can be inserted into any.
    type: str
    choices: [present, empty, exported, digested]
    default: present
  source:
    description: The database that has the tables to take the rows from. With O(state=present).
    type: dict
    suboptions:
      server:
        description: As O(server).
        type: str
        required: true
      connect_address:
        description: As O(connect_address).
        type: str
      port:
        description: As O(port).
        type: int
        default: 1433
      ca_certificates:
        description: As O(ca_certificates).
        type: path
      timeout:
        description: As O(timeout).
        type: int
        default: 15
      authentication:
        description: As O(authentication).
        type: str
        choices: [sql, windows, entra_password, entra_service_principal, entra_managed_identity]
        default: sql
      login_user:
        description: As O(login_user).
        type: str
      login_password:
        description: As O(login_password).
        type: str
      driver:
        description: As O(driver).
        type: str
      database:
        description: The database.
        type: str
        required: true
  artefact:
    description:
      - A directory on the host that runs the module, with a manifest (C(manifest.json)) and a compressed file for each
        table. The manifest has the digests of the rows and of the files. One that was altered or truncated is refused
        before anything is touched.
      - With O(state=exported) it is written beside its place, and moved there when it is whole.
      - With O(state=present) it is what the rows are taken from. It may have further tables.
    type: path
  artefact_passphrase:
    description:
      - Has the files of O(artefact) encrypted (AES-256-GCM, with a key that scrypt makes of it), or decrypted. At least
        12 characters. The manifest is not encrypted; it has names, numbers of rows and digests.
      - Needs the Python library C(cryptography).
    type: str
  digest:
    description:
      - The digest that was signed off for these tables. Other rows are refused before anything is touched.
    type: str
  report_keys:
    description: How many keys of rows that are inserted, updated and deleted to return for each table and kind.
    type: int
    default: 0
  overwrite:
    description:
      - Whether rows may be overwritten or deleted, if the database's own record lets them be.
      - V(false) is for a database of which the play knows that it is in service, whatever it says of itself.
    type: bool
    default: true
    version_added: "0.1.0"
seealso:
  - module: uoe.exam_scheduling.mssql_snapshot
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
  - uoe.exam_scheduling.mssql
  - uoe.exam_scheduling.mssql.service_record
"""

EXAMPLES = r"""
- name: Keep TEST's reference data
  uoe.exam_scheduling.mssql_table_data:
    server: sql-test.exams.example
    login_user: exam_reader
    login_password: "{{ sql_reader_password }}"
    database: ES
    tables: [dbo.AcademicPeriods, dbo.Locations, dbo.LocationSizes]
    state: exported
    artefact: /srv/exams/golden_copy

- name: Deploy what was signed off to LIVE
  uoe.exam_scheduling.mssql_table_data:
    server: sql-live.exams.example
    login_user: svc-exam-automation
    login_password: "{{ sql_login_password }}"
    database: ES
    tables: [dbo.AcademicPeriods, dbo.Locations, dbo.LocationSizes]
    artefact: /srv/exams/golden_copy
    digest: 3b784de7c1f3d0bbe5480825c7082691ab286ca3b4a806a94bf94ddc8bd11833

- name: Empty the transactional tables
  uoe.exam_scheduling.mssql_table_data:
    server: sql-live.exams.example
    login_user: svc-exam-automation
    login_password: "{{ sql_login_password }}"
    database: ES
    tables: "{{ exam_scheduler_tables.transactional }}"
    state: empty
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be, parents before those that refer to them.
  returned: success
  type: list
  elements: dict
  contains:
    item:
      description: The table, or the artefact.
      type: str
      sample: table dbo.Locations
    action:
      description: C(create), C(update) or C(delete).
      type: str
      sample: update
    before:
      description: How many rows there were, and the first digits of their digest.
      type: dict
      sample: {rows: 41, digest: 8b1f0c55f3d2a7e9}
    after:
      description: What there is afterwards, how many rows were changed, and some of their keys if O(report_keys) asks
        for them.
      type: dict
      sample: {rows: 42, digest: 0c3de1a7b25f4e66, inserted: 2, updated: 1, deleted: 1}
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
  description: The database's record of being in service. V(null) if it has none.
  returned: success, with O(state=present) and O(state=empty)
  type: str
  sample: pre_live
digest:
  description: One digest of the rows of all tables as the source has them, and the tables afterwards. V(null) in check
    mode if rows of another server would fill an empty table, since these are read only once.
  returned: success, but not with O(state=empty)
  type: str
  sample: 511e6e52072cb39698003fbcb3962a8a0124814d4837efc1085abbdeee252fa9
tables:
  description:
    - Of each table, how many rows the source has, their digest, and how many rows differ. With O(state=empty) how many
      rows there were.
  returned: success
  type: dict
  sample: {dbo.Locations: {rows: 42, digest: 0c3de1a7…, inserted: 2, updated: 1, deleted: 1}}
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
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_data import TableData
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_data_declaration import (
    TABLE_DATA_ARGUMENTS,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    PREREQUISITE_ARGUMENTS,
    Problem,
    run,
)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION_ARGUMENTS, **TABLE_DATA_ARGUMENTS, **PREREQUISITE_ARGUMENTS},
        supports_check_mode=True,
    )
    try:
        data = TableData(module.params)
    except Problem as error:
        module.fail_json(msg=f"{error} Nothing was touched.")
    try:
        run(module, data)
    finally:
        data.close()


if __name__ == "__main__":
    main()
