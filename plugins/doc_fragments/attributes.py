# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of what all modules have in common."""

from __future__ import annotations


class ModuleDocFragment:
    """The attributes of modules, and the arguments that come with `reconcile` and with `proof`."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and predict exactly what the real run does, without changing the target.
  diff_mode:
    description: Returns what changes, or in check mode would change, in diff mode.
  idempotent:
    description: When run again without anything having changed meanwhile, it changes nothing.
"""

    RECONCILE = r"""
options:
  prerequisite_line:
    description:
      - The line of the implementation plan that creates what this task needs, for example V(1.3).
      - If it is given and the prerequisite is missing, check mode returns RV(ignore:pending_line) instead of failing,
        because the line would have been applied before this one in a real run. A real run fails, and returns
        RV(ignore:pending_line) too.
    type: str
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

    INFO = r"""
attributes:
  check_mode:
    support: full
    details: It changes nothing, so it does the same in check mode.
  diff_mode:
    support: none
    details: It changes nothing.
  idempotent:
    support: full
"""

    PROOF = r"""
options:
  on_difference:
    description:
      - What to do when something is not as expected.
      - V(fail) fails the task with one table of all that differs.
      - V(report) returns the same table and warns, for a line of the plan that still waits for somebody.
      - What could not be looked at, because a system did not answer, is returned in RV(ignore:not_proven) and warned
        about in either case; it is neither a failure nor a proof.
    type: str
    choices: [fail, report]
    default: fail
"""
    PROOF += INFO
