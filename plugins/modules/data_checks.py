#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs named checks of what is in a database."""

from __future__ import annotations

DOCUMENTATION = r"""
module: data_checks
short_description: Run named checks of what is in a database, queries whose rows are what is wrong
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Each check is a query; each of its rows is something that is wrong. All of them are run and reported, whatever
    becomes of others. One that cannot be run is an error under its own name, whatever its severity, since nothing is
    known then.
  - Errors fail the task, unless O(on_difference=report) says otherwise. Warnings never do; whoever signs the data off
    has to name them, RV(to_sign_off).
  - It changes nothing. A check has to be one statement that reads, anything else is refused before any is sent. Each is
    executed in a transaction that is rolled back, on Oracle in one that only reads.
  - The values of what it returns are masked. See O(checks[].shown_columns) and O(show_values).
notes:
  - Log in as somebody who may only read. Functions of the database that a query calls are not looked at.
  - Words that begin other statements of Transact-SQL cannot be names in a check without brackets, as in any statement.
  - What the server says of a check that cannot be run is shown without what it quotes of rows.
  - The rows of a check are counted, and not held in memory.
options:
  mssql:
    description: The database on SQL Server. Either this or O(oracle).
    type: dict
    suboptions:
      server:
        description: As O(uoe.exam_scheduling.mssql_info#module:server).
        type: str
        required: true
      connect_address:
        description: As O(uoe.exam_scheduling.mssql_info#module:connect_address).
        type: str
      port:
        description: As O(uoe.exam_scheduling.mssql_info#module:port).
        type: int
        default: 1433
      ca_certificates:
        description: As O(uoe.exam_scheduling.mssql_info#module:ca_certificates).
        type: path
      timeout:
        description: As O(uoe.exam_scheduling.mssql_info#module:timeout).
        type: int
        default: 15
      authentication:
        description: As O(uoe.exam_scheduling.mssql_info#module:authentication).
        type: str
        choices: [sql, windows, entra_password, entra_service_principal, entra_managed_identity]
        default: sql
      login_user:
        description: As O(uoe.exam_scheduling.mssql_info#module:login_user).
        type: str
      login_password:
        description: As O(uoe.exam_scheduling.mssql_info#module:login_password).
        type: str
      driver:
        description: As O(uoe.exam_scheduling.mssql_info#module:driver).
        type: str
      database:
        description: The database.
        type: str
        required: true
  oracle:
    description: The Oracle database.
    type: dict
    suboptions:
      server:
        description: As O(uoe.exam_scheduling.oracle_access_info#module:server).
        type: str
      port:
        description: As O(uoe.exam_scheduling.oracle_access_info#module:port).
        type: int
        default: 2484
      service_name:
        description: As O(uoe.exam_scheduling.oracle_access_info#module:service_name).
        type: str
      descriptor:
        description: As O(uoe.exam_scheduling.oracle_access_info#module:descriptor).
        type: str
      connect_address:
        description: As O(uoe.exam_scheduling.oracle_access_info#module:connect_address).
        type: str
      ca_certificates:
        description: As O(uoe.exam_scheduling.oracle_access_info#module:ca_certificates).
        type: path
      certificate_dn:
        description: As O(uoe.exam_scheduling.oracle_access_info#module:certificate_dn).
        type: str
      wallet_directory:
        description: As O(uoe.exam_scheduling.oracle_access_info#module:wallet_directory).
        type: path
      wallet_password:
        description: As O(uoe.exam_scheduling.oracle_access_info#module:wallet_password).
        type: str
      thick_mode:
        description: As O(uoe.exam_scheduling.oracle_access_info#module:thick_mode).
        type: bool
        default: false
      client_directory:
        description: As O(uoe.exam_scheduling.oracle_access_info#module:client_directory).
        type: path
      timeout:
        description: As O(uoe.exam_scheduling.oracle_access_info#module:timeout).
        type: int
        default: 15
      login_user:
        description: As O(uoe.exam_scheduling.oracle_access_info#module:login_user).
        type: str
      login_password:
        description: As O(uoe.exam_scheduling.oracle_access_info#module:login_password).
        type: str
      rejected_logins:
        description: As O(uoe.exam_scheduling.oracle_access_info#module:rejected_logins).
        type: path
  checks:
    description: The checks. Several lists, such as that of this collection and a team's own, are joined with C(+).
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: What it is called in reports and in a sign-off. Small letters, digits and C(_).
        type: str
        required: true
      severity:
        description: V(error) stops. V(warning) has to be named by whoever signs the data off.
        type: str
        choices: [error, warning]
        required: true
      explanation:
        description: What it means that it finds rows, for whoever has never seen the query.
        type: str
        required: true
      remedy:
        description: What to do about it.
        type: str
        default: ""
      sql:
        description: C(SELECT …) or C(WITH … SELECT …). Its columns are what is shown of a row, masked.
        type: str
        required: true
      shown_columns:
        description: Columns whose values are shown as they are, since they are nobody's, such as codes of courses.
        type: list
        elements: str
        default: []
  samples:
    description: How many rows of each check to return.
    type: int
    default: 10
  show_values:
    description:
      - Whether all values may be shown as they are. What a task returns is in logs and reports.
    type: bool
    default: false
requirements:
  - For SQL Server those of M(uoe.exam_scheduling.mssql_info), for Oracle those of
    M(uoe.exam_scheduling.oracle_access_info)
seealso:
  - module: uoe.exam_scheduling.data_reconciliation
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.proof
"""

