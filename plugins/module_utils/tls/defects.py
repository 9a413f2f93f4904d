# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The defects of an endpoint, each by a name of its own, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ADVICE = {
    "expired": "Renew the certificate and bind the new one.",
    "not_yet_valid": "Check the clocks of the authority and of this host, or wait.",
    "expires_soon": "Renew the certificate now.",
    "too_long_a_life": "Have a certificate with a shorter life issued.",
    "wrong_name": "Have a certificate with this name issued, or correct which certificate is bound to it.",
    "self_signed": "Bind a certificate that an authority has issued.",
    "unknown_issuer": "Have a certificate issued by an authority that clients trust, or give its root in `roots`.",
    "incomplete_chain": "Configure the server to send the intermediates after its certificate.",
    "weak_key": "Make a key of RSA 3072 or ECDSA P-256 at least, and have a certificate issued for it.",
    "weak_signature": "Have the certificate issued anew, signed with SHA-256 or better.",
    "missing_server_eku": "Have a certificate issued whose extended key usage includes TLS server authentication.",
    "untrusted": "Look at the whole chain; the certificate breaks a rule that clients enforce.",
    "old_protocol": "Turn the old versions off on the server.",
    "no_ocsp_staple": "Turn OCSP stapling on, and let the server reach the authority's responder.",
    "invalid_ocsp_staple": "Let the server fetch a new response from the authority's responder.",
    "revoked": "Bind another certificate at once, and find out why this one was revoked.",
    "no_certificate": "Bind a certificate.",
    "unreadable_certificate": "Have the certificate issued anew.",
    "handshake_refused": "Look at the server's log: it answers, and refuses a handshake for this name.",
    "not_tls": "Check the port, and that TLS is turned on for it.",
    "not_tds": "Check the port: it is not SQL Server that answers there.",
}
"""What to do, by the defect's name."""


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong with an endpoint."""

    name: str
    """One of `ADVICE`."""
    expected: str
    found: str

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return ADVICE[self.name]


Add = Callable[[str, str, str], None]
"""Takes name, expectation and finding of a defect."""
