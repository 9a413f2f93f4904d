#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collects configuration files into a bundle without secrets, and renders a bundle for an environment."""

from __future__ import annotations

DOCUMENTATION = r"""
module: config_bundle
short_description: Promote configuration files from one environment to another by content that can be signed off
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Collects the configuration files of an environment into a bundle that has no secrets, and renders a bundle for
    another environment, with that environment's values and secrets. XML (such as C(web.config) of .NET), JSON, INI,
    properties, text and binary files.
  - What is not set stays byte for byte as it was, encoding, byte order mark, line ends, order, comments, CDATA,
    quotes and layout included. Values are set in place, in the text of the file; it is never written anew by a parser.
  - A place that matches nothing, or not exactly as often as O(transformations[].count) says, is an error, before
    anything is touched; and so is a transformation that undoes another one, or that could not be made a second time
    because it selects by what it changes.
  - Secrets are never in a bundle. Where they belong, the bundle has the placeholder C(@@secret:NAME@@), which is filled
    when the bundle is rendered, escaped and quoted as the place needs it. A secret in clear for which no place is
    declared is reported with file and place, and not carried over either. It is recognised by what its value is
    called, in a connection string, a URL, a command line or a comment, as a private key, or as a copy of another one.
  - The digest of a bundle is that of the form that is neutral to environments, before any transformation and without
    secrets. It is the SHA-256 of the line C(uoe.exam_scheduling configuration bundle, version 1) and of one line for
    each file, in the order of the characters of their paths. A line is the SHA-256 of the file in hexadecimal
    digits, its kind and its path with slashes, separated by blanks and ended by a line feed, in UTF-8. So it depends
    neither on the order of the files nor on the platform.
  - XML is read without entities and without document type declarations, which are refused.
notes:
  - Rendered files are staged beside O(directory), read back, and switched at once. At whatever moment a run is broken
    off, the directory is wholly the old or wholly the new, or is put back to the old by the next run, which says so.
  - Files in O(directory) that do not come from a bundle are kept. Those that came from an earlier bundle and are not in
    this one any more are deleted; the file C(.config_bundle.json) knows them, and the digest of the bundle.
  - A second run at the same time is refused, and told who holds the lock and for how long.
  - A section that Windows has encrypted (C(configProtectedData), DPAPI) can only be read on the machine itself. It is
    reported, never transformed, and by default its file is not rendered but returned in RV(hand_over).
  - Diffs show XML, JSON, INI and properties by what their values say, a line for each. Secrets are always masked.
  - C(ini) is read as Windows does, C(properties) as Java does. JSON may have comments and commas at the end, as .NET
    allows.
requirements:
  - lxml >= 5.0
  - cryptography >= 42.0, with O(passphrase)
options:
  state:
    description:
      - V(collected) means that O(bundle) holds the files of O(source), without their secrets.
      - V(rendered) means that O(directory) holds the files of O(bundle), with O(transformations) and O(secrets).
      - V(described) changes nothing, and returns what is in O(bundle).
    type: str
    choices: [collected, rendered, described]
    default: rendered
  bundle:
    description: The directory of the bundle. It has a manifest, C(manifest.json), and the files under C(files/).
    type: path
    required: true
  passphrase:
    description:
      - Has the files of the bundle encrypted (AES-256-GCM, with a key that scrypt makes of it), or decrypted. At least
        12 characters. The manifest is not encrypted; it has names, sizes and digests.
    type: str
  digest:
    description: The digest that was signed off. Another bundle is refused before anything is touched.
    type: str
  source:
    description: The directory to collect from. With O(state=collected).
    type: path
  include:
    description: Patterns of the paths to collect. C(*) stands for slashes too; cases do not count.
    type: list
    elements: str
    default: ['*']
  exclude:
    description: Patterns of paths to leave out.
    type: list
    elements: str
    default: []
  kinds:
    description:
      - Kinds of files by patterns of their paths, the first that matches counts. The kinds are C(xml), C(json), C(ini),
        C(properties), C(text) and C(binary).
      - Others are told by their suffix (C(.config), C(.xml), C(.json), C(.ini), C(.properties)), and else are text if
        they can be. A file that is not of its kind is an error; no other kind is tried.
    type: dict
    default: {}
  secret_places:
    description: Where the source has secrets. With O(state=collected).
    type: list
    elements: dict
    default: []
    suboptions:
      file: &file
        description: The path in the bundle, with slashes.
        type: str
        required: true
      xpath: &xpath
        description: An XPath (1.0) that selects attributes, or elements that hold nothing but text. For XML.
        type: str
      namespaces: &namespaces
        description: Prefixes that the XPath uses, and their namespaces.
        type: dict
      pointer: &pointer
        description: A JSON pointer (RFC 6901) to a text, a number, a boolean or null. For JSON.
        type: str
      section: &section
        description: The section of a key. For INI.
        type: str
      key: &key
        description: A key. For INI, where cases do not count, and properties.
        type: str
      pattern: &pattern
        description: A regular expression that matches a whole line, from C(^) to C($); the group C(value) is what is
          meant. For text.
        type: str
      part: &part
        description: A keyword, if the value is a connection string, such as C(Password). Further ones for connection
          strings inside it, as Entity Framework has them.
        type: list
        elements: str
      count: &count
        description: How often it has to match.
        type: int
        default: 1
      secret:
        description: The name of the secret. Small letters, digits and underscores.
        type: str
        required: true
  not_secret:
    description: Places that look like those of secrets, and are carried over as they are. With O(state=collected).
    type: list
    elements: dict
    default: []
    suboptions:
      file: *file
      xpath: *xpath
      namespaces: *namespaces
      pointer: *pointer
      section: *section
      key: *key
      pattern: *pattern
      part: *part
      count: *count
  directory:
    description: The directory to render to. Its parent has to be there. With O(state=rendered).
    type: path
  transformations:
    description: What is different in this environment. With O(state=rendered).
    type: list
    elements: dict
    default: []
    suboptions:
      file: *file
      xpath: *xpath
      namespaces: *namespaces
      pointer: *pointer
      section: *section
      key: *key
      pattern: *pattern
      part: *part
      count: *count
      value:
        description:
          - What is to stand there. It is escaped and quoted as the place needs it.
          - A text or an integer; in JSON of the same type as the value that is there.
        type: raw
      secret:
        description: The name of a secret that is to stand there, instead of O(transformations[].value).
        type: str
  secrets:
    description: The secrets of this environment, by name. With O(state=rendered).
    type: dict
    default: {}
  protected_sections:
    description:
      - What to do with files that have sections encrypted by Windows.
      - V(hand_over) leaves them as they are in O(directory), and returns them in RV(hand_over).
      - V(carry) renders them with the section as it is in the bundle, for a key that both machines have (RSA).
    type: str
    choices: [hand_over, carry]
    default: hand_over
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
"""

