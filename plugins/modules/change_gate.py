# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""Documentation of the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: change_gate
short_description: Let a stage of the implementation plan begin, or refuse it before anything is touched
version_added: "0.1.0"
description:
  - Begins each play that works on the estate. Every role of this collection asks for the permit that it registers, and
    does nothing without it, so that C(--limit), C(--skip-tags) and C(--start-at-task) cannot get round it.
  - Refuses a playbook on another environment's inventory, an inventory that calls itself a rehearsal without all of its
    endpoints being loopback addresses, a state directory that was not made for this environment, a plan whose lines
    have nobody to carry them out, and variables of the inventory or the gate that are given with C(-e).
  - Contacts nothing and changes nothing. It runs on the controller.
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
options:
  environment:
    description: The environment that the playbook is for. Any, if it is not given.
    type: str
  stage:
    description: The stage that begins. All of them, if it is not given.
    type: str
  work:
    description: Whether the stage may change anything. V(false) for proofs.
    type: bool
    default: true
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: It changes nothing.
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Ask for the permit of this stage
  uoe.exam_scheduling.change_gate:
    environment: live
    stage: servers
  register: change_control_permit
  run_once: true
  tags: always
"""

RETURN = r"""
roles:
  description: The roles of the stage, and whether each may change anything.
  returned: success
  type: dict
  sample: {dns: true, firewall: true}
carried_out_by:
  description: Who carries out each line of the plan.
  returned: success
  type: dict
  sample: {"1.2": team, "1.3": collection}
owner:
  description: Who owns each line of the plan.
  returned: success
  type: dict
  sample: {"1.2": Network team}
implementation:
  description: What the report needs to know of the run; environment, rehearsal, check mode, state directory, plan.
  returned: success
  type: dict
"""
