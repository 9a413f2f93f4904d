#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Promotes a universe to a BI platform, proves it, and takes it back."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bi_universe
short_description: Promote a universe to an SAP BusinessObjects BI platform, prove it there, or take it back
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Promotes the archive that was signed off (LCMBIAR) by the platform's own C(lcm_cli), and proves over the RESTful web
    services what came of it. It runs on the BI host, where C(lcm_cli) is. If that is a Windows host, it works from the
    control node, and has modules of C(ansible.windows) do there what has to be done there.
  - Before, it makes sure that the platforms' versions are equal, that the connection of this environment is there under
    its name, and that the archive has the digest that was signed off. It exports what is there as a backup, and if that
    fails nothing is promoted.
  - After, it makes sure of CUID, revision and time stamp, of the connection that the universe is bound to, that the
    connection itself was not touched, that Web Intelligence offers the universe, and that a small query through it
    returns rows. If one of these is not so, the backup is promoted, unless it is bound to another connection, and the
    task fails.
  - What the output of C(lcm_cli) says counts, not its exit code; a job that succeeded in part is a failure.
  - Connections and rights are never promoted, so that they stay this environment's.
  - The file of properties, which holds passwords, can be read by its account alone and is removed when the tool has
    ended. If the run is killed, the next one removes it. No argument of a process holds a password.
options:
  cuid:
    description: The universe. Its CUID is the same on every platform.
    type: str
    required: true
  state:
    description:
      - V(present) means that the universe has O(revision) and is bound to O(connection). If so, it is left alone.
      - V(exported) means that O(artefact) holds the universe as it is on this platform. That is done where it is kept
        (TEST), for sign-off.
      - V(reverted) means that the universe is what it was before its last promotion, as O(work_directory) keeps it. One
        that was not there then cannot be taken away by C(lcm_cli), and it is an error.
      - As long as a promotion was neither proven nor put back, what was there before it stays what is gone back to,
        whatever is promoted over what it left.
    type: str
    choices: [present, exported, reverted]
    default: present
  artefact:
    description: The archive on the BI host. It is required unless O(state=reverted).
    type: path
  digest:
    description: The SHA-256 of O(artefact) that was signed off, in hexadecimal digits. Required with O(state=present).
    type: str
  revision:
    description: The revision in O(artefact). Required with O(state=present).
    type: int
  platform_version:
    description: The version of the platform that exported O(artefact). Required with O(state=present).
    type: str
  connection:
    description:
      - What the universe shall be bound to. Required with O(state=present).
      - With O(state=reverted), what was there before has to be bound to it, or it is an error. Without it, it may be
        bound to anything.
    type: dict
    suboptions:
      cuid:
        description: Its CUID.
        type: str
        required: true
      name:
        description: Its name in this environment, which tells it from another environment's.
        type: str
        required: true
  query:
    description: A small query that has to be answered through the universe. Required with O(state=present).
    type: dict
    suboptions:
      objects:
        description: Names of objects of the universe, each of which it has once.
        type: list
        elements: str
        required: true
      rows:
        description: How many rows there have to be.
        type: int
        default: 1
  cms:
    description: Host and port of the Central Management Server, as C(lcm_cli) takes them.
    type: str
    required: true
  lcm_cli:
    description: The program on the BI host.
    type: path
    required: true
  lcm_timeout:
    description: How many seconds a job may take.
    type: int
    default: 1800
  work_directory:
    description:
      - A directory of this module on the BI host, made with mode 0700 if its parent exists. It keeps the logs of all
        jobs, and the backups, which are the way back. Have it backed up.
    type: path
    required: true
seealso:
  - module: uoe.exam_scheduling.bi_universe_info
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
  - uoe.exam_scheduling.business_objects
