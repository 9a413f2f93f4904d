# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""Documentation of the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: prove
short_description: Prove what was gathered from a system, item by item
version_added: "0.1.0"
description:
  - Compares what is expected with what other modules found, on the controller, and returns all that differs at once, in
    one table. It contacts nothing and changes nothing.
  - An item that is expected and was not found differs. What was found and nobody expects is left alone.
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
options:
  subject:
    description: What is compared, in the plural, for the summary.
    type: str
    required: true
  expected:
    description:
      - Item by item, what it must be. At least one.
      - A value means that the item is equal to it. Texts are compared as texts, so that V(3.10) is not V(3.1).
      - "A dictionary of one rule, and optionally a C(unit) for the table, means what the rule says: C(equals),
        C(at_least) and C(at_most) a number, C(includes) one value of a list, C(one_of) several values."
    type: dict
    required: true
  found:
    description: Item by item, what it is.
    type: dict
    default: {}
  no_answer:
    description: Why nothing was found, where the system did not answer. Nothing is proven then, and nothing differs.
    type: str
    default: ""
  remedies:
    description: Item by item, what to do where it differs.
    type: dict
    default: {}
  where:
    description: The system, as its owner would name it. The host's full name, if it is not given.
    type: str
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.proof
"""

EXAMPLES = r"""
- name: Prove that the service runs
  uoe.exam_scheduling.prove:
    subject: properties of the service
    expected:
      state: started
      memory: {at_least: 16, unit: GiB}
    found:
      state: "{{ service.services[0].state }}"
      memory: "{{ (facts.ansible_facts.ansible_memtotal_mb / 1024) | round }}"
    remedies:
      state: Start it, and look into its log.
  register: service_proof
"""

RETURN = r"""
differences:
  description: What differs, each with C(where), C(what), C(expected), C(found) and C(remedy).
  returned: always
  type: list
  elements: dict
expected:
  description: What was expected of each item, in words.
  returned: always
  type: dict
  sample: {memory: at least 16 GiB}
not_proven:
  description: The system that did not answer.
  returned: always
  type: list
  elements: dict
proven:
  description: Whether everything was looked at and is as expected.
  returned: always
  type: bool
state:
  description: V(proven), V(different) or V(not_proven).
  returned: always
  type: str
  sample: proven
table:
  description: Everything that is not proven as a table.
  returned: always
  type: str
"""
