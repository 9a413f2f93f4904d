# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opens files that modules of this collection have written encrypted."""

from __future__ import annotations

DOCUMENTATION = r"""
name: sealed_file
short_description: Read a file that a module of this collection has written encrypted
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Returns the text of a file such as O(uoe.exam_scheduling.data_reconciliation#module:differences_file). One that was
    altered or cut short is an error.
  - What it returns is in memory. Where it goes from there, a log or a file, is up to the task that uses it.
options:
  _terms:
    description: The paths of the files.
    type: list
    elements: str
    required: true
  passphrase:
    description: What they were encrypted with.
    type: str
    required: true
requirements:
  - cryptography >= 42.0
seealso:
  - module: uoe.exam_scheduling.data_reconciliation
"""

EXAMPLES = r"""
- name: How many rows differ in which column
  ansible.builtin.debug:
    msg: "{{ (differences | community.general.from_csv) | map(attribute='column') | community.general.counter }}"
  vars:
    differences: >-
      {{ lookup('uoe.exam_scheduling.sealed_file', exam_state_directory ~ '/exams.differences',
                passphrase=differences_passphrase) }}
"""

RETURN = r"""
_raw:
  description: The texts of the files.
  type: list
  elements: str
"""

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import sealed_file
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


class LookupModule(LookupBase):
    """The lookup."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        """Return the texts of files. Raises AnsibleError if one cannot be opened."""
        self.set_options(var_options=variables, direct=kwargs)
        passphrase = str(self.get_option("passphrase"))
        try:
            return [sealed_file.read(Path(each), passphrase) for each in terms]
        except Problem as problem:
            raise AnsibleError(str(problem)) from None
