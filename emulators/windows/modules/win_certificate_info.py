# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_certificate_info."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from emulators.windows.model import Certificate
from emulators.windows.module import Call, Module


def run(call: Call) -> None:
    """Tell of the certificates of a store, or of one."""
    wanted = (call["thumbprint"] or "").replace(" ", "").upper()
    found = [
        each
        for each in call.machine.state.certificates
        if each.store_name.lower() == call["store_name"].lower()
        and each.store_location == call["store_location"]
        and wanted in ("", each.thumbprint)
    ]
    shown = [_shown(each) for each in sorted(found, key=lambda each: each.thumbprint)]
    call.result.update(exists=bool(found), certificates=shown)


def _shown(stored: Certificate) -> dict[str, Any]:
    certificate = x509.load_pem_x509_certificate(stored.certificate_pem.encode())
    name = _simple_name(certificate.subject)
    return {
        "archived": False,
        "dns_names": [name, *_dns_names(certificate)],
        "friendly_name": stored.friendly_name,
        "has_private_key": stored.key_pem is not None,
        "issued_by": _simple_name(certificate.issuer),
        "issued_to": name,
        "issuer": _distinguished(certificate.issuer),
        "raw": base64.b64encode(certificate.public_bytes(Encoding.DER)).decode(),
        "serial_number": f"{certificate.serial_number:X}".zfill(2),
        "subject": _distinguished(certificate.subject),
        "thumbprint": stored.thumbprint,
        **_times("valid_from", certificate.not_valid_before_utc),
        **_times("valid_to", certificate.not_valid_after_utc),
        "version": 3,
    }


def _times(name: str, moment: dt.datetime) -> dict[str, Any]:
    return {name: moment.timestamp(), f"{name}_iso8601": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}


def _simple_name(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(common[0].value) if common else ""


def _distinguished(name: x509.Name) -> str:
    return ", ".join(each.rfc4514_string() for each in reversed(name.rdns))


def _dns_names(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.DNSName)


MODULE = Module("ansible.windows.win_certificate_info", run)
