# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directory of one certificate: what is in it, parsed as far as it can be."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar, cast

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates import describe
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._cryptography import (
    UnsupportedAlgorithm,
    load_pem_private_key,
    x509,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.files import told
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

KEY, REQUEST = "key.pem", "request.csr"
CERTIFICATE, CHAIN, FULLCHAIN = "certificate.pem", "chain.pem", "fullchain.pem"
PKCS12_FILE = "certificate.pfx"
ISSUER_MARK = "acme_directory.url"
"""Which ACME directory issued the certificate: it does not say so itself, and staging must not pass for production."""

OWNED = frozenset((KEY, REQUEST, CERTIFICATE, CHAIN, FULLCHAIN, PKCS12_FILE, ISSUER_MARK))
PRIVATE = frozenset((KEY, PKCS12_FILE))

Parsed = TypeVar("Parsed")


@dataclass(frozen=True)
class StoredFile:
    """A file as it is on disk."""

    content: bytes
    mode: int


@dataclass(frozen=True)
class Served:
    """A certificate with the intermediates that a server sends after it."""

    leaf: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    @cached_property
    def files(self) -> dict[str, bytes]:
        """The same in the three files that servers want, the one that holds all first."""
        return {
            FULLCHAIN: describe.pem(self.leaf, *self.chain),
            CERTIFICATE: describe.pem(self.leaf),
            CHAIN: describe.pem(*self.chain),
        }


@dataclass(frozen=True)
class Folder:
    """A certificate's directory as read; `mode` is None if it is not there."""

    path: Path
    mode: int | None
    files: Mapping[str, StoredFile]

    def content(self, name: str) -> bytes | None:
        """Return the content of a file, None if it is not there."""
        file = self.files.get(name)
        return file.content if file else None

    @cached_property
    def key(self) -> describe.PrivateKey | None:
        """The private key, None if it is missing or cannot be read."""
        content = self.content(KEY)
        if content is None:
            return None
        try:
            return cast("describe.PrivateKey", load_pem_private_key(content, password=None))
        except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it is encrypted
            return None

    @cached_property
    def request(self) -> x509.CertificateSigningRequest | None:
        """The request, None if it is missing or cannot be read."""
        content = self.content(REQUEST)
        try:
            return x509.load_pem_x509_csr(content) if content else None
        except ValueError:
            return None

    @cached_property
    def installed(self) -> Served | None:
        """What is served: `fullchain.pem`, or if there is none yet, certificate and chain put there by hand."""
        whole = certificates_in(self.content(FULLCHAIN))
        if whole:
            return Served(whole[0], tuple(whole[1:]))
        put = certificates_in(self.content(CERTIFICATE))
        if not put:
            return None
        chain, _foreign = describe.ordered_chain(put[0], [*put[1:], *certificates_in(self.content(CHAIN))])
        return Served(put[0], chain)


def read_folder(path: Path) -> Folder:
    """Return what is in the directory. Writes nothing.

    Raises:
        Problem: it, or a file in it that the module keeps, is of another kind or cannot be read.
    """
    with told(path, "read the directory"):
        try:
            status = path.lstat()
        except FileNotFoundError:
            return Folder(path, None, {})
        if not stat.S_ISDIR(status.st_mode):
            raise _wrong_kind(path, "a directory")
        files = {name: file for name in sorted(OWNED) if (file := _read_file(path / name))}
    return Folder(path, stat.S_IMODE(status.st_mode), files)


def _read_file(path: Path) -> StoredFile | None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise _wrong_kind(path, "a file")
    return StoredFile(path.read_bytes(), stat.S_IMODE(status.st_mode))


def _wrong_kind(path: Path, expected: str) -> Problem:
    found = (
        "a link" if path.is_symlink() else "a directory" if path.is_dir() else "a file" if path.is_file() else "else"
    )
    return Problem(
        "this path belongs to the module",
        where=str(path),
        expected=expected,
        found=found,
        remedy="Move it away, or choose another directory.",
    )


def certificates_in(content: bytes | None) -> list[x509.Certificate]:
    """Return the certificates of a PEM file; none if there is no file, or if it cannot be read."""
    if not content or not content.strip():
        return []
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError:
        return []
