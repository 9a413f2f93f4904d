#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says what Oracle Streams does in a database."""

from __future__ import annotations

DOCUMENTATION = r"""
module: oracle_streams_info
short_description: Say what Oracle Streams does, and whether columns are there, replicated and populated
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Logs in once, asks, and changes nothing. It neither starts nor stops a process, since stopping capture would hit
    every consumer of the hub. What it returns is compared with what is agreed by M(uoe.exam_scheduling.prove).
  - Oracle Streams is desupported from Oracle 19c on. Where it is used there, a warning says so.
  - A column counts as replicated if a rule has a capture or apply process handle changes of its table, none has it
    leave them out, and Streams does not leave the column out by itself. What a rule's own condition says is not
    looked at. The database has no list of replicated columns; C(DBA_STREAMS_COLUMNS) only lists those that are not
    supported.
  - What the login may not see is V(null) and named in RV(not_visible). To see all of it, it needs
    C(SELECT_CATALOG_ROLE), and C(SELECT) on the tables.
options:
  tables:
    description: The tables, or views, and columns to look at.
    type: list
    elements: dict
    default: []
    suboptions:
      table:
        description: The table, as C(SCHEMA.NAME).
        type: str
        required: true
      columns:
        description: Its columns.
        type: list
        elements: str
        required: true
seealso:
  - module: uoe.exam_scheduling.prove
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.info
  - uoe.exam_scheduling.oracle
"""

EXAMPLES = r"""
- name: Look at the fields about disabilities
  uoe.exam_scheduling.oracle_streams_info:
    server: eugex-live.exams.example
    service_name: eugex.exams.example
    ca_certificates: /etc/pki/exams/root.pem
    login_user: SVC_EXAM_AUTOMATION
    login_password: "{{ eugex_login_password }}"
    tables:
      - table: SITS.ADJUSTMENTS
        columns: [EXTRA_TIME_PER_CENT, SEPARATE_ROOM]
  register: streams

- name: Prove that they are replicated
  uoe.exam_scheduling.prove:
    subject: fields about disabilities
    expected:
      EXTRA_TIME_PER_CENT: true
      SEPARATE_ROOM: true
    found: "{{ dict(columns.keys() | zip(columns.values() | map(attribute='replicated'))) }}"
  vars:
    columns: "{{ streams.tables['SITS.ADJUSTMENTS'].columns }}"
"""

RETURN = r"""
version:
  description: The version of the database.
  returned: success
  type: str
  sample: 19.21.0.0.0
desupported:
  description: Whether Streams is desupported in this version.
  returned: success
  type: bool
capture:
  description: The capture processes. The lag is by how much later than it was made the last message was handled.
  returned: success
  type: list
  elements: dict
  sample: [{name: CAPTURE_SITS, status: ENABLED, state: CAPTURING CHANGES, lag_seconds: 3, error: null}]
apply:
  description: The apply processes, with how many transactions they could not apply, and the first ten of these.
  returned: success
  type: list
  elements: dict
  sample:
    - name: APPLY_SITS
      status: ABORTED
      state: null
      lag_seconds: null
      error: "ORA-26714: User error encountered while applying"
      failed_transactions: 1
      first_failed_transactions:
        - {transaction: 5.1.4711, error: "ORA-01403: no data found", at: "2026-05-11 09:30:00"}
tables:
  description: Of each table, whether it is there, how many rows it has, which processes handle it; of each column
    whether it is there and replicated, in how many rows it has a value, and whether it varies, that is, whether rows
    differ in it (a missing value counts as one). V(null) of a type that cannot be compared.
  returned: success
  type: dict
  sample:
    SITS.ADJUSTMENTS:
      exists: true
      rows: 2011
      replicated_by: [APPLY_SITS]
      columns:
        EXTRA_TIME_PER_CENT: {exists: true, type: "NUMBER(3)", replicated: true, filled: 412, varies: true}
not_visible:
  description: What this login may not see.
  returned: success
  type: list
  elements: str
  sample: [dba_streams_rules]
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

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.arguments import (
    CONNECTION_ARGUMENTS,
    server_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import checked_names, checked_object
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.streams import survey, warnings_for
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, silence


def main() -> None:
    """Run the module."""
    table = {
        "table": {"type": "str", "required": True},
        "columns": {"type": "list", "elements": "str", "required": True},
    }
    tables = {"type": "list", "elements": "dict", "default": [], "options": table}
    module = AnsibleModule(argument_spec={**CONNECTION_ARGUMENTS, "tables": tables}, supports_check_mode=True)
    session: Session | None = None
    try:
        wanted = {
            checked_object(f"tables[{number}].table", each["table"]): checked_names(
                f"tables[{number}].columns", each["columns"]
            )
            for number, each in enumerate(module.params["tables"])
        }
        session = Session(server_from(module.params))
        facts = survey(session, wanted)
    except Problem as error:
        module.fail_json(msg=str(error), **silence(error))
    finally:
        if session is not None:
            session.close()
    for warning in warnings_for(facts):
        module.warn(warning)
    module.exit_json(changed=False, **facts)


if __name__ == "__main__":
    main()
