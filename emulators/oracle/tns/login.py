# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins with Oracle's 12c verifier: proof of a password that neither side sends, and the session key that follows.

The client derives a key from the password and a salt that the server names. With it each side encrypts half of a
session key for the other. Under the key that both make of the halves the client sends the password itself, so that
the server learns at once whether it was right.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

VERIFIER_12C = 0x4815
_SPEEDY = b"AUTH_PBKDF2_SPEEDY_KEY"
VERIFIER_ROUNDS, SESSION_ROUNDS = 4096, 3
_KEY = 32


def derived(password: bytes, salt: bytes, rounds: int = VERIFIER_ROUNDS) -> str:
    """Return what the server keeps of a password, in hexadecimal digits."""
    key = hashlib.pbkdf2_hmac("sha512", password, salt + _SPEEDY, rounds, 64)
    return hashlib.sha512(key + salt).digest()[:_KEY].hex()


def _decrypt(key: bytes, data: bytes) -> bytes:
    cipher = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).decryptor()
    return cipher.update(data) + cipher.finalize()


def _encrypt(key: bytes, data: bytes) -> bytes:
    padding = 16 - len(data) % 16
    cipher = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    return cipher.update(data + bytes([padding]) * padding) + cipher.finalize()


@dataclass
class Challenge:
    """One login, from the question to the answer."""

    salt: bytes
    verifiers: list[str]
    """What is kept of the password, and of the one before where that still holds; of nobody's, for a user that does
    not exist."""
    session_salt: bytes
    sent: bytes
    """The server's half of the session key, as it was sent."""
    key: bytes = b""
    """The session key, once the client has answered rightly."""

    @classmethod
    def create(cls, salt: bytes, verifiers: list[str]) -> Challenge:
        """Return a question."""
        # encrypted without padding, so that it is as long as the half itself
        sent = _encrypt(bytes.fromhex(verifiers[0]), secrets.token_bytes(_KEY))[:_KEY]
        return cls(salt, verifiers, secrets.token_bytes(16), sent)

    def parameters(self) -> list[tuple[str, str, int]]:
        """Return what the client is told."""
        return [
            ("AUTH_SESSKEY", self.sent.hex().upper(), 0),
            ("AUTH_VFR_DATA", self.salt.hex().upper(), VERIFIER_12C),
            ("AUTH_PBKDF2_CSK_SALT", self.session_salt.hex().upper(), 0),
            ("AUTH_PBKDF2_VGEN_COUNT", str(VERIFIER_ROUNDS), 0),
            ("AUTH_PBKDF2_SDER_COUNT", str(SESSION_ROUNDS), 0),
        ]

    def password(self, answered: str, encrypted: str) -> str | None:
        """Return the password that the client has, or None if it is not the account's."""
        try:
            half, proof = bytes.fromhex(answered), bytes.fromhex(encrypted)
        except ValueError:
            return None
        if len(half) != _KEY or not proof or len(proof) % 16:
            return None
        for verifier in self.verifiers:
            secret = bytes.fromhex(verifier)
            mine, theirs = _decrypt(secret, self.sent), _decrypt(secret, half)
            mixed = (theirs + mine).hex().upper().encode()
            key = hashlib.pbkdf2_hmac("sha512", mixed, self.session_salt, SESSION_ROUNDS, _KEY)
            password = opened(key, proof)
            if password is not None and hmac.compare_digest(derived(password, self.salt), verifier):
                self.key = key
                return password.decode("utf-8", "replace")
        return None

    def reply(self) -> str:
        """Return the server's own proof."""
        return _encrypt(self.key, secrets.token_bytes(16) + b"SERVER_TO_CLIENT").hex().upper()


def opened(key: bytes, data: bytes) -> bytes | None:
    """Return a password that was sent under the session key, or None if it was under another."""
    if not data or len(data) % 16:
        return None
    clear = _decrypt(key, data)
    padding = clear[-1]
    if not 1 <= padding <= 16 or clear[-padding:] != bytes([padding]) * padding or len(clear) < 16 + padding:
        return None
    return clear[16:-padding]


@dataclass(frozen=True)
class Request:
    """A message of a login."""

    user: str
    mode: int
    values: dict[str, str]
