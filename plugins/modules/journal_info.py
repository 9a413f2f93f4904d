#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""Reads the journals and says what stands."""

from __future__ import annotations

DOCUMENTATION = r"""
module: journal_info
short_description: Say what stands, what is half-done, and the one command that carries on
version_added: "0.1.0"
description:
  - Reads the journals that runs keep in the state directory, also the one of a run that was killed, and the reports.
  - A change counts as in force when its module journalled it, and a task as ended when the run did. A run that never
    said that it ended is still going on if a process of it holds its lock on the journal, and was broken off otherwise.
  - It reads files on the host where it runs, contacts nothing and changes nothing.
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
options:
  state_directory:
    description: The state directory of the environment.
    type: path
    required: true
  environment:
    description: The environment whose reports are read.
    type: str
    choices: [dev, test, live]
    required: true
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.info
"""

EXAMPLES = r"""
- name: Read the journal
  uoe.exam_scheduling.journal_info:
    state_directory: /var/lib/exam-scheduling/live
    environment: live
  register: status

- name: Say what stands
  ansible.builtin.debug:
    msg: "{{ status.text }}"
"""

RETURN = r"""
text:
  description: The status in a dozen lines, the next command last.
  returned: success
  type: list
  elements: str
  sample:
    - Last run   2027-02-03T101500Z-1f9c0a, playbook playbooks/live.yml --tags dns
    - Next       ansible-playbook -i inventories/live --tags dns playbooks/live.yml
state:
  description:
    - V(going on) if a run is, V(unfinished) if something is to be carried on, V(finished) if nothing is.
  returned: success
  type: str
  sample: unfinished
next_command:
  description: The command that carries on, from RV(next_directory). V(null) if nothing is to be carried on, or not now.
  returned: success
  type: str
  sample: ansible-playbook -i inventories/live --tags dns playbooks/live.yml
next_directory:
  description: The working directory of the run that is carried on.
  returned: success
  type: str
  sample: /srv/exam-scheduling
last_run:
  description: The last run that worked on the plan; its identifier and state.
  returned: success
  type: dict
  sample: {run: 2027-02-03T101500Z-1f9c0a, state: broken off}
standing:
  description:
    - Each line of which something was applied; when last, by which run, and how many items that applied. Then each
      procedure that changed something beside the plan; its C(line) is V(null), as C(procedure) is of a line.
  returned: success
  type: list
  elements: dict
  sample:
    - line: "1.3"
      procedure: null
      run: 2027-02-03T101500Z-1f9c0a
      at: "2027-02-03T10:15:09+00:00"
      items: 14
half_done:
  description:
    - Each task that began and did not end, or failed, and was not done by a later run; the items that are in force, and
      those that are not known to be. Many items are counted and not all named. C(line) is V(null) where it works for
      none, and C(procedure) in a stage.
  returned: success
  type: list
  elements: dict
  sample:
    - line: "1.3"
      procedure: null
      task: Keep the declared records on the primary
      role: dns
      host: localhost
      ended: false
      applied: [es-live.exams.example. A]
      applied_count: 1
      pending: []
      pending_count: 0
unreadable:
  description: How many lines of the journals could not be read.
  returned: success
  type: int
  sample: 0
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_reader import read_journals
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_status import status_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_text import result_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.report_reader import last_states


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "state_directory": {"type": "path", "required": True},
            "environment": {"type": "str", "choices": ["dev", "test", "live"], "required": True},
        },
        supports_check_mode=True,
    )
    directory = Path(module.params["state_directory"])
    try:
        status = status_of(read_journals(directory / "journal"))
    except Problem as error:
        module.fail_json(msg=str(error))
    proofs, unreadable = last_states(directory / "reports" / module.params["environment"])
    module.exit_json(changed=False, **result_of(status, proofs, unreadable))


if __name__ == "__main__":
    main()
