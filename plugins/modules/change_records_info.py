# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: change_records_info
short_description: Prove that every line which changes LIVE is covered by an approved change record
version_added: "0.1.0"
description:
  - Reads the change records and approvals of the inventory's environment, on the controller, and holds them against the
    lines of the plan that this collection carries out. Windows and tickets are the gate's business, and not looked at.
  - DEV and TEST need no change record, so that they are always proven.
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
options: {}
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.proof
"""

EXAMPLES = r"""
- name: Prove that the board has approved what will be done
  uoe.exam_scheduling.change_records_info:
  register: change_control_proof
"""

RETURN = r"""
briefing:
  description: What the advisory board is asked to approve, in Markdown; empty if nothing is.
  returned: success
  type: str
differences:
  description: Lines that no approved record covers, and files that are no change record.
  returned: success
  type: list
  elements: dict
not_proven:
  description: Always empty.
  returned: success
  type: list
  elements: dict
proven:
  description: Whether every line is covered.
  returned: success
  type: bool
records:
  description: The change records; id, title, reference, approver, approved, evidence, digest, window, state, back_out.
  returned: success
  type: list
  elements: dict
state:
  description: V(proven) or V(different).
  returned: success
  type: str
  sample: proven
table:
  description: The differences as a table.
  returned: success
  type: str
"""
