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
    have nobody to carry them out, and variables of the gate, or by which the inventory says what it is, that are given
    with C(-e); in LIVE C(exam_publication), C(exam_scheduler_service) and C(exam_scheduler_tables) as well.
  - In LIVE, refuses work unless each line that the run selects from here on, by tags, limit and plays, is covered by an
    approved change record whose window contains now. It asks again at each stage, so that a run that overruns its
    window stops between two stages. Check mode and proofs are always let through; so are lines that others carry out.
  - Changes nothing of the environment and contacts nothing but the ticket system, where the inventory names one. It
    runs on the controller, and writes down what it lets begin, before it begins.
notes:
  - The settings are variables of the inventory.
  - "C(change_control_records): the directory of the change records; C(change_control_approvals): that of their
    approvals, if it is another."
  - "C(change_control_require_signature): whether an approval must be a signature by a key of
    C(change_control_allowed_signers). The command line can switch it on, and never off."
  - "C(change_control_ticket_system): where the state of a change is looked up as well; see the inventories."
  - "C(change_control_emergency_approver) and C(change_control_emergency_reason), with C(-e) only: work outside every
    approved change, for one run, which the report shows in red. The ticket system is asked all the same; that it does
    not answer, or that its settings are wrong, keeps nothing up then."
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
options:
  environment:
    description: The environment that the playbook is for. Any, if it is not given.
    type: str
  stage:
    description: The stage that begins. All of them, if it is not given.
    type: str
  procedure:
    description: The procedure that begins, instead of a stage. A change record covers it by its name.
    type: str
  lines:
    description: With O(back_out), the lines of the plan that the procedure backs out.
    type: list
    elements: str
  back_out:
    description:
      - Whether the procedure puts back what was begun before. It is let through after the window of a change as well,
        for lines that were begun inside it. Inside a window, a change record covers it by its name or by its lines.
    type: bool
    default: false
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

- name: Ask for the permit of a procedure that its change has to name
  uoe.exam_scheduling.change_gate:
    environment: live
    procedure: snapshot
  register: change_control_permit
  run_once: true
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
implementation_file:
  description:
    - The file in which the report finds what it needs to know of the run; environment, rehearsal, check mode, state
      directory, plan, and under C(change) what change control said, with the records, the record that each line runs
      under, refusals and the emergency.
  returned: when the callback that reports is enabled, on a refusal for want of an approved change too
  type: str
journal:
  description:
    - A note of run, change and user, which targets keep beside what was changed, and which says whose a lock is.
    - Where the callback that reports is not enabled, a run has no name, and each permit has one of its own, such as
      C(unnamed-1f9c0a).
  returned: success
  type: str
  sample: run=2027-02-03T101500Z-1f9c0a change=SAS005-150 by=operator
now:
  description:
    - The time that the windows of changes were held against, aware, to the second; a rehearsal's own clock in a
      rehearsal. What a role decides by the time, it decides by this one.
  returned: success
  type: str
  sample: "2027-02-03T10:15:00+00:00"
procedure:
  description: The procedure that may run.
  returned: success
  type: str
run:
  description: The run that the permit is for.
  returned: success
  type: str
  sample: 2027-02-03T101500Z-1f9c0a
"""
