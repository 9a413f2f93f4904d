# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: config_collection
short_description: Collect configuration files of a Windows host into an artefact, and prepare its sign-off
version_added: "0.1.0"
description:
  - Reads files of a Windows host into the memory of the controller, and makes a bundle of them, as
    M(uoe.exam_scheduling.config_bundle) does with O(ignore:state=collected). The host is not changed.
  - What is written has no secrets, and is encrypted. Secrets that were found in clear are named in warnings.
  - Returns the record of the sign-off, which is to be approved.
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
options:
  artefact:
    description: What it is the content of.
    type: str
    required: true
  bundle:
    description: The directory of the bundle, on the controller.
    type: path
    required: true
  passphrase:
    description: Its passphrase.
    type: str
    required: true
  directory:
    description: The directory of the files, on the host.
    type: str
    required: true
  files:
    description: The files, by their paths in it, with slashes.
    type: list
    elements: str
    required: true
  secret_places:
    description: Where they have secrets, as M(uoe.exam_scheduling.config_bundle) takes them.
    type: list
    elements: dict
    default: []
    suboptions:
      file:
        description: The path in the bundle, with slashes.
        type: str
        required: true
      xpath:
        description: An XPath (1.0) that selects attributes, or elements that hold nothing but text. For XML.
        type: str
      namespaces:
        description: Prefixes that the XPath uses, and their namespaces.
        type: dict
      pointer:
        description: A JSON pointer (RFC 6901) to a text, a number, a boolean or null. For JSON.
        type: str
      section:
        description: The section of a key. For INI.
        type: str
      key:
        description: A key. For INI, where cases do not count, and properties.
        type: str
      pattern:
        description: A regular expression that matches a whole line, from C(^) to C($); the group C(value) is what is
          meant. For text.
        type: str
      part:
        description: A keyword, if the value is a connection string, such as C(Password). Further ones for connection
          strings inside it, as Entity Framework has them.
        type: list
        elements: str
      count:
        description: How often it has to match.
        type: int
        default: 1
      secret:
        description: The name of the secret.
        type: str
        required: true
  not_secret:
    description: Places that look like those of secrets, and are carried over as they are.
    type: list
    elements: dict
    default: []
    suboptions:
      file:
        description: The path in the bundle, with slashes.
        type: str
        required: true
      xpath:
        description: An XPath (1.0) that selects attributes, or elements that hold nothing but text. For XML.
        type: str
      namespaces:
        description: Prefixes that the XPath uses, and their namespaces.
        type: dict
      pointer:
        description: A JSON pointer (RFC 6901) to a text, a number, a boolean or null. For JSON.
        type: str
      section:
        description: The section of a key. For INI.
        type: str
      key:
        description: A key. For INI, where cases do not count, and properties.
        type: str
      pattern:
        description: A regular expression that matches a whole line, from C(^) to C($); the group C(value) is what is
          meant. For text.
        type: str
      part:
        description: A keyword, if the value is a connection string, such as C(Password). Further ones for connection
          strings inside it, as Entity Framework has them.
        type: list
        elements: str
      count:
        description: How often it has to match.
        type: int
        default: 1
  title:
    description: The title of the sign-off.
    type: str
    required: true
  approver:
    description: Who has to approve it.
    type: str
    required: true
  tested_by:
    description: Who has tested it.
    type: str
    required: true
  valid_until:
    description: Until when the sign-off holds.
    type: str
    required: true
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Collect CalSync's exam template
  uoe.exam_scheduling.config_collection:
    artefact: calsync_exam_template
    bundle: "{{ exam_state_directory }}/artefacts/calsync_exam_template"
    passphrase: "{{ exam_artefact_password }}"
    directory: C:\Program Files\S2Unified\CalSync\Templates
    files: [exam.xml]
    title: CalSync's exam template
    approver: Head of the exams office <exams-office@exams.example>
    tested_by: Exams office
    valid_until: 2027-06-30T00:00+00:00
"""

RETURN = r"""
changes:
  description: What was changed in the bundle, or in check mode would be.
  returned: success
  type: list
  elements: dict
digest:
  description: The digest of the content.
  returned: success
  type: str
  sample: 511e6e52072cb39698003fbcb3962a8a0124814d4837efc1085abbdeee252fa9
files:
  description: The files, as the manifest has them.
  returned: success
  type: list
  elements: dict
findings:
  description: What people have to know of the source, never with a secret's value.
  returned: success
  type: list
  elements: dict
record:
  description: The sign-off that is to be approved, its C(id) and its C(text).
  returned: success
  type: dict
"""
