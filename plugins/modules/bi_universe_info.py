#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says which universes a BI platform has."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bi_universe_info
short_description: Say which universes an SAP BusinessObjects BI platform has, and what they are bound to
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Logs on to the RESTful web services, asks for universes by CUID, their folders, revisions and the connections that
    they are bound to, and logs off. On request it asks one small query through each of O(cuids), as a report would.
  - It changes nothing. What it returns is compared with what is agreed by M(uoe.exam_scheduling.prove).
options:
  cuids:
    description: The universes to ask for. A CUID is the same on every platform. By default all that there are.
    type: list
    elements: str
    default: []
  query:
    description: A query that is asked through each of O(cuids) that there is.
    type: dict
    suboptions:
      objects:
        description: Names of objects of the universe, each of which it has once.
        type: list
        elements: str
        required: true
      rows:
        description: How many rows to ask for, at most.
        type: int
        default: 1
seealso:
  - module: uoe.exam_scheduling.bi_universe
  - module: uoe.exam_scheduling.prove
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.info
  - uoe.exam_scheduling.business_objects
"""

EXAMPLES = r"""
- name: Look at the universe of exams timetabling
  uoe.exam_scheduling.bi_universe_info:
    server: bi-live.exams.example
    ca_certificates: /etc/pki/exams/root.pem
    login_user: svc-exam-automation
    login_password: "{{ bi_login_password }}"
    authentication: windows_ad
    cuids: [AXuExamsTimetablingUniverse01]
    query: {objects: [Exam code]}
  register: universes

- name: Prove what it is bound to
  uoe.exam_scheduling.prove:
    subject: properties of the universe
    expected: {revision: 7, connection: EUGEX LIVE, rows: 1}
    found:
      revision: "{{ universes.universes[0].revision }}"
      connection: "{{ universes.universes[0].connections[0].name }}"
      rows: "{{ universes.universes[0].query.rows }}"
"""

RETURN = r"""
platform_version:
  description: The version of the platform.
  returned: success
  type: str
  sample: 14.3.4.4990
universes:
  description: The universes, by folder and name.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its SI_ID, which is of use on this platform alone.
      type: int
      sample: 5731
    cuid:
      description: Its CUID.
      type: str
      sample: AXuExamsTimetablingUniverse01
    name:
      description: Its name.
      type: str
      sample: Exams timetabling
    type:
      description: V(unx), or V(unv) for one of the Universe Design Tool.
      type: str
      sample: unx
    folder:
      description: Where it is.
      type: str
      sample: Universes/Exams
    revision:
      description: Its revision, V(null) if the platform has none.
      type: int
      sample: 7
    updated:
      description: When it was changed last (C(SI_UPDATE_TS)), as the platform says it.
      type: str
      sample: Feb 11, 2027 10:02:11
    connections:
      description: What it is bound to.
      type: list
      elements: dict
      sample: [{cuid: AYuEugexConnection01, name: EUGEX LIVE, updated: "Jan 20, 2027 09:12:45"}]
    offered:
      description: Whether Web Intelligence offers it to who logged on.
      type: bool
      sample: true
    query:
      description: How many C(rows) there were, and the C(error) if it failed, else V(null). Only with O(query).
      type: dict
      sample: {rows: 1, error: null}
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.arguments import (
    CONNECTION_ARGUMENTS,
    QUERY_ARGUMENTS,
    checked_cuid,
    checked_query,
    server_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.survey import survey
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **CONNECTION_ARGUMENTS,
            "cuids": {"type": "list", "elements": "str", "default": []},
            "query": {"type": "dict", "options": QUERY_ARGUMENTS},
        },
        supports_check_mode=True,
    )
    facts: dict[str, Any] = {}
    try:
        cuids = [checked_cuid(f"cuids[{n}]", cuid) for n, cuid in enumerate(module.params["cuids"])]
        query = checked_query("query", module.params["query"])
        session = Session(server_from(module.params))
        with session:
            facts = survey(session, cuids, query)
    except Problem as error:
        module.fail_json(msg=str(error))
    for warning in session.warnings:
        module.warn(warning)
    module.exit_json(changed=False, **facts)


if __name__ == "__main__":
    main()
