#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the rows of a table those of a CSV file or of a task."""

from __future__ import annotations

DOCUMENTATION = r"""
module: oracle_table_data
short_description: Make the rows of a table of an Oracle database those of a CSV file or of a task
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - The whole source is checked before anything is touched, against the types, lengths and keys of the table. What
    cannot be loaded is rejected, with its line and why. More rejects than O(max_rejects) are an error.
  - The rows are loaded in one transaction, in batches. They are all there afterwards, or what was there still is.
  - Rows that are there already are left alone. A second run changes nothing.
  - The source is read once and streamed. The memory that is needed does not depend on how many rows it has, apart from
    their keys. What is beyond 32 MiB is kept in a temporary file that has no name, and goes with the task.
  - Whatever is in a CSV file is data. A field that begins with C(=) is a text that begins with C(=).
notes:
  - Constraints that only the database knows, such as foreign keys, are found when the rows are loaded. Then nothing is
    loaded, and the rows are named.
  - Others can read the table meanwhile, but not change it.
  - Another account than the owner needs C(SELECT ANY TABLE), C(INSERT ANY TABLE), C(UPDATE ANY TABLE), C(DELETE ANY
    TABLE) and C(LOCK ANY TABLE), or C(SELECT), C(INSERT), C(UPDATE) and C(DELETE) on the table.
  - Triggers fire. If the table has another number of rows than was loaded, nothing is loaded.
options:
  table:
    description: The table, as C(SCHEMA.NAME).
    type: str
    required: true
  state:
    description:
      - V(replaced) means that the table has the rows of the source, and no others.
      - V(merged) means that it has them, and others that it had before. Rows are told apart by O(key).
    type: str
    choices: [replaced, merged]
    default: replaced
  csv:
    description: A CSV file (RFC 4180) on the host that runs the module, with the names of columns in its first line.
    type: path
  rows:
    description: The rows themselves, each a dict of columns. Either this or O(csv).
    type: list
    elements: dict
  encoding:
    description: The encoding of the file. A byte-order mark of UTF-8 is left out.
    type: str
    default: utf-8
  delimiter:
    description: What is between two fields.
    type: str
    default: ","
  null_values:
    description: Texts that mean C(NULL). An empty one always does, as in Oracle.
    type: list
    elements: str
    default: []
  date_formats:
    description: How dates and times are written, as C(strptime) takes it. By default as ISO 8601 has it,
      V(2026-05-11) or V(2026-05-11 09:30:00).
    type: list
    elements: str
    default: []
  ignored_columns:
    description: Columns of the source that are not loaded.
    type: list
    elements: str
    default: []
  key:
    description: The columns by which rows are told apart. By default those of the primary key. Two rows of the source
      with the same key are one too many.
    type: list
    elements: str
    default: []
  max_rejects:
    description: How many rows may be rejected.
    type: int
    default: 0
  rejects_file:
    description:
      - A CSV file on the host that runs the module, for all rejects with their lines. It is written in check mode
        too, and if there are too many.
    type: path
  allow_empty:
    description: Whether O(state=replaced) may leave the table empty.
    type: bool
    default: false
  lock_timeout:
    description: How many seconds to wait for rows that others have locked.
    type: int
    default: 30
seealso:
  - module: uoe.exam_scheduling.oracle_table
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
  - uoe.exam_scheduling.oracle
"""

EXAMPLES = r"""
- name: Load fresh invigilators
  uoe.exam_scheduling.oracle_table_data:
    server: eugex-live.exams.example
    service_name: eugex.exams.example
    ca_certificates: /etc/pki/exams/root.pem
    login_user: SVC_EXAM_AUTOMATION
    login_password: "{{ eugex_login_password }}"
    table: EUGEX.INVIGILATORS
    csv: /srv/exams/invigilators.csv
    encoding: cp1252
    date_formats: ["%d/%m/%Y"]
    rejects_file: /srv/exams/live/rejected_invigilators.csv

- name: Add two rooms
  uoe.exam_scheduling.oracle_table_data:
    server: eugex-live.exams.example
    service_name: eugex.exams.example
    login_user: SVC_EXAM_AUTOMATION
    login_password: "{{ eugex_login_password }}"
    table: EUGEX.ROOMS
    state: merged
    rows:
      - {CODE: R1, SEATS: 40}
      - {CODE: R2, SEATS: 12}
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be.
  returned: success
  type: list
  elements: dict
  contains:
    item:
      description: The rows of the table.
      type: str
      sample: rows of table EUGEX.INVIGILATORS
    action:
      description: C(create), C(update) or C(delete).
      type: str
      sample: update
    before:
      description: How many rows there were.
      type: dict
      sample: {rows: 211}
    after:
      description: How many rows there are afterwards; with O(state=merged) how many were inserted and updated too.
      type: dict
      sample: {rows: 214}
rows_before:
  description: How many rows there were.
  returned: success
  type: int
  sample: 211
rows_of_source:
  description: How many rows of the source can be loaded.
  returned: success
  type: int
  sample: 214
rejected:
  description: How many cannot.
  returned: success
  type: int
  sample: 0
rejects:
  description: The first 200 of them.
  returned: success
  type: list
  elements: dict
  sample: [{line: 17, reason: "START_DATE: '31/02/2026' is no date (%d/%m/%Y)"}]
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
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_data import TableData
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_data_declaration import (
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
