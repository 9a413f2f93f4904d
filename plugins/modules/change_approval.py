# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: change_approval
short_description: Approve a change record, by a quote or by a signature
version_added: "0.1.0"
description:
  - Writes the approval of a change record beside it, where the gate looks for it. It runs on the controller.
  - With O(quote), the approval says where the approver's word can be read. The quote must hold the record's digest, so
    that it is an approval of just these bytes.
  - With O(key), the approver signs the record's bytes with an SSH key (C(ssh-keygen -Y sign)); the gate verifies that
    signature against the allowed-signers file.
  - What would not count as an approval, such as a signature by a key that is not in the allowed-signers file, is
    refused before anything is written.
  - With neither, nothing is written, and the digest to quote is returned.
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
options:
  record:
    description: The id of the change record.
    type: str
    required: true
  key:
    description: The approver's private key, or the public one of a key that the SSH agent holds.
    type: path
  kind:
    description: What is quoted.
    type: str
    choices: [minute, ticket_comment]
    default: minute
  reference:
    description: Where the quote can be read.
    type: str
  quote:
    description: What the approver wrote, the record's digest in it.
    type: str
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
    details: An approval that holds already is left as it is.
"""

EXAMPLES = r"""
- name: Write down what the board's minute says
  uoe.exam_scheduling.change_approval:
    record: SAS005-150
    reference: Change advisory board 2027-01-12, item 4
    quote: Approved as presented, sha256:702bc266d2df2ddeb26d10f3e15e2bb00a8c739a717fcb4497feb0001cbef612

- name: Sign it
  uoe.exam_scheduling.change_approval:
    record: SAS005-150
    key: ~/.ssh/id_ed25519
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be.
  returned: success
  type: list
  elements: dict
  sample: [{action: create, after: "record: SAS005-150 ...", before: null, item: .../SAS005-150.approval.yml}]
digest:
  description: The digest of the record's bytes.
  returned: success
  type: str
  sample: sha256:702bc266d2df2ddeb26d10f3e15e2bb00a8c739a717fcb4497feb0001cbef612
approved:
  description: Whether the record was approved before, by what the inventory demands of approvals.
  returned: success
  type: bool
"""
