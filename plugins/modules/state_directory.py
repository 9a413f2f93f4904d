# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""Makes and marks the directory that outlives runs."""

from __future__ import annotations

DOCUMENTATION = r"""
module: state_directory
short_description: Make the directory that keeps keys, hand-overs and reports of one environment
version_added: "0.1.0"
description:
  - Makes a directory with mode V(0700) and a marker that says which environment it was made for.
  - A run on LIVE refuses a directory without its own marker, so that a disk that is not mounted, a mistyped path or the
    keys of a rehearsal are never taken for LIVE's state.
  - A directory that was made for one environment is never turned into another's, and a directory with other content is
    refused.
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
options:
  path:
    description: The directory.
    type: path
    required: true
  environment:
    description: The environment that it is for.
    type: str
    choices: [dev, test, live]
    required: true
  rehearsal:
    description: Whether it is for a rehearsal of that environment.
    type: bool
    default: false
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
"""

EXAMPLES = r"""
- name: Make TEST's state directory, once
  uoe.exam_scheduling.state_directory:
    path: /var/lib/exam-scheduling/test
    environment: test
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be.
  returned: success
  type: list
  elements: dict
  sample: [{action: create, after: state directory of LIVE, before: null, item: /var/lib/exam-scheduling/live}]
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import PREREQUISITE_ARGUMENTS, run
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.state_directory import Marker, StateDirectory


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "environment": {"type": "str", "choices": ["dev", "test", "live"], "required": True},
            "rehearsal": {"type": "bool", "default": False},
            **PREREQUISITE_ARGUMENTS,
        },
        supports_check_mode=True,
    )
    wanted = Marker(module.params["environment"], module.params["rehearsal"])
    run(module, StateDirectory(Path(module.params["path"]), wanted))


if __name__ == "__main__":
    main()