EXAMPLES = r"""
- name: Check what was loaded into Exam Scheduler
  uoe.exam_scheduling.data_checks:
    mssql:
      server: sql-live.exams.example
      login_user: exam_reader
      login_password: "{{ sql_reader_password }}"
      database: ES
    checks: "{{ exam_scheduler_checks + our_checks }}"
  vars:
    our_checks:
      - name: exams_on_sundays
        severity: warning
        explanation: An exam is fixed for a Sunday, when the buildings are shut unless somebody asks for them.
        remedy: Ask Estates to open the building, or move the exam.
        sql: |
          SELECT CourseCode, FixedStart FROM dbo.Exams WHERE DATEDIFF(DAY, '2027-01-03', FixedStart) % 7 = 0
        shown_columns: [CourseCode, FixedStart]
  register: checked

- name: Have each warning named in the sign-off
  ansible.builtin.assert:
    that: checked.to_sign_off is subset(signed_off_warnings)
    fail_msg: "Not signed off: {{ checked.to_sign_off | difference(signed_off_warnings) | join(', ') }}."
"""

RETURN = r"""
msg:
  description: What came of it in one line, in a failure with a table.
  returned: always
  type: str
  sample: "14 checks: differences 1, not proven 0"
state:
  description: C(proven) if no error was found and all checks were run, else C(different).
  returned: when the database was reached
  type: str
  sample: different
proven:
  description: Whether no error was found and all checks were run.
  returned: when the database was reached
  type: bool
count:
  description: How many checks were run.
  returned: when the database was reached
  type: int
  sample: 14
differences:
  description: Errors, and checks that could not be run, with C(where), C(what), C(expected), C(found), C(remedy).
  returned: when the database was reached
  type: list
  elements: dict
not_proven:
  description: Nothing; a database that cannot be reached fails the task.
  returned: when the database was reached
  type: list
  elements: dict
table:
  description: The errors as a table.
  returned: when the database was reached
  type: str
to_sign_off:
  description: The names of the warnings that found something.
  returned: when the database was reached
  type: list
  elements: str
  sample: [students_without_exams]
checks:
  description:
    - Each check with C(name), C(severity), C(explanation), C(state), how many C(rows) it found, C(samples) of them,
      masked, and the server's C(error) if it could not be run.
    - C(state) is C(passed), C(found) or C(failed).
  returned: when the database was reached
  type: list
  elements: dict
  sample:
    - name: students_without_exams
      severity: warning
      explanation: A student is to sit no exam.
      state: found
      rows: 1
      samples: [{UUN: s…67}]
      error: null
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.arguments import DATABASES
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.checks import CHECK_ARGUMENTS, Checks
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import PROOF_ARGUMENTS, conclude
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CHECK_ARGUMENTS, **PROOF_ARGUMENTS},
        required_one_of=[DATABASES],
        mutually_exclusive=[DATABASES],
        supports_check_mode=True,
    )
    try:
        checks = Checks(module.params)
    except Problem as error:
        module.fail_json(msg=str(error))
    for each in checks.warnings:
        module.warn(f"{each.what} has to be named in the sign-off: {each.found}. {each.remedy}")
    conclude(
        module,
        subject="checks",
        count=len(checks.outcomes),
        differences=checks.errors,
        to_sign_off=[each.what for each in checks.warnings],
        checks=[each.as_dict() for each in checks.outcomes],
    )


if __name__ == "__main__":
    main()
