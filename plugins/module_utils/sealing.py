# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Encryption of files: AES-256-GCM in blocks, with a key that scrypt makes of a passphrase.

Each artefact, or file by itself, has a salt, and so a key, of its own. A block's nonce is the number of its file and
its own number, so that none comes twice; whether it is the last one is authenticated with it, so that a file cannot be
cut short.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.libraries import require_library
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

try:
    from cryptography import __version__ as _version
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
except ImportError:
    _version = ""

_MINIMUM_VERSION = (42, 0)
_COST = {"n": 2**15, "r": 8, "p": 1}
"""What scrypt needs: 32 MiB, and a tenth of a second."""

_BLOCK = 2**20
_TAG = 16


def cipher_of(key: bytes) -> AESGCM:
    """Return what encrypts with a key of 32 octets. Raises Problem if the library cryptography is missing."""
    require_library("cryptography", _version, _MINIMUM_VERSION)
    return AESGCM(key)


class Seal:
    """The key of an artefact, or of a file by itself."""

    def __init__(self, passphrase: str, salt: bytes | None = None) -> None:
        """Make the key.

        Args:
            passphrase: of which it is made.
            salt: that of an artefact that is there; None for a new one.

        Raises:
            Problem: the library cryptography is missing.
        """
        require_library("cryptography", _version, _MINIMUM_VERSION)
        self._salt = os.urandom(16) if salt is None else salt
        self._cipher = cipher_of(Scrypt(salt=self._salt, length=32, **_COST).derive(passphrase.encode()))

    def as_dict(self) -> dict[str, object]:
        """Return what the manifest says of it."""
        return {"cipher": "AES-256-GCM", "kdf": "scrypt", **_COST, "salt": self._salt.hex()}

    def writer(self, file: IO[bytes], number: int) -> SealedWriter:
        """Return what encrypts what is written to it into a file, the artefact's `number`th."""
        return SealedWriter(self._cipher, file, number)

    def reader(self, file: IO[bytes], number: int) -> io.BufferedReader:
        """Return what reads a file that `writer` wrote. Reading raises Problem if it is not what was written."""
        return io.BufferedReader(_SealedReader(self._cipher, file, number), _BLOCK)


def salt_of(entry: Mapping[str, Any]) -> bytes:
    """Return the salt that a manifest has. Raises ValueError if it is encrypted in another way."""
    salt = bytes.fromhex(entry["salt"])
    if {**entry} != {"cipher": "AES-256-GCM", "kdf": "scrypt", **_COST, "salt": salt.hex()}:
        raise ValueError("it is encrypted in a way that is not known")
    return salt


def _nonce(number: int, block: int) -> bytes:
    return number.to_bytes(4, "big") + block.to_bytes(8, "big")


class SealedWriter(io.RawIOBase):
    """Encrypts what is written. It has to be closed, which leaves the file itself open."""

    def __init__(self, cipher: AESGCM, file: IO[bytes], number: int) -> None:
        """Keep where it goes."""
        self._cipher, self._file, self._number = cipher, file, number
        self._buffer, self._block = bytearray(), 0

    def writable(self) -> bool:
        """Return that it is."""
        return True

    def write(self, data: Any, /) -> int:
        """Take octets, and write whole blocks; one is always kept, since it may be the last. Raises OSError."""
        self._buffer += data
        while len(self._buffer) > _BLOCK:
            self._seal(bytes(self._buffer[:_BLOCK]), last=False)
            del self._buffer[:_BLOCK]
        return memoryview(data).nbytes

    def close(self) -> None:
        """Write the last block. Raises OSError."""
        if not self.closed:
            self._seal(bytes(self._buffer), last=True)
        super().close()

    def _seal(self, block: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, self._block), block, bytes([last])))
        self._block += 1


class _SealedReader(io.RawIOBase):
    def __init__(self, cipher: AESGCM, file: IO[bytes], number: int) -> None:
        self._cipher, self._file, self._number = cipher, file, number
        self._open, self._block = b"", 0
        self._next = file.read(_BLOCK + _TAG)
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if not self._open and not self._ended:
            block, self._next = self._next, self._file.read(_BLOCK + _TAG)
            self._ended = not self._next
            try:
                self._open = self._cipher.decrypt(_nonce(self._number, self._block), block, bytes([self._ended]))
            except InvalidTag:
                raise Problem(
                    "it cannot be decrypted: it was altered, or encrypted with another passphrase",
                    where=getattr(self._file, "name", None),
                    remedy="Give the passphrase that it was encrypted with.",
                ) from None
            self._block += 1
        size = min(len(buffer), len(self._open))
        buffer[:size], self._open = self._open[:size], self._open[size:]
        return size
