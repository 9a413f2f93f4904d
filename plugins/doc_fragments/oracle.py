# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the options that connect to an Oracle database."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of the connection."""

    DOCUMENTATION = r"""
options:
  server:
    description:
      - The server's DNS name. Its certificate has to hold it; a connection is always encrypted (C(tcps)), and the
        certificate always verified.
      - Give it with O(service_name), or O(descriptor) instead of both.
    type: str
  port:
    description: The port of the listener for C(tcps).
    type: int
    default: 2484
  service_name:
    description: The service of the database, as C(lsnrctl services) lists it.
    type: str
  descriptor:
    description:
      - A full connect descriptor. Each of its addresses has to have the protocol C(tcps), and it must not switch
        C(SSL_SERVER_DN_MATCH) off.
    type: str
  connect_address:
    description: The name or address that packets go to instead of O(server). Not with O(thick_mode=true).
    type: str
  ca_certificates:
    description: A PEM file of the authorities to trust instead of those that the system trusts.
    type: path
  certificate_dn:
    description:
      - The distinguished name that the server's certificate has to have. Its DNS names are not looked at then.
    type: str
  wallet_directory:
    description:
      - A wallet. In thin mode its C(ewallet.pem), with certificates to trust, and the client's own where the server
        asks for one. In thick mode its C(cwallet.sso), which can have O(login_user) and O(login_password) too.
    type: path
  wallet_password:
    description: The password of the key in C(ewallet.pem).
    type: str
  thick_mode:
    description:
      - Whether the driver uses Oracle's client libraries. A server older than 12.1 needs it.
    type: bool
    default: false
  client_directory:
    description: The directory of Oracle's client libraries, for O(thick_mode=true). By default the system finds them.
    type: path
  timeout:
    description: How many seconds to wait for the connection and the login.
    type: int
    default: 15
  login_user:
    description: Who logs in.
    type: str
  login_password:
    description: The password of O(login_user).
    type: str
  rejected_logins:
    description:
      - A directory on the host that runs the module, in which it is remembered which password was rejected for which
        account. The same password is not tried again by later runs, because accounts lock.
      - It holds no password, only its scrypt digest.
      - Put it into the state directory. Without it nothing is remembered from run to run.
    type: path
requirements:
  - oracledb >= 3.0.0
  - Oracle Database 12.1 or later; older ones with O(thick_mode=true) and Oracle's client libraries
"""