"""

EXAMPLES = r"""
- name: Export the universe for sign-off
  uoe.exam_scheduling.bi_universe:
    server: bi-test.exams.example
    ca_certificates: /etc/pki/exams/root.pem
    authentication: windows_ad
    login_user: svc-exam-automation
    login_password: "{{ bi_test_login_password }}"
    cuid: AXuExamsTimetablingUniverse01
    state: exported
    artefact: /var/lib/exam-scheduling-bi/exams-timetabling.lcmbiar
    cms: bi-test.exams.example:6400
    lcm_cli: /opt/sap_bobj/lcm_cli.sh
    work_directory: /var/lib/exam-scheduling-bi/work

- name: Promote what was signed off
  uoe.exam_scheduling.bi_universe:
    server: bi-live.exams.example
    ca_certificates: /etc/pki/exams/root.pem
    authentication: windows_ad
    login_user: svc-exam-automation
    login_password: "{{ bi_login_password }}"
    cuid: AXuExamsTimetablingUniverse01
    artefact: /var/lib/exam-scheduling-bi/exams-timetabling.lcmbiar
    digest: 601692c8a2e8b4ef31e08e1c755c8d03057138bfc6b0f482e02500bb9e4156e3
    revision: 7
    platform_version: 14.3.4.4990
    connection: {cuid: AYuEugexConnection01, name: EUGEX LIVE}
    query: {objects: [Exam code]}
    cms: bi-live.exams.example:6400
    lcm_cli: /opt/sap_bobj/lcm_cli.sh
    work_directory: /var/lib/exam-scheduling-bi/work
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be.
  returned: success
  type: list
  elements: dict
  contains:
    item:
      description: The universe, or the artefact.
      type: str
      sample: universe Exams timetabling (AXuExamsTimetablingUniverse01)
    action:
      description: C(create) or C(update).
      type: str
      sample: update
    before:
      description: What it was, V(null) if it was not there.
      type: dict
      sample: {revision: 6, connections: [EUGEX LIVE (AYuEugexConnection01)]}
    after:
      description: What it is afterwards.
      type: dict
      sample: {revision: 7, connections: [EUGEX LIVE (AYuEugexConnection01)]}
applied:
  description: The items that are in force, if the task broke off.
  returned: failure after the first change was begun
  type: list
  elements: str
pending:
  description: The items that are not in force, if the task broke off.
  returned: failure after the first change was begun
  type: list
  elements: str
platform_version:
  description: The version of the platform.
  returned: success
  type: str
  sample: 14.3.4.4990
universe_before:
  description: The universe as M(uoe.exam_scheduling.bi_universe_info) has it, before. V(null) if there was none.
  returned: success
  type: dict
digest:
  description: The SHA-256 of the artefact, with O(state=exported). Otherwise V(null).
  returned: success
  type: str
log:
  description: The log of the job on the BI host.
  returned: if there was one
  type: str
  sample: /var/lib/exam-scheduling-bi/work/logs/20270211T100211.120032Z-promote.log
backup:
  description:
    - The archive of what was there before, on the BI host. V(null) if nothing was.
    - It is that of an earlier promotion, if that one was neither proven nor put back.
  returned: if something was promoted
  type: str
  sample: /var/lib/exam-scheduling-bi/work/backups/AXuExamsTimetablingUniverse01-000002.lcmbiar
rows:
  description: How many rows the query returned.
  returned: if it was asked
  type: int
  sample: 1
no_way_back:
  description: V(true) if with O(state=reverted) the owner of the universe has to bring back what was there before.
  returned: failure, if it is so
  type: bool
no_answer:
  description: V(true) if the platform did not answer, so that nothing is known of it.
  returned: failure, if it is so
  type: bool
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.arguments import CONNECTION_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe import PromotedUniverse
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_declaration import (
    REQUIRED_IF,
    UNIVERSE_ARGUMENTS,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    PREREQUISITE_ARGUMENTS,
    Problem,
    run,
)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION_ARGUMENTS, **UNIVERSE_ARGUMENTS, **PREREQUISITE_ARGUMENTS},
        required_if=REQUIRED_IF,
        supports_check_mode=True,
    )
    try:
        universe = PromotedUniverse(module.params)
    except Problem as error:
        module.fail_json(msg=f"{error} Nothing was touched.")
    run(module, universe)


if __name__ == "__main__":
    main()
