#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps releases of a Python application side by side, and one of them in service."""

from __future__ import annotations

DOCUMENTATION = r"""
module: python_release
short_description: Build releases of a Python application side by side, and put one of them in service
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Builds a release from wheels, or from archives of wheels, each with its SHA-256, into a directory and a virtual
    environment of its own. No package index is asked. What a wheel needs and the release does not bring is an error
    that names it.
  - A release is there as a whole or not at all. It is proven by importing O(imports) as O(owner), and recorded last.
    What an interrupted run left is never taken for a release, and removed by the next.
  - A release does not change any more. With other O(contents), the same version is another release, named V(1.4.0-2),
    so that going back brings back settings, too. A version that was in service is refused with other O(files).
  - The release in service is what the symbolic link C(current) points to. It is replaced by one rename.
  - The release to go back to is the one that was in service before. One that was left for an earlier one is forgotten,
    and so is one that never was in service.
notes:
  - "The host needs Python's C(venv) and C(ensurepip) (Debian: C(python3-venv)), and no pip."
options:
  path:
    description: Directory of the application, which holds C(releases), C(current) and C(history.json).
    type: path
    required: true
  state:
    description:
      - V(built) means that the release is there. It is not put in service.
      - V(current) means that it is in service.
      - V(pruned) means that no others are there than the one in service and those before it, O(keep) in all.
      - V(absent) means that it is not there. It is refused for the release in service.
    type: str
    choices: [built, current, pruned, absent]
    default: built
  name:
    description: The release, as RV(release) names it. O(state=current) and O(state=absent) need it.
    type: str
  put_back:
    description:
      - With O(state=current), the release was in service before the one that is, which failed. So nothing was left for
        an earlier release, and RV(served) is what it was before.
    type: bool
    default: false
  version:
    description: The version of the release. O(state=built) needs it.
    type: str
  files:
    description: What it is built of. O(state=built) needs it.
    type: list
    elements: dict
    suboptions:
      path:
        description: A wheel, or a C(.tar.gz), C(.tgz) or C(.zip) of wheels, on the host.
        type: path
        required: true
      sha256:
        description: Its SHA-256, in lower case.
        type: str
        required: true
  contents:
    description: Files that the release has besides, each by its name, with mode V(0600). They are never shown.
    type: dict
    default: {}
  links:
    description: Symbolic links that it has besides, each by its name. V({name}) in a target stands for RV(release).
    type: dict
    default: {}
  imports:
    description: Modules that have to be there to be imported.
    type: list
    elements: str
    default: []
  environment:
    description: Environment variables with which they are imported. V({directory}) stands for RV(directory).
    type: dict
    default: {}
  owner:
    description: The user of the application, whose O(contents) are. By default it is the one who runs the task.
    type: str
  python:
    description: The Python of which virtual environments are made.
    type: path
    default: /usr/bin/python3
  keep:
    description: How many releases O(state=pruned) keeps, the one in service included.
    type: int
    default: 3
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
"""

EXAMPLES = r"""
- name: Build the release
  uoe.exam_scheduling.python_release:
    path: /srv/web-timetables
    version: 1.4.0
    files:
      - path: /var/tmp/web-timetables-1.4.0.zip
        sha256: 85df583a8708345f39d01b993956bd854633977051fa73365fefa01237d3e6ce
    contents:
      settings.json: "{{ settings | to_json }}"
    imports: [web_timetables.wsgi]
    owner: web-timetables
  register: built

- name: Put it in service
  uoe.exam_scheduling.python_release:
    path: /srv/web-timetables
    name: "{{ built.release }}"
    state: current
"""

RETURN = r"""
release:
  description: The name of the declared release.
  returned: with O(state=built) and O(state=current)
  type: str
  sample: 1.4.0-2
directory:
  description: Its directory.
  returned: with O(state=built)
  type: str
current:
  description: The release that was in service when the task began; null if none was.
  returned: always
  type: str
previous:
  description: The release to go back to from there; null if there is none.
  returned: always
  type: str
releases:
  description: All that were there.
  returned: always
  type: list
  elements: str
served:
  description: Those of them that were in service and can be gone back to, the last one last.
  returned: always
  type: list
  elements: str
changes:
  description: What was changed, or in check mode would be.
  returned: success
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.python_release.states import state_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    PREREQUISITE_ARGUMENTS,
    InvalidParameter,
    run,
)

FILES = {"path": {"type": "path", "required": True}, "sha256": {"type": "str", "required": True}}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "state": {"type": "str", "choices": ["built", "current", "pruned", "absent"], "default": "built"},
            "name": {"type": "str"},
            "put_back": {"type": "bool", "default": False},
            "version": {"type": "str"},
            "files": {"type": "list", "elements": "dict", "options": FILES},
            "contents": {"type": "dict", "default": {}, "no_log": True},
            "links": {"type": "dict", "default": {}},
            "imports": {"type": "list", "elements": "str", "default": []},
            "environment": {"type": "dict", "default": {}},
            "owner": {"type": "str"},
            "python": {"type": "path", "default": "/usr/bin/python3"},
            "keep": {"type": "int", "default": 3},
            **PREREQUISITE_ARGUMENTS,
        },
        required_if=[
            ("state", "built", ["version", "files"]),
            ("state", "current", ["name"]),
            ("state", "absent", ["name"]),
        ],
        supports_check_mode=True,
    )
    given = module.params
    try:
        state = state_from(given, check_mode=module.check_mode)
    except InvalidParameter as error:
        module.fail_json(msg=f"{error} Nothing was touched.")
    run(module, state)


if __name__ == "__main__":
    main()
