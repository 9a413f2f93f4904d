#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proves pages of web sites, as a browser gets them."""

from __future__ import annotations

DOCUMENTATION = r"""
module: web_page_info
short_description: Prove pages of web sites, as a browser gets them over HTTPS
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Asks for pages over HTTPS, with the server's certificate verified, and compares status and content with what they
    have to be. It follows no redirection.
  - Each page can be asked for at an address of its own, the name in O(pages[].url) remaining the one that is verified,
    so that each of several servers of one name is proven.
  - A server that cannot be reached is not proven, and no failure. It writes nothing.
options:
  pages:
    description: The pages.
    type: list
    elements: dict
    required: true
    suboptions:
      url:
        description: The address as users have it.
        type: str
        required: true
      connect_address:
        description: Name or address to which packets go instead.
        type: str
      status:
        description: The status that it has to have.
        type: int
        default: 200
      contains:
        description: What has to be on it.
        type: list
        elements: str
        default: []
      lacks:
        description: What must not be on it.
        type: list
        elements: str
        default: []
      served:
        description:
          - Whether it is to be there. V(false) means that nothing may answer with O(pages[].status) and all of
            O(pages[].contains). Any other answer, none that clients trust, or a refused connection is as it has to be.
        type: bool
        default: true
      remedy:
        description: What to do where it differs.
        type: str
        default: ""
  roots:
    description: PEM files with the root certificates that clients trust. By default they are the host's own.
    type: list
    elements: path
    default: []
  timeout:
    description: Seconds for each step of a page's transfer.
    type: float
    default: 10.0
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.proof
"""

EXAMPLES = r"""
- name: Prove that the application is healthy
  uoe.exam_scheduling.web_page_info:
    pages:
      - url: https://timetables.exams.example/health
        contains: ['"status": "ok"']
"""

RETURN = r"""
pages:
  description: Each page with C(url), C(connect_address) and the C(status) that was found, null if there was no answer.
  returned: always
  type: list
  elements: dict
state:
  description: V(proven), V(different) or V(not_proven).
  returned: always
  type: str
proven:
  description: Whether everything was looked at and is as expected.
  returned: always
  type: bool
differences:
  description: What differs, each with C(where), C(what), C(expected), C(found), C(remedy).
  returned: always
  type: list
  elements: dict
not_proven:
  description: What could not be reached, in the same form.
  returned: always
  type: list
  elements: dict
table:
  description: Both as a table for people.
  returned: always
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import PROOF_ARGUMENTS, conclude
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.web_pages import look_at, pages_from

PAGE = {
    "url": {"type": "str", "required": True},
    "connect_address": {"type": "str"},
    "status": {"type": "int", "default": 200},
    "contains": {"type": "list", "elements": "str", "default": []},
    "lacks": {"type": "list", "elements": "str", "default": []},
    "served": {"type": "bool", "default": True},
    "remedy": {"type": "str", "default": ""},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "pages": {"type": "list", "elements": "dict", "options": PAGE, "required": True},
            "roots": {"type": "list", "elements": "path", "default": []},
            "timeout": {"type": "float", "default": 10.0},
            **PROOF_ARGUMENTS,
        },
        supports_check_mode=True,
    )
    try:
        pages = pages_from(module.params["pages"])
        sights = [look_at(page, module.params["roots"], module.params["timeout"]) for page in pages]
    except InvalidParameter as error:
        module.fail_json(msg=str(error))
    conclude(
        module,
        subject="pages",
        count=len(sights),
        differences=[finding for sight in sights for finding in sight.differences],
        not_proven=[finding for sight in sights for finding in sight.not_proven],
        pages=[
            {"url": one.page.url, "connect_address": one.page.connect_address, "status": one.status} for one in sights
        ],
    )


if __name__ == "__main__":
    main()
