# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds out which runs are known not to go on any more."""

from __future__ import annotations

DOCUMENTATION = r"""
name: ended_runs
short_description: List the runs of which no process is left
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Returns the identifiers of runs that have ended or were killed, by the journals that they keep open for as long as
    they live.
  - A run without a journal here, such as one of another control node with a state directory of its own, is not among
    them.
options:
  _terms:
    description: State directories, as O(uoe.exam_scheduling.journal_info#module:state_directory).
    type: list
    elements: str
    required: true
seealso:
  - module: uoe.exam_scheduling.journal_info
  - module: uoe.exam_scheduling.deployment_lock
"""

EXAMPLES = r"""
- name: Keep other deployments out, but not for the sake of one that was killed
  uoe.exam_scheduling.deployment_lock:
    path: /srv/web-timetables/deploying
    owner: "{{ change_control_permit.journal }}"
    ended_runs: "{{ query('uoe.exam_scheduling.ended_runs', exam_state_directory) }}"
"""

RETURN = r"""
_raw:
  description: The identifiers of the runs, the oldest first.
  type: list
  elements: str
"""

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_reader import ended_runs
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


class LookupModule(LookupBase):
    """The lookup."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        """Return the identifiers of runs. Raises AnsibleError if their journals cannot be read."""
        del variables, kwargs
        try:
            return [run for each in terms for run in ended_runs(Path(each) / "journal")]
        except Problem as problem:
            raise AnsibleError(str(problem)) from None
