# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports cryptography, an optional library, and says what to install if it is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.libraries import require_library

__all__ = [
    "MINIMUM_VERSION",
    "AuthorityInformationAccessOID",
    "Encoding",
    "ExtendedKeyUsageOID",
    "InvalidSignature",
    "NameOID",
    "NoEncryption",
    "PrivateFormat",
    "UnsupportedAlgorithm",
    "ec",
    "hashes",
    "load_pem_private_key",
    "ocsp",
    "padding",
    "pkcs12",
    "require_cryptography",
    "rsa",
    "verification",
    "x509",
]

MINIMUM_VERSION = (42, 0, 0)
"""The first with `x509.verification` for servers and with aware dates of certificates."""

try:
    from cryptography import __version__ as _version
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_pem_private_key,
        pkcs12,
    )
    from cryptography.x509 import ocsp, verification
    from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
except ImportError:
    _version = ""
    if not TYPE_CHECKING:

        def __getattr__(name: str) -> None:
            """Stand in for each name above, so that every file that uses the library can still be imported.

            `require_cryptography` is called before the first use.
            """
            if name not in __all__:
                raise AttributeError(name)


def require_cryptography() -> None:
    """Return if the library is there and recent enough.

    Raises:
        Problem: it is not; the message names the command that installs it.
    """
    require_library("cryptography", _version, MINIMUM_VERSION[:2])
