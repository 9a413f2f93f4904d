# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""Writes down what another party has to do."""

from __future__ import annotations

DOCUMENTATION = r"""
module: hand_over
short_description: Write down what a team or a vendor has to do for a line of the plan
version_added: "0.1.0"
description:
  - Writes the request, script or instruction that another party needs into a file, and returns whom the line waits for.
  - The same request is the same file, so a second run changes nothing; a request that differs replaces the file.
  - The file stays when the request is fulfilled, as a record of what was asked for.
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
options:
  directory:
    description: Where hand-overs are kept. It is made if its parent exists.
    type: path
    required: true
  line:
    description: The line of the implementation plan, for example V(1.2).
    type: str
    required: true
  recipient:
    description: Who has to do it.
    type: str
    required: true
  title:
    description: What it is, in a few words. It names the file.
    type: str
    required: true
  content:
    description: The request itself, in Markdown. Never put a secret here.
    type: str
    required: true
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
"""

EXAMPLES = r"""
- name: Ask the network team to open what is shut
  uoe.exam_scheduling.hand_over:
    directory: /var/lib/exam-scheduling/live/hand-overs
    line: "1.2"
    recipient: Network team
    title: Firewall request
    content: "{{ probe.firewall_request }}"
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be.
  returned: success
  type: list
  elements: dict
  sample: [{action: create, after: "# Firewall request ...", before: null, item: .../1.2-firewall-request.md}]
line:
  description: The line of the plan.
  returned: success
  type: str
  sample: "1.2"
path:
  description: The file.
  returned: success
  type: str
  sample: /var/lib/exam-scheduling/live/hand-overs/1.2-firewall-request.md
waiting_for:
  description: Whom the line waits for.
  returned: success
  type: str
  sample: Network team
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.hand_over import HandOver, HandOverFile
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import PREREQUISITE_ARGUMENTS, Problem, run


def main() -> None:
    """Run the module."""
    text = {"type": "str", "required": True}
    module = AnsibleModule(
        argument_spec={
            "directory": {"type": "path", "required": True},
            "line": text,
            "recipient": text,
            "title": text,
            "content": text,
            **PREREQUISITE_ARGUMENTS,
        },
        supports_check_mode=True,
    )
    try:
        hand_over = HandOver(**{name: module.params[name] for name in ("line", "recipient", "title", "content")})
    except Problem as problem:
        module.fail_json(msg=str(problem))
    run(module, HandOverFile(Path(module.params["directory"]), hand_over))


if __name__ == "__main__":
    main()
