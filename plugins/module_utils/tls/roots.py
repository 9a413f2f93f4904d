# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The root certificates that clients trust, from files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._cryptography import (
    verification,
    x509,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.files import told
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

Certificates: TypeAlias = "tuple[x509.Certificate, ...]"


@dataclass(frozen=True)
class Roots:
    """What clients trust."""

    certificates: Certificates

    @cached_property
    def store(self) -> verification.Store:
        """The same for `cryptography`; with a system's 150 roots it takes long to make, so that it is made once."""
        return verification.Store(list(self.certificates))


class CertificateFiles:
    """Reads each file, and makes each set of roots, once, however many endpoints name it."""

    def __init__(self) -> None:
        self._files: dict[str, Certificates] = {}
        self._roots: dict[tuple[str, ...], Roots] = {}

    def roots(self, parameter: str, paths: Sequence[str]) -> Roots:
        """Return the certificates of all the files as roots.

        Raises:
            InvalidParameter: there is none, or a file is not there or holds none.
            Problem: a file cannot be read.
        """
        if not paths:
            raise InvalidParameter(parameter, list(paths), "nothing could be trusted", "Give at least one file.")
        if tuple(paths) not in self._roots:
            self._roots[tuple(paths)] = Roots(self.certificates(parameter, paths))
        return self._roots[tuple(paths)]

    def certificates(self, parameter: str, paths: Sequence[str]) -> Certificates:
        """Return the certificates of all the files, each once.

        Raises:
            InvalidParameter: a file is not there or holds none.
            Problem: a file cannot be read.
        """
        for number, path in enumerate(paths):
            if path not in self._files:
                self._files[path] = _certificates(f"{parameter}[{number}]", path)
        return tuple(dict.fromkeys(certificate for path in paths for certificate in self._files[path]))


def _certificates(parameter: str, path: str) -> Certificates:
    if not Path(path).is_file():
        raise InvalidParameter(parameter, path, "there is no such file", "Give a file with certificates in PEM.")
    with told(Path(path), f"read {parameter}"):
        content = Path(path).read_bytes()
    try:
        return tuple(x509.load_pem_x509_certificates(content))
    except ValueError as error:
        raise InvalidParameter(
            parameter, path, f"it holds no certificates in PEM ({error})", "Give a file that does."
        ) from None
