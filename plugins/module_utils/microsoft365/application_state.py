# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An application of Entra ID: what is declared, what is found, what changes."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._cryptography import (
    Encoding,
    hashes,
    require_cryptography,
    x509,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.connection import checked_guid
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change, InvalidParameter

Json = dict[str, Any]

APPLICATION_ARGUMENTS: dict[str, dict[str, object]] = {
    "name": {"type": "str", "required": True},
    "tag": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "certificates": {"type": "list", "elements": "path", "default": []},
    "other_certificates": {"type": "str", "choices": ["keep", "remove_expired", "remove"], "default": "keep"},
    "required_permissions": {
        "type": "list",
        "elements": "dict",
        "options": {
            "resource": {"type": "str", "required": True},
            "permissions": {"type": "list", "elements": "str", "required": True},
        },
    },
    "owners": {"type": "list", "elements": "str", "default": []},
    "secret": {
        "type": "dict",
        "no_log": False,  # its name and where it goes; no secret
        "options": {
            "name": {"type": "str", "required": True},
            "file": {"type": "path", "required": True},
            "valid_days": {"type": "int", "default": 90},
        },
    },
    "warn_days": {"type": "int", "default": 30},
    "hand_over": {"type": "bool", "default": False},
}


@dataclass(frozen=True)
class Certificate:
    """A certificate that the application may prove itself with."""

    der: bytes
    thumbprint: str
    """SHA-256, in capitals."""
    not_before: dt.datetime
    not_after: dt.datetime

    @property
    def shown(self) -> Json:
        """The certificate as a diff shows it."""
        return {"thumbprint": self.thumbprint, "not_after": self.not_after.isoformat()}


@dataclass(frozen=True)
class Secret:
    """A secret that is made by Entra ID and written to a file, once."""

    name: str
    file: Path
    valid_days: int


@dataclass(frozen=True)
class DeclaredApplication:
    """What the parameters declare."""

    name: str
    tag: str
    present: bool
    certificates: tuple[Certificate, ...]
    others: Literal["keep", "remove_expired", "remove"]
    permissions: tuple[tuple[str, str], ...] | None
    """Resource's application id and name of its role; None to leave what there is."""
    owners: tuple[str, ...]
    secret: Secret | None
    warn_days: int


@dataclass(frozen=True)
class FoundApplication:
    """What the directory has."""

    matches: tuple[Json, ...]
    """Applications of the name or with the tag."""
    keys: tuple[Json, ...] = ()
    """The key credentials of the only match, with their keys."""
    principal: Json | None = None
    owners: frozenset[str] = frozenset()
    """Identifiers."""
    known_owners: Mapping[str, str] = field(default_factory=dict)
    """Identifier by declared name."""
    roles: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Identifier of a role by resource and name, of those that are declared and exist."""
    now: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))

    @property
    def application(self) -> Json | None:
        """The application, if there is one."""
        return self.matches[0] if self.matches else None


@dataclass(frozen=True)
class ApplicationChange(Change):
    """A change, and the request that makes it."""

    kind: Literal["create", "patch", "principal", "owner", "secret", "delete"] = "patch"
    body: Mapping[str, Any] = field(default_factory=dict)


def application_from(params: Mapping[str, Any]) -> DeclaredApplication:
    """Return what the parameters of `entra_application` declare. Reads the certificates' files.

    Raises:
        InvalidParameter: they cannot be meant.
        Problem: cryptography is missing.
    """
    require_cryptography()
    for name, longest in (("name", 120), ("tag", 256)):
        if not params[name].strip() or len(params[name]) > longest or not params[name].isprintable():
            raise InvalidParameter(name, params[name], "it is no name", f"Give 1 to {longest} printable characters.")
    certificates = tuple(_certificate(f"certificates[{i}]", path) for i, path in enumerate(params["certificates"]))
    if params["other_certificates"] == "remove" and not certificates and params["state"] == "present":
        raise InvalidParameter(
            "other_certificates", "remove", "nothing would be left to sign in with", "Give certificates."
        )
    secret = None
    if params["secret"] is not None:
        given = params["secret"]
        if not 1 <= given["valid_days"] <= 730:
            raise InvalidParameter("secret.valid_days", given["valid_days"], "it is out of range", "Give 1 to 730.")
        secret = Secret(given["name"], Path(given["file"]), given["valid_days"])
        if not secret.file.parent.is_dir():
            raise InvalidParameter("secret.file", given["file"], "its directory is not there", "Make it first.")
    permissions: list[tuple[str, str]] | None = None
    if params["required_permissions"] is not None:
        permissions = []
        for number, entry in enumerate(params["required_permissions"]):
            resource = checked_guid(f"required_permissions[{number}].resource", entry["resource"])
            permissions += [(resource, each) for each in entry["permissions"]]
    return DeclaredApplication(
        name=params["name"],
        tag=params["tag"],
        present=params["state"] == "present",
        certificates=certificates,
        others=params["other_certificates"],
        permissions=None if permissions is None else tuple(permissions),
        owners=tuple(params["owners"]),
        secret=secret,
        warn_days=params["warn_days"],
    )


def certificate_of(credential: Mapping[str, Any]) -> Certificate | None:
    """Return the certificate of a key credential, None if the directory does not show it or it is none."""
    if not credential.get("key"):
        return None
    try:
        return _described(x509.load_der_x509_certificate(base64.b64decode(credential["key"])))
    except ValueError:
        return None


def credential_of(certificate: Certificate) -> Json:
    """Return a certificate as Graph takes it."""
    return {
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "key": base64.b64encode(certificate.der).decode(),
        "displayName": certificate.thumbprint[:16],
    }


def _certificate(parameter: str, path: str) -> Certificate:
    try:
        return _described(x509.load_pem_x509_certificate(Path(path).read_bytes()))
    except (OSError, ValueError) as error:
        raise InvalidParameter(parameter, path, "it is no certificate in PEM", "Give its file.") from error


def _described(certificate: Any) -> Certificate:
    return Certificate(
        certificate.public_bytes(Encoding.DER),
        certificate.fingerprint(hashes.SHA256()).hex().upper(),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )
