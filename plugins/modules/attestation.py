# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""Records what a person vouches for."""

from __future__ import annotations

DOCUMENTATION = r"""
module: attestation
short_description: Record that a person vouches for a line of the plan
version_added: "0.1.0"
description:
  - Some lines no machine can prove, such as that there is no data to migrate. A person then vouches for them, by name,
    and says where others can see it. The implementation report and the living plan show such a line as attested.
  - An attestation stands for a line only as long as no proof has seen something else.
  - Each attestation is a file of its own below C(attestations) in the state directory; none is ever overwritten. The
    newest of a line is the one that stands, so a mistaken one is corrected by a later one.
  - The same attestation again changes nothing while it stands. Where a run has seen or changed something of the line
    since, it is recorded anew, as a file of its own.
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
options:
  state_directory:
    description: The state directory of the environment (C(exam_state_directory)).
    type: path
    required: true
  known_lines:
    description: The lines of the implementation plan. An attestation of any other is refused.
    type: list
    elements: str
    required: true
  line:
    description: The line, for example V(6).
    type: str
    required: true
  attested_by:
    description: Who vouches for it. It must not be empty.
    type: str
    required: true
  statement:
    description: What is so. It must not be empty.
    type: str
    required: true
  evidence:
    description: Where others can see it, for example a ticket. It must not be empty. Never put a secret here.
    type: str
    required: true
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
"""

EXAMPLES = r"""
- name: Vouch for there being no data to migrate
  uoe.exam_scheduling.attestation:
    state_directory: "{{ exam_state_directory }}"
    known_lines: "{{ implementation_plan | map(attribute='line') }}"
    line: "6"
    attested_by: A. N. Other
    statement: There is no data to migrate.
    evidence: minutes of the project board, 2027-02-02, item 4
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be.
  returned: success
  type: list
  elements: dict
  sample:
    - {action: create, after: "A. N. Other: There is no data to migrate.", before: null, item: attestation of line 6}
line:
  description: The line of the plan.
  returned: success
  type: str
  sample: "6"
path:
  description: The file.
  returned: success
  type: str
  sample: /var/lib/exam-scheduling/live/attestations/6-0a1b2c3d4e5f.json
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.attestation import Attestation, AttestationFile
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import PREREQUISITE_ARGUMENTS, Problem, run


def main() -> None:
    """Run the module."""
    text = {"type": "str", "required": True}
    module = AnsibleModule(
        argument_spec={
            "state_directory": {"type": "path", "required": True},
            "known_lines": {"type": "list", "elements": "str", "required": True},
            "line": text,
            "attested_by": text,
            "statement": text,
            "evidence": text,
            **PREREQUISITE_ARGUMENTS,
        },
        supports_check_mode=True,
    )
    given = module.params
    try:
        attestation = Attestation(**{name: given[name] for name in ("line", "attested_by", "statement", "evidence")})
        resource = AttestationFile(Path(given["state_directory"]), attestation, given["known_lines"])
    except Problem as problem:
        module.fail_json(msg=f"{problem} Nothing was touched.")
    run(module, resource)


if __name__ == "__main__":
    main()