EXAMPLES = r"""
- name: Collect Connect's configuration from TEST, to be signed off
  uoe.exam_scheduling.config_bundle:
    state: collected
    source: /srv/exams/fetched/connect-test
    bundle: /srv/exams/state/artefacts/connect
    passphrase: "{{ exam_artefact_password }}"
    exclude: ["*.log"]
    secret_places:
      - file: Connect.exe.config
        xpath: /configuration/connectionStrings/add[@name='Eugex']/@connectionString
        part: [Password]
        secret: connect_eugex_password

- name: Render what was signed off for LIVE
  uoe.exam_scheduling.config_bundle:
    bundle: /srv/exams/state/artefacts/connect
    passphrase: "{{ exam_artefact_password }}"
    digest: cb5d63517d5eea36cebf76d9bacfd0e2951c55784aeffee0453128de611581c5
    directory: /srv/exams/state/rendered/connect-live
    transformations:
      - file: Connect.exe.config
        xpath: /configuration/connectionStrings/add[@name='Eugex']/@connectionString
        part: [User Id]
        value: Exam_Connect
      - file: appsettings.json
        pointer: /Api/Port
        value: 8443
      - file: notes.txt
        pattern: ^Server:\s*(?P<value>\S+)$
        count: 2
        value: connect-live.exams.example
    secrets:
      connect_eugex_password: "{{ connect_eugex_password }}"
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be. All of it is in force at once.
  returned: success
  type: list
  elements: dict
  contains:
    item:
      description: The path of the file, or the directory if an earlier run was broken off.
      type: str
      sample: Connect.exe.config
    action:
      description: C(create), C(update) or C(delete).
      type: str
      sample: update
    before:
      description: What the file says, secrets masked.
      type: str
    after:
      description: What it says afterwards, with placeholders of secrets.
      type: str
applied:
  description: The items that are in force, if the task broke off.
  returned: failure after the first change was begun
  type: list
  elements: str
pending:
  description: The items that are not in force, if the task broke off.
  returned: failure after the first change was begun
  type: list
  elements: str
digest:
  description: The digest of the bundle.
  returned: success
  type: str
  sample: cb5d63517d5eea36cebf76d9bacfd0e2951c55784aeffee0453128de611581c5
files:
  description: The files of the bundle, as the manifest has them.
  returned: success
  type: list
  elements: dict
  sample: [{path: Connect.exe.config, kind: xml, size: 1820, sha256: 0c3de1a7…}]
findings:
  description:
    - What people have to know of the source, never with a secret's value.
    - The kinds are C(secret_in_clear), C(key_file), which was left out, and C(protected), a section that Windows has
      encrypted. C(secret) is the name in the placeholder that the bundle has there.
  returned: success
  type: list
  elements: dict
  sample: [{kind: secret_in_clear, file: app.ini, place: '[Mail] Password', what: a secret in clear,
    secret: found_1f0c55f3}]
hand_over:
  description: Files that were not rendered, since Windows has encrypted sections of them, and what would be set there.
  returned: success, with O(state=rendered)
  type: list
  elements: dict
  sample: [{file: web.config, sections: [/configuration/connectionStrings], settings: []}]
previous_digest:
  description: The digest of the bundle that the directory was rendered from before. V(null) if there was none.
  returned: success, with O(state=rendered)
  type: str
"""

from contextlib import ExitStack
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.arguments import (
    ARGUMENTS,
    REQUIRED_IF,
    collected,
    passphrase_of,
    rendered,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.collected import bundle_facts
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.rendered import checked
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    PREREQUISITE_ARGUMENTS,
    Problem,
    run,
)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**ARGUMENTS, **PREREQUISITE_ARGUMENTS}, required_if=REQUIRED_IF, supports_check_mode=True
    )
    parameters = module.params
    try:
        if parameters["state"] == "described":
            content = checked(Path(parameters["bundle"]), passphrase_of(parameters), parameters["digest"])
            facts = bundle_facts(content)
            del facts["warnings"]
            module.exit_json(changed=False, changes=[], **facts)
        with ExitStack() as locks:
            kept = None if module.check_mode else locks
            if parameters["state"] == "collected":
                run(module, collected(parameters, kept))
            run(module, rendered(parameters, kept))
    except Problem as error:
        module.fail_json(msg=f"{error} Nothing was touched.")


if __name__ == "__main__":
    main()
