#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares the rows of two queries or files by their keys, column by column."""

from __future__ import annotations

DOCUMENTATION = r"""
module: data_reconciliation
short_description: Compare the rows of two databases or CSV files by their keys, column by column
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Reads a query, or a CSV file, on each side, and says which rows the target has not, which it has beside those of the
    source, and which differ, with the columns in which they do. Any two of Oracle, SQL Server and CSV can be compared.
  - Both sides are streamed in the order of their keys, so that the memory that is needed does not depend on how many
    rows there are. They are read at the same time, each by a process of its own, so that two processors are put to use.
  - Values are compared as the drivers give them, unless a conversion is declared in O(columns). A text is never equal
    to a number, nor a date to a text; values of two kinds are an error that names the column. A column that is on one
    side alone is an error too, unless it is in O(columns) or O(ignored_columns). Nothing is left out in silence.
  - It changes nothing. Each query has to be one statement that reads, anything else is refused before it is sent.
    It is executed in a transaction that is rolled back, on Oracle in one that only reads.
  - The keys of what it returns are masked, and values too. See O(show_values) and O(shown_columns).
notes:
  - Keys are compared by their code points, in which no collation plays a part. That the rows come in this order is
    looked at, row by row. SQL Server is asked for the order that its collation has first, which an index can give;
    where that is another one, for that of the texts' octets in UTF-8 (which needs SQL Server 2019 or later); Oracle for
    that of C(NLS_SORT = BINARY). A CSV file is taken as it is. Where a row still comes too early, because of a
    conversion of the key or of the database's character set, this module sorts. Each time, the comparison begins
    anew. RV(orders) says what it came to.
  - Where this module sorts more than 50000 rows, they are kept on disk, encrypted (AES-256-GCM) with a key that is in
    its memory alone, in a file without a name. It needs the Python library C(cryptography).
  - Of rows with the same key, all but the first are counted as duplicates and left out of the comparison. So are rows
    without a value in a column of the key.
  - Each side is one statement, so that it is seen as it was at one moment. The two moments are not the same.
  - A C(datetimeoffset) of SQL Server has to be selected as a text (C(CONVERT(varchar(40), …, 121))), a time stamp with
    a time zone of Oracle as C(CAST(SYS_EXTRACT_UTC(…) AS TIMESTAMP)).
  - If it fails to see a side, the task fails; nothing is said of the rows then.
  - What is no number (C(NaN) of C(BINARY_DOUBLE)) is equal to itself, as Oracle has it.
options:
  source:
    description: Where the rows are that there shall be. One of its suboptions.
    type: dict
    required: true
    suboptions: &side
      mssql:
        description: A query on SQL Server.
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
          query: &query
            description: C(SELECT …) or C(WITH … SELECT …), without C(ORDER BY). Each column has a name of its own.
            type: str
            required: true
      oracle:
        description: A query on Oracle.
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
          query: *query
      csv:
        description: A CSV file (RFC 4180) on the host that runs the module, with the names of columns in line 1.
        type: dict
        suboptions:
          path:
            description: The file.
            type: path
            required: true
          encoding:
            description: Its encoding. A byte-order mark of UTF-8 is left out.
            type: str
            default: utf-8
          delimiter:
            description: What is between two fields.
            type: str
            default: ","
          null_values:
            description: Texts that mean C(NULL). All others are texts, until O(columns) declares what they are.
            type: list
            elements: str
            default: [""]
  target:
    description: Where the rows are that there are. One of its suboptions.
    type: dict
    required: true
    suboptions: *side
  key:
    description:
      - The columns by which rows are told apart, by the names that O(columns) or the source gives them.
    type: list
    elements: str
    required: true
  columns:
    description:
      - What columns are called on each side, and what their values are brought to before they are compared. Columns
        that have the same name on both sides, whatever its case, need not be declared.
      - A value that cannot be brought to its type is a difference, see RV(unreadable); in a key it is an error.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What the column is called here, and in what is returned.
        type: str
        required: true
      source:
        description: What it is called in the source. By default O(columns[].name).
        type: str
      target:
        description: What it is called in the target. By default O(columns[].name).
        type: str
      type:
        description:
          - V(text). Numbers are written without zeros at the end of their fraction, dates as ISO 8601, octets in
            hexadecimal digits, true and false as 1 and 0.
          - V(integer). A number with a fraction is not one.
          - V(decimal), rounded to O(columns[].scale) if that is given, half away from zero as both databases do.
          - V(date), the day of a moment. With a time zone it is the day there, if the moment has an offset.
          - V(datetime), cut to O(columns[].scale) places of its seconds if that is given.
          - V(boolean). Texts such as V(Y), V(no), V(true), and 1 and 0.
          - V(bytes). Texts are hexadecimal digits.
          - Without one, values are compared as the drivers give them.
        type: str
        choices: [text, integer, decimal, date, datetime, boolean, bytes]
      scale:
        description: How many decimal places count.
        type: int
      source_format:
        description: How texts of the source write dates, as C(strptime) takes it. By default as ISO 8601 has it.
        type: str
      target_format:
        description: How texts of the target write them.
        type: str
      source_time_zone:
        description:
          - The time zone that moments of the source without an offset are in, such as V(Europe/London). Moments that
            have a zone or an offset are compared in UTC, others as they are.
        type: str
      target_time_zone:
        description: That of moments of the target.
        type: str
      source_values:
        description: What values of the source are called in the target, by their texts. Others stay what they are.
        type: dict
        default: {}
      trim:
        description: As O(trim), for this column.
        type: str
        choices: [none, leading, trailing, both]
      ignore_case:
        description: As O(ignore_case), for this column.
        type: bool
      null_equals_empty:
        description: As O(null_equals_empty), for this column.
        type: bool
  ignored_columns:
    description: Columns of either side that are not compared.
    type: list
    elements: str
    default: []
  trim:
    description: Which blanks of texts do not count, such as those that fill up a C(CHAR) of Oracle.
    type: str
    choices: [none, leading, trailing, both]
    default: none
  ignore_case:
    description: Whether cases of texts do not count.
    type: bool
    default: false
  null_equals_empty:
    description: Whether an empty text is the same as none, as in Oracle, which has no empty texts.
    type: bool
    default: false
  allow_empty:
    description: Whether a source without any rows will do. It proves little.
    type: bool
    default: false
  samples:
    description: How many rows of each kind to return.
    type: int
    default: 10
  show_values:
    description:
      - Whether keys and values may be shown as they are, in what is returned and in messages. Otherwise they are masked
        (V(s1234567) as V(s…67)).
      - What a task returns is in logs and reports. Leave it at V(false) for data of people.
    type: bool
    default: false
  shown_columns:
    description: Columns whose values may be shown in any case, since they are nobody's.
    type: list
    elements: str
    default: []
  differences_file:
    description:
      - A file on the host that runs the module for all differences, unmasked, as CSV. It is always encrypted
        (AES-256-GCM), written whole, and its owner's alone; P(uoe.exam_scheduling.sealed_file#lookup) opens it.
      - It is written in check mode too, and replaced by each run that has compared all rows.
      - Needs the Python library C(cryptography).
    type: path
  differences_passphrase:
    description: What O(differences_file) is encrypted with. At least 12 characters. Without it no file is written.
    type: str
requirements:
  - For SQL Server those of M(uoe.exam_scheduling.mssql_info), for Oracle those of
    M(uoe.exam_scheduling.oracle_access_info)
seealso:
  - module: uoe.exam_scheduling.data_checks
  - plugin: uoe.exam_scheduling.sealed_file
    plugin_type: lookup
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.proof
"""

