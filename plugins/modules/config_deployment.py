# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: config_deployment
short_description: Deploy signed-off configuration files to a Windows host, and put them back if its services do not run
version_added: "0.1.0"
description:
  - Renders a bundle of M(uoe.exam_scheduling.config_bundle) on the controller, in memory, and deploys the files to a
    directory of a Windows host. Secrets travel as arguments, through the connection. They are never in a file of the
    controller, nor in a temporary one of the host, and never in diffs or messages.
  - The bundle is deployed only if a sign-off of exactly this content is approved and holds (change_control_records).
  - A bundle with sections that Windows has encrypted is refused, since it could be deployed only in part.
  - The files are staged beside their places and read back. The services are stopped, the files switched, and the
    services started and watched. If that fails, what stood before is put back, the services are started with it, and
    the task fails, with the reason and with what stands.
  - A run that broke off between staging and switching is put right by the next one, which says what it found. What
    somebody has changed in the meantime, in a file that the run had not come to, counts as what was there before.
  - What is replaced is kept in C(.exam_scheduling) below O(directory), with the access rights of that directory.
  - It stands for no other files of the directory.
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
options:
  state:
    description:
      - V(deployed) means that the files of the bundle are there, and the services run with them.
      - V(seen) changes nothing, and returns how the host stands to the bundle, whether or not its sign-off still holds.
      - V(accepted) writes down that what was deployed is proven.
      - V(put_back) brings back what the last deployment replaced, whatever stands now. For a proof that failed.
      - V(restored) brings back all files that stood at the time of a generation, as a deployment of its own. Files that
        were deployed first after it are deleted. What somebody has changed since by hand, in a file that no later
        deployment has replaced, stays.
    type: str
    choices: [deployed, accepted, put_back, restored, seen]
    default: deployed
  directory:
    description: The directory of the files, on the host.
    type: str
    required: true
  services:
    description: The services that read the files, in the order in which they are started.
    type: list
    elements: str
    default: []
  bundle:
    description: The directory of the bundle, on the controller. With V(deployed) and V(seen).
    type: path
  passphrase:
    description: That of the bundle.
    type: str
  artefact:
    description: What the sign-off has to be of. With V(deployed) and V(seen).
    type: str
  transformations:
    description: What is different in this environment.
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
      value:
        description: What is to stand there.
        type: raw
      secret:
        description: The name of a secret that is to stand there, instead of O(transformations[].value).
        type: str
  secrets:
    description: The secrets of this environment, by name.
    type: dict
    default: {}
  generation:
    description:
      - Which generation to restore. Another name is refused, and shows those that are kept.
      - V(original) is what was there before anything that was signed off. Where nothing that was signed off stands,
        nothing changes; where it is not kept any more, the task fails.
    type: str
  keep:
    description: How many generations are kept, at least that of the last deployment. V(original) is kept besides.
    type: int
    default: 10
  lock_expires:
    description: After how many seconds a lock that a run has left is taken over.
    type: int
    default: 3600
  watch_seconds:
    description: How long services that were started are watched whether they stop again.
    type: int
    default: 10
seealso:
  - module: uoe.exam_scheduling.config_bundle
  - module: uoe.exam_scheduling.win_config_files
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
- name: Deploy CalSync's exam template as it was signed off
  uoe.exam_scheduling.config_deployment:
    artefact: calsync_exam_template
    bundle: /srv/exams/state/artefacts/calsync_exam_template
    passphrase: "{{ exam_artefact_password }}"
    directory: C:\Program Files\S2Unified\CalSync\Templates
    services: [CalSync]
    transformations:
      - {file: exam.xml, xpath: /template/link/@href, value: "https://timetables.exams.example/{uun}"}
  register: deployment
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be. Secrets are never shown.
  returned: success, with O(state=deployed), O(state=seen) and O(state=restored), there without contents
  type: list
  elements: dict
  sample: [{item: Connect.exe.config, action: update, before: ..., after: ...}]
digest:
  description: The digest of the bundle, or of the generation that was restored.
  returned: success, with O(state=deployed), O(state=seen) and O(state=restored)
  type: str
  sample: 511e6e52072cb39698003fbcb3962a8a0124814d4837efc1085abbdeee252fa9
sign_off:
  description: The sign-off, and what shows that it was approved. V(null) if none holds.
  returned: success, with O(state=deployed) and O(state=seen)
  type: dict
  sample: {id: connect-2027-02, evidence: signed by exams-office@exams.example}
sign_off_refused:
  description: Why no sign-off of the content holds; empty if one does.
  returned: success, with O(state=deployed) and O(state=seen)
  type: str
expected:
  description: The SHA-256 of each file of the bundle, as it is to be on the host.
  returned: success, with O(state=deployed) and O(state=seen)
  type: dict
present:
  description: The SHA-256 of each file as it was, V(null) for one that was not there.
  returned: success, with O(state=deployed) and O(state=seen)
  type: dict
unproven:
  description: Whether what stands was deployed and not accepted yet.
  returned: success, with O(state=deployed) and O(state=seen)
  type: bool
told:
  description: What was found of a run that broke off, and which stands. It is shown as a warning as well.
  returned: success
  type: list
  elements: str
  sample: ["A run of exams on ctl broke off at 2027-02-10T10:15:00+00:00. What stands is old (not from a bundle)."]
accepted:
  description: Whether that was not written down yet.
  returned: success, with O(state=accepted)
  type: bool
"""
