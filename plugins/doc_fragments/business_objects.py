# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the options that log on to a BI platform."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of the connection."""

    DOCUMENTATION = r"""
options:
  server:
    description:
      - The DNS name of the server of the RESTful web services. Its certificate has to hold it; the connection is always
        encrypted, and the certificate always verified.
      - It is required. It may come from C(module_defaults).
    type: str
  port:
    description: The port of the web services, as the CMC has it (Applications, RESTful Web Service).
    type: int
    default: 6405
  connect_address:
    description: The name or address that packets go to instead of O(server).
    type: str
  ca_certificates:
    description: A PEM file of the authorities to trust instead of those that the library C(requests) brings.
    type: path
  login_user:
    description: Who logs on. It is required.
    type: str
  login_password:
    description: The password of O(login_user). It is required.
    type: str
  authentication:
    description:
      - How O(login_user) is authenticated. V(enterprise) is C(secEnterprise), V(ldap) is C(secLDAP), V(windows_ad)
        is C(secWinAD).
    type: str
    choices: [enterprise, ldap, windows_ad]
    default: enterprise
  timeout:
    description: How many seconds to wait for the connection, and for each answer.
    type: int
    default: 30
  rejected_logins:
    description:
      - A directory on the host that runs the module, in which it is remembered which password was rejected for which
        account. The same password is not tried again by later runs, because accounts lock.
      - It holds no password, only its scrypt digest. Without it nothing is remembered from run to run.
    type: path
requirements:
  - requests >= 2.32.3
  - SAP BusinessObjects BI platform 4.2 SP3 or later, whose web services have C(cmsquery)
notes:
  - Whoever logs on is logged off, whatever happens. If that fails, a warning says so, as the session holds a licence.
"""
