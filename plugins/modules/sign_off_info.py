# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sign_off_info
short_description: Find out whether a content is signed off
version_added: "0.1.0"
description:
  - Looks among the sign-offs of the inventory's environment, on the controller, for one of exactly this digest that is
    approved and still holds. It changes nothing, and a content that is not signed off is no failure.
  - It returns the record of a sign-off as well, for C(playbooks/sign.yml), once it is among the records.
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
options:
  artefact:
    description: What the content is of.
    type: str
    required: true
  digest:
    description: The digest of the content, in 64 hexadecimal digits.
    type: str
    required: true
  title:
    description: What the record is about, in a few words.
    type: str
    required: true
  approver:
    description: Who signs it off, with the principal in angle brackets where signatures are made.
    type: str
    required: true
  tested_by:
    description: Who has tried it.
    type: str
    required: true
  valid_days:
    description: For how many days from today the sign-off is to hold.
    type: int
    default: 180
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.info
"""

EXAMPLES = r"""
- name: Find out whether the business user has signed the release off
  uoe.exam_scheduling.sign_off_info:
    artefact: validation_by_business_user
    digest: 0c6cc09e4f4f35fb0ad6b6c36a5d7f0e5fdd1dfb1fe26fb4d80e3ee9e4b1b7d0
    title: Validation of the release
    approver: Head of the exams office <exams-office@exams.example>
    tested_by: Exams office
"""

RETURN = r"""
signed_off:
  description: Whether it is.
  returned: success
  type: bool
refused:
  description: Why no sign-off counts; empty if one does.
  returned: success
  type: str
sign_off:
  description: The sign-off, with the C(evidence) that it was approved.
  returned: where there is one
  type: dict
record:
  description: The C(id) and the C(text) of the record that is to be approved.
  returned: success
  type: dict
"""
