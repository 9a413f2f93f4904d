# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the options that authenticate a dynamic update."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of TSIG and GSS-TSIG."""

    DOCUMENTATION = r"""
options:
  key_name:
    description:
      - The name of the TSIG key (RFC 8945) that the server knows. Queries are signed with it as well as updates.
      - Without it, and without O(gss_tsig), nothing is signed, and the server must trust this host's address.
    type: str
  key_secret:
    description: The secret of the key in base64, as C(tsig-keygen) prints it.
    type: str
  key_algorithm:
    description: The algorithm of the key, the same as the server has.
    type: str
    choices: [hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384, hmac-sha512]
    default: hmac-sha256
  gss_tsig:
    description:
      - Authenticate by Kerberos (GSS-TSIG, RFC 3645), as Active Directory's secure dynamic updates demand, with the
        ticket that the user who runs the module holds (C(kinit), or the keytab that E(KRB5_CLIENT_KTNAME) names).
      - The server's principal is C(DNS/) followed by its name. It needs the Python library C(gssapi).
      - It excludes O(key_name).
    type: bool
    default: false
"""
