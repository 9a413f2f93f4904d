# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports dnspython, an optional library, and says what to install if it is missing."""

from __future__ import annotations

import importlib
import types

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.libraries import require_library
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

__all__ = ["MINIMUM_VERSION", "dns", "require_dnspython", "require_gssapi"]

MINIMUM_VERSION = (2, 7, 0)
"""The first version that reads an answer without verifying it, which is what tells why a server rejects a key."""

try:
    import dns.exception
    import dns.flags
    import dns.inet
    import dns.message
    import dns.name
    import dns.opcode
    import dns.query
    import dns.rcode
    import dns.rdata
    import dns.rdataclass
    import dns.rdataset
    import dns.rdatatype
    import dns.rdtypes.ANY.TKEY
    import dns.rdtypes.ANY.TXT
    import dns.resolver
    import dns.reversename
    import dns.tsig
    import dns.update
    import dns.version
except ImportError:
    # A stand-in, so that every file that uses the library can still be imported: `require_dnspython` is called before
    # the first use.
    dns = types.ModuleType("dns")
    _FOUND = ""
else:
    _FOUND = dns.version.version


def require_dnspython() -> None:
    """Return if the library is there and recent enough.

    Raises:
        Problem: it is not; the message names the command that installs it.
    """
    require_library("dnspython", _FOUND, MINIMUM_VERSION)


def require_gssapi() -> types.ModuleType:
    """Return the library `gssapi`, which only GSS-TSIG needs.

    Raises:
        Problem: it is not installed; the message names the command that installs it.
    """
    try:
        return importlib.import_module("gssapi")
    except (ImportError, OSError) as error:
        raise Problem(
            f"gss_tsig is asked for, and the Python library gssapi cannot be loaded ({error})",
            where="the Python that runs this module",
            remedy="Install it for that Python: python -m pip install gssapi (it needs Kerberos' libraries: "
            "libkrb5-dev on Debian, krb5-devel on Red Hat).",
        ) from error
