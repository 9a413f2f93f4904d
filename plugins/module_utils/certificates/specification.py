# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `https_certificate` is asked for: its parameters, checked before anything is touched."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

ProviderName: TypeAlias = Literal["own_ca", "csr_only", "acme"]
Pkcs12Encryption: TypeAlias = Literal["modern", "server_2016"]

CERTIFICATE_OPTIONS: dict[str, dict[str, object]] = {
    "name": {"type": "str", "required": True},
    "names": {"type": "list", "elements": "str", "required": True},
    "key_type": {"type": "str", "choices": ["rsa", "ecdsa"], "default": "ecdsa"},
    "key_size": {"type": "int", "choices": [3072, 4096], "default": 3072},
    "curve": {"type": "str", "choices": ["p256", "p384"], "default": "p256"},
}
"""Suboptions of `certificates`."""

_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
RESERVED_ENDINGS = (".next", ".previous")


@dataclass(frozen=True)
class Wanted:
    """One certificate as declared."""

    name: str
    """Name of its directory, and of the certificate in messages."""
    names: tuple[str, ...]
    """DNS names and addresses, canonical; the first is also the common name."""
    key: str
    """Type and size of the key, as `describe.key_label` writes them."""


@dataclass(frozen=True)
class Pkcs12:
    """How the PKCS #12 file is to be made."""

    password: str
    encryption: Pkcs12Encryption

    def __repr__(self) -> str:  # the password must not get into a message or a traceback
        return f"Pkcs12({self.encryption})"


@dataclass(frozen=True)
class Specification:
    """All that one call of the module is asked for, except how to reach the issuer."""

    directory: Path
    certificates: tuple[Wanted, ...]
    provider: ProviderName
    renew_before_days: int
    replace_key: bool
    pkcs12: Pkcs12 | None


def specification_from(params: Mapping[str, Any]) -> Specification:
    """Return the module's parameters as a specification.

    Raises:
        InvalidParameter: one of them cannot be meant.
    """
    directory = Path(params["directory"])
    if not directory.is_absolute():
        raise InvalidParameter(
            "directory", params["directory"], "it is not absolute", "Give the whole path, beginning with `/`."
        )
    _refuse_negative("renew_before_days", params["renew_before_days"])
    provider: ProviderName = params["provider"]
    if provider != "csr_only" and not params.get(provider):
        raise InvalidParameter("provider", provider, f"`{provider}` is not given", f"Add the option `{provider}`.")
    if params["pkcs12_password"] == "":
        # The value is the empty string, so nothing secret is said here.
        raise InvalidParameter("pkcs12_password", "", "it is empty", "Give a password, or leave the option out.")
    password = params["pkcs12_password"]
    return Specification(
        directory=directory,
        certificates=_certificates(params["certificates"], provider),
        provider=provider,
        renew_before_days=params["renew_before_days"],
        replace_key=params["replace_key"],
        pkcs12=Pkcs12(password, params["pkcs12_encryption"]) if password is not None else None,
    )


def _refuse_negative(parameter: str, value: int) -> None:
    if value < 0:
        raise InvalidParameter(parameter, value, "it is negative", "Give a number of days, 0 or more.")


def _certificates(entries: Sequence[Mapping[str, Any]], provider: ProviderName) -> tuple[Wanted, ...]:
    wanted: list[Wanted] = []
    seen: dict[str, int] = {}
    for number, entry in enumerate(entries):
        path = f"certificates[{number}]"
        name = _directory_name(f"{path}.name", entry["name"])
        # Two names that differ in case only are one directory where the file system does not tell case.
        if (other := seen.setdefault(name.lower(), number)) != number:
            raise InvalidParameter(f"{path}.name", name, f"certificates[{other}] has that name", "Give each its own.")
        wanted.append(Wanted(name, _names(f"{path}.names", entry["names"], provider), _key(entry)))
    return tuple(wanted)


def _directory_name(parameter: str, name: str) -> str:
    if not _FILE_NAME.fullmatch(name) or len(name) > 100:
        raise InvalidParameter(
            parameter,
            name,
            "it becomes the name of a directory",
            "Use up to 100 letters, digits, dots, hyphens and underscores, the first a letter, digit or underscore.",
        )
    if name.endswith(RESERVED_ENDINGS):
        raise InvalidParameter(
            parameter,
            name,
            f"the module itself makes directories ending in {' and '.join(RESERVED_ENDINGS)}",
            "Choose another name.",
        )
    return name


def _names(parameter: str, names: Sequence[str], provider: ProviderName) -> tuple[str, ...]:
    if not names:
        raise InvalidParameter(parameter, list(names), "a certificate needs a name", "Give at least one DNS name.")
    canonical: list[str] = []
    for number, name in enumerate(names):
        path = f"{parameter}[{number}]"
        result = canonical_name(path, name)
        if result in canonical:
            raise InvalidParameter(path, name, "it is there twice", "Give it once.")
        if provider == "acme" and _is_address(result):
            raise InvalidParameter(
                path, name, "dns-01 proves DNS names, not addresses (RFC 8738)", "Leave it out or use another provider."
            )
        canonical.append(result)
    return tuple(canonical)


def canonical_name(parameter: str, name: str) -> str:
    """Return a DNS name in lower case, or an address as it is usually written.

    Raises:
        InvalidParameter: it is neither (RFC 1034, 3.5; a wildcard is the whole leftmost label, RFC 6125, 6.4.3).
    """
    if _is_address(name):
        return str(ipaddress.ip_address(name))
    if not name.isascii():
        raise InvalidParameter(
            parameter, name, "certificates hold ASCII names", "Give the A-label, beginning with `xn--` (RFC 5890)."
        )
    labels = name.lower().split(".")
    if labels[0] == "*" and len(labels) > 2:
        labels = labels[1:]
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise InvalidParameter(
            parameter, name, "it is neither a DNS name nor an IP address", "Correct it; no final dot, no URL, no port."
        )
    return name.lower()


def _is_address(name: str) -> bool:
    try:
        return "%" not in name and bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def _key(entry: Mapping[str, Any]) -> str:
    if entry["key_type"] == "rsa":
        return f"RSA {entry['key_size']}"
    return f"ECDSA {entry['curve'].upper().replace('P', 'P-')}"
