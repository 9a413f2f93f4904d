# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the options that connect to a tenant of Microsoft 365."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of the connection."""

    DOCUMENTATION = r"""
options:
  tenant:
    description: The tenant's id, or a domain of it.
    type: str
    required: true
  client_id:
    description: The application (client) id that this task signs in as.
    type: str
  certificate:
    description: A PEM file of the certificate that is registered on that application.
    type: path
  private_key:
    description: A PEM file of the certificate's RSA key.
    type: path
  private_key_content:
    description: The key itself in PEM, from the vault, instead of O(private_key).
    type: str
  private_key_passphrase:
    description: The passphrase of an encrypted key.
    type: str
  ca_certificates:
    description: A PEM file of the authorities to trust instead of the library's own, for example a proxy's that
      re-encrypts.
    type: path
  proxy:
    description:
      - The proxy to use, as a URL.
      - The environment's variables for proxies are not used, nor C(.netrc).
    type: str
  connect_address:
    description:
      - The name or address that packets go to instead of Microsoft's. The names stay, and are verified.
      - It excludes O(proxy).
    type: str
  connect_port:
    description: The port at O(connect_address).
    type: int
    default: 443
  timeout:
    description: How many seconds to wait for a connection and for an answer.
    type: int
    default: 30
  retry_for:
    description:
      - For how many seconds a request is sent again that is throttled or finds the service unavailable, after as long
        as C(Retry-After) says.
      - What could be done twice is not sent again after a connection broke; the error then says that it is not known.
    type: int
    default: 120
notes:
  - Errors have the identifiers by which Microsoft's support finds the request, and never a token.
  - The permissions that each module needs are in the collection's C(docs/office365.md).
requirements:
  - msal >= 1.31
  - requests >= 2.32
"""
