# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passwords that a system rejected are remembered, so that no later run tries them again: accounts lock.

A file for each account, in a directory of the state directory, since a login that was rejected can leave nothing in the
system itself. It holds no password but its scrypt digest, with a salt of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import files
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_COST = {"n": 2**14, "r": 8, "p": 1}


@dataclass(frozen=True)
class Login:
    """Who logs in where."""

    user: str
    system: str
    """What the password is for, without what leads to it."""
    password: str = field(repr=False)
    directory: str
    """Where rejected passwords are remembered."""

    @property
    def path(self) -> Path:
        """The file of the account."""
        key = hashlib.sha256(f"{self.user}\n{self.system}".encode()).hexdigest()[:16]
        return Path(self.directory) / f"{re.sub(r'[^A-Za-z0-9_-]', '_', self.user)}-{key}.json"


def is_remembered(login: Login) -> bool:
    """Return whether this very password was rejected for this account before.

    Raises:
        Problem: what is remembered cannot be read.
    """
    try:
        found = json.loads(login.path.read_text(encoding="utf-8"))
        salt, digest = bytes.fromhex(found["salt"]), bytes.fromhex(found["digest"])
    except FileNotFoundError:
        return False
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Problem(
            "it cannot be read which password was rejected",
            where=str(login.path),
            found=f"{type(error).__name__}: {error}",
            remedy="Look at the file. If it is deleted, the password is tried once more.",
        ) from None
    return hmac.compare_digest(digest, _digest(login.password, salt))


def remember(login: Login) -> None:
    """Remember that the password was rejected."""
    salt = secrets.token_bytes(16)
    content = {
        "account": login.user,
        "system": login.system,
        "salt": salt.hex(),
        "digest": _digest(login.password, salt).hex(),
    }
    files.make_directory(login.path.parent)
    files.write(login.path, json.dumps(content, indent=2).encode() + b"\n", files.PRIVATE_FILE)


def forget(login: Login) -> None:
    """Forget what was rejected for this account: its password was accepted, or has been set."""
    with suppress(FileNotFoundError), files.told(login.path, "forget a rejected password"):
        login.path.unlink(missing_ok=True)


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **_COST)
