# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins: the server's side of the 12c verifier, held against the arithmetic of a client."""

from __future__ import annotations

import hashlib
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from emulators.oracle.tns.login import Challenge, derived, opened


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(bytes(16)))


def answer(challenge: Challenge, password: bytes) -> tuple[str, str, bytes]:
    """Return what a client sends that has this password, and its session key."""
    told = {key: value for key, value, _flags in challenge.parameters()}
    salt = bytes.fromhex(told["AUTH_VFR_DATA"])
    key = hashlib.pbkdf2_hmac(
        "sha512", password, salt + b"AUTH_PBKDF2_SPEEDY_KEY", int(told["AUTH_PBKDF2_VGEN_COUNT"]), 64
    )
    secret = hashlib.sha512(key + salt).digest()[:32]
    theirs = _cipher(secret).decryptor().update(bytes.fromhex(told["AUTH_SESSKEY"]))
    mine = secrets.token_bytes(32)
    mixed = (mine + theirs).hex().upper().encode()
    session = hashlib.pbkdf2_hmac(
        "sha512", mixed, bytes.fromhex(told["AUTH_PBKDF2_CSK_SALT"]), int(told["AUTH_PBKDF2_SDER_COUNT"]), 32
    )
    clear = secrets.token_bytes(16) + password
    padding = 16 - len(clear) % 16
    proof = _cipher(session).encryptor().update(clear + bytes([padding]) * padding)
    return _cipher(secret).encryptor().update(mine).hex(), proof.hex(), session


def test_that_each_password_of_a_rollover_is_right_and_no_other() -> None:
    salt = secrets.token_bytes(16)
    for password, expected in (("new", "new"), ("old", "old"), ("other", None), ("", None)):
        challenge = Challenge.create(salt, [derived(b"new", salt), derived(b"old", salt)])
        half, proof, session = answer(challenge, password.encode())
        assert challenge.password(half, proof) == expected
        if expected:
            assert challenge.key == session
            assert _cipher(session).decryptor().update(bytes.fromhex(challenge.reply()))[16:32] == b"SERVER_TO_CLIENT"


def test_that_nonsense_is_a_wrong_password() -> None:
    salt = secrets.token_bytes(16)
    challenge = Challenge.create(salt, [derived(b"x", salt)])
    for half, proof in (("", ""), ("zz", "00"), ("00" * 32, "00" * 15), ("00" * 32, "00" * 32)):
        assert challenge.password(half, proof) is None
    assert opened(bytes(32), bytes(32)) is None
