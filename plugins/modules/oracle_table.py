#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps a table of an Oracle database."""

from __future__ import annotations

DOCUMENTATION = r"""
module: oracle_table
short_description: Keep a table of an Oracle database, with its columns, constraints and comments
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Keeps one table. Columns and constraints that are missing are added, and columns are widened.
  - What could lose something, or shut something out, is refused before anything is touched, unless it is asked for. All
    of it is named.
  - Columns and constraints that nobody declares are warned about and left alone. A constraint that demands the same
    under another name is one that is there.
  - The order of columns is not compared.
notes:
  - In Oracle each statement that defines something commits. If one fails, those before it stand, and running again
    carries on.
  - Another account than the owner needs C(CREATE ANY TABLE), C(ALTER ANY TABLE), C(COMMENT ANY TABLE), C(SELECT ANY
    TABLE), C(CREATE ANY INDEX) for primary keys and unique constraints, C(DROP ANY TABLE) with O(state=absent), and the
    owner a quota.
options:
  table:
    description: The table, as C(SCHEMA.NAME).
    type: str
    required: true
  state:
    description: Whether it is there. A table that has rows is only dropped with O(drop_rows=true).
    type: str
    choices: [present, absent]
    default: present
  comment:
    description: The comment on the table. An empty one removes it.
    type: str
  columns:
    description: Its columns.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The column.
        type: str
        required: true
      type:
        description: Its type, such as V(VARCHAR2(20 CHAR\)), V(NUMBER(10,2\)), V(INTEGER), V(DATE), V(TIMESTAMP(6\)) or
          V(CLOB). Lengths without a unit are octets.
        type: str
        required: true
      nullable:
        description: Whether it can be without a value.
        type: bool
        default: true
      default:
        description: An expression of SQL, such as V(SYSDATE) or V('N').
        type: str
      comment:
        description: The comment on the column. An empty one removes it.
        type: str
  constraints:
    description: Its constraints.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The constraint.
        type: str
        required: true
      type:
        description: What it is.
        type: str
        choices: [primary_key, unique, check, foreign_key]
        required: true
      columns:
        description: Its columns. Not of a check.
        type: list
        elements: str
        default: []
      condition:
        description: The condition of a check.
        type: str
      references:
        description: The table that a foreign key refers to, as C(SCHEMA.NAME), or C(NAME) in the same schema.
        type: str
      referenced_columns:
        description: The columns there.
        type: list
        elements: str
        default: []
      on_delete:
        description: What becomes of rows whose parent is deleted.
        type: str
        choices: [no_action, cascade, set_null]
        default: no_action
  allow_narrowing:
    description: Whether columns may become shorter, less precise, or not nullable. Oracle refuses it where values do
      not fit.
    type: bool
    default: false
  drop_columns:
    description: Whether columns that are not declared are dropped, with their values.
    type: bool
    default: false
  drop_constraints:
    description: Whether constraints that are not declared, or are others than declared, are dropped.
    type: bool
    default: false
  drop_rows:
    description: Whether O(state=absent) drops a table that has rows.
    type: bool
    default: false
  ddl_lock_timeout:
    description: How many seconds a statement waits for what others have locked.
    type: int
    default: 30
seealso:
  - module: uoe.exam_scheduling.oracle_table_data
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
  - uoe.exam_scheduling.oracle
"""

EXAMPLES = r"""
- name: Keep the table of invigilators
  uoe.exam_scheduling.oracle_table:
    server: eugex-live.exams.example
    service_name: eugex.exams.example
    ca_certificates: /etc/pki/exams/root.pem
    login_user: SVC_EXAM_AUTOMATION
    login_password: "{{ eugex_login_password }}"
    table: EUGEX.INVIGILATORS
    comment: People who invigilate exams
    columns:
      - {name: STAFF_ID, type: VARCHAR2(10 CHAR), nullable: false, comment: Number of the member of staff}
      - {name: SURNAME, type: VARCHAR2(80 CHAR), nullable: false}
      - {name: AVAILABLE_FROM, type: DATE, nullable: false, default: SYSDATE}
    constraints:
      - {name: INVIGILATORS_PK, type: primary_key, columns: [STAFF_ID]}
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be, in the order of application.
  returned: success
  type: list
  elements: dict
  contains:
    item:
      description: The table, and what of it.
      type: str
      sample: table EUGEX.INVIGILATORS column NAME
    action:
      description: C(create), C(update) or C(delete).
      type: str
      sample: update
    before:
      description: What it was. V(null) if there was nothing.
      type: raw
      sample: '"NAME" VARCHAR2(60 CHAR) NOT NULL'
    after:
      description: What it is afterwards. V(null) if there is nothing.
      type: raw
      sample: '"NAME" VARCHAR2(100 CHAR) NOT NULL'
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
table_before:
  description: The table as it was before. V(null) if there was none.
  returned: success
  type: dict
  sample: {columns: {STAFF_ID: VARCHAR2(10 CHAR)}, constraints: [INVIGILATORS_PK], rows: 211}
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
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table import Table
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_declaration import TABLE_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    PREREQUISITE_ARGUMENTS,
    Problem,
    run,
)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION_ARGUMENTS, **TABLE_ARGUMENTS, **PREREQUISITE_ARGUMENTS}, supports_check_mode=True
    )
    try:
        table = Table(module.params)
    except Problem as error:
        module.fail_json(msg=f"{error} Nothing was touched.")
    try:
        run(module, table)
    finally:
        table.close()


if __name__ == "__main__":
    main()
