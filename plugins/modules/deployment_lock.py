#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps other deployments out of a directory for as long as one is at work there."""

from __future__ import annotations

DOCUMENTATION = r"""
module: deployment_lock
short_description: Keep other deployments out of a directory, over several tasks
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Makes a file that says who deploys, and since when. Whoever else wants it is refused, and told both.
  - The file is made by one system call that fails if it is there, so that of two who come at the same time one gets it.
  - A lock of one of O(ended_runs), or older than O(abandoned_after), belongs to a run that was killed. It is taken
    over, with a warning.
  - Check mode makes no file, and is refused as the real run would be.
options:
  path:
    description: The file.
    type: path
    required: true
  owner:
    description: Who deploys. The same owner gets a lock that it has already, and is the only one that can give it up.
    type: str
    required: true
  state:
    description: Whether the lock is taken or given up.
    type: str
    choices: [present, absent]
    default: present
  abandoned_after:
    description: Minutes after which a lock is taken over.
    type: int
    default: 60
  ended_runs:
    description:
      - Runs that are known not to go on any more, as P(uoe.exam_scheduling.ended_runs#lookup) finds them. A lock whose
        owner names one of them as V(run=IDENTIFIER) is taken over at once.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
"""

EXAMPLES = r"""
- name: Keep other deployments out
  uoe.exam_scheduling.deployment_lock:
    path: /srv/web-timetables/deploying
    owner: "{{ change_control_permit.journal }}"
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be.
  returned: success
  type: list
  elements: dict
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.deployment_lock import Lock
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import PREREQUISITE_ARGUMENTS, run


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "owner": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "abandoned_after": {"type": "int", "default": 60},
            "ended_runs": {"type": "list", "elements": "str", "default": []},
            **PREREQUISITE_ARGUMENTS,
        },
        supports_check_mode=True,
    )
    given = module.params
    wanted, seconds = given["state"] == "present", given["abandoned_after"] * 60
    run(module, Lock(Path(given["path"]), given["owner"], wanted, seconds, frozenset(given["ended_runs"])))


if __name__ == "__main__":
    main()