EXAMPLES = r"""
- name: Compare the exams of EUGEX with those that were loaded
  uoe.exam_scheduling.data_reconciliation:
    source:
      oracle:
        server: eugex-live.exams.example
        service_name: eugex.exams.example
        login_user: EXAM_CONNECT
        login_password: "{{ eugex_connect_password }}"
        query: SELECT exam_code, duration_minutes, is_resit, fixed_start FROM eugex.exam_timetabling_exams
    target:
      mssql:
        server: sql-live.exams.example
        login_user: exam_reader
        login_password: "{{ sql_reader_password }}"
        database: ES
        query: SELECT CourseCode, DurationMinutes, IsResit, FixedStart FROM dbo.Exams
    key: [exam_code]
    columns:
      - {name: exam_code, target: CourseCode}
      - {name: duration, source: duration_minutes, target: DurationMinutes}
      - {name: is_resit, target: IsResit, type: boolean}
      - {name: fixed_start, target: FixedStart, type: datetime}
    trim: trailing
    null_equals_empty: true
    shown_columns: [exam_code]
    differences_file: "{{ exam_state_directory }}/exams.differences"
    differences_passphrase: "{{ differences_passphrase }}"
"""

RETURN = r"""
msg:
  description: What came of it in one line.
  returned: always
  type: str
  sample: "100000 rows: differences 2, not proven 0"
state:
  description: C(proven) or C(different).
  returned: when both sides were read
  type: str
  sample: different
proven:
  description: Whether both sides have the same rows.
  returned: when both sides were read
  type: bool
count:
  description: How many rows the source has.
  returned: when both sides were read
  type: int
  sample: 100000
differences:
  description: Each kind of difference, with C(where), C(what), C(expected), C(found) and C(remedy).
  returned: when both sides were read
  type: list
  elements: dict
not_proven:
  description: Nothing; a side that cannot be read fails the task.
  returned: when both sides were read
  type: list
  elements: dict
table:
  description: The differences as a table.
  returned: when both sides were read
  type: str
rows:
  description: How many rows each side has.
  returned: when both sides were read
  type: dict
  sample: {source: 100000, target: 99999}
equal:
  description: How many rows are the same.
  returned: when both sides were read
  type: int
  sample: 99998
found:
  description: How many rows of each kind there are.
  returned: when both sides were read
  type: dict
  sample:
    missing: 1
    extra: 0
    different: 1
    duplicate_in_source: 0
    duplicate_in_target: 0
    without_key_in_source: 0
    without_key_in_target: 0
columns_that_differ:
  description: In how many rows each column differs.
  returned: when both sides were read
  type: dict
  sample: {duration: 1}
unreadable:
  description: How many values of which side and column could not be brought to the declared type, of rows that differ.
  returned: when both sides were read
  type: dict
  sample: {"target: duration": 1}
samples:
  description: The first rows of each kind, by their keys, masked; of those that differ, the columns with both values.
  returned: when both sides were read
  type: dict
  sample:
    missing: [{key: {exam_code: INVT08001}}]
    different: [{key: {exam_code: INVT08002}, columns: {duration: {source: "…", target: "…"}}}]
orders:
  description: What put the rows of each side into the order of their keys. C(collation) is the server's own order, or
    the file's, C(binary) the server, by octets, C(module) this module.
  returned: when both sides were read
  type: dict
  sample: {source: binary, target: collation}
differences_file:
  description: The file that has all differences, V(null) if none was asked for.
  returned: when both sides were read
  type: str
  sample: null
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.report import (
    RECONCILIATION_ARGUMENTS,
    Reconciliation,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import PROOF_ARGUMENTS, conclude
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec={**RECONCILIATION_ARGUMENTS, **PROOF_ARGUMENTS}, supports_check_mode=True)
    try:
        reconciliation = Reconciliation(module.params)
    except Problem as error:
        module.fail_json(msg=str(error))
    conclude(
        module,
        subject="rows",
        count=reconciliation.compared.rows["source"],
        differences=reconciliation.differences(),
        **reconciliation.facts(),
    )


if __name__ == "__main__":
    main()
