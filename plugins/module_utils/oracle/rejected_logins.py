# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passwords that a server rejected are remembered, so that no later run tries them again: accounts lock.

A file for each account, in a directory of the state directory, since a login that was rejected can leave nothing in the
database. It holds no password but its scrypt digest, with a salt of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from contextlib import suppress
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import files
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.refusals import WRONG_PASSWORD
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import LoginRejected, Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_COST = {"n": 2**14, "r": 8, "p": 1}


def is_remembered(server: Server) -> bool:
    """Return whether this very password was rejected for this account before.

    Raises:
        Problem: what is remembered cannot be read.
    """
    path = _path(server)
    if path is None or server.password is None:
        return False
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        salt, digest = bytes.fromhex(found["salt"]), bytes.fromhex(found["digest"])
    except FileNotFoundError:
        return False
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Problem(
            "it cannot be read which password was rejected",
            where=str(path),
            found=f"{type(error).__name__}: {error}",
            remedy="Look at the file. If it is deleted, the password is tried once more.",
        ) from None
    return hmac.compare_digest(digest, _digest(server.password, salt))


def check(server: Server) -> None:
    """Raise LoginRejected, without a connection, for a password that was rejected before."""
    if is_remembered(server):
        rejected = LoginRejected(
            f"the login of {server.user} was rejected before with this same password, and is not tried again",
            where=str(server),
            found=f"a record in {_path(server)}",
            remedy="Correct the password. If it is the right one by now, delete that file, and it is tried once more.",
        )
        rejected.number = WRONG_PASSWORD
        raise rejected


def remember(server: Server) -> None:
    """Remember that the password was rejected."""
    path = _path(server)
    if path is None or server.password is None:
        return
    salt = secrets.token_bytes(16)
    content = {
        "account": server.user,
        "database": server.database,
        "salt": salt.hex(),
        "digest": _digest(server.password, salt).hex(),
    }
    files.make_directory(path.parent)
    files.write(path, json.dumps(content, indent=2).encode() + b"\n", files.PRIVATE_FILE)


def forget(server: Server) -> None:
    """Forget what was rejected for this account: its password was accepted, or has been set."""
    path = _path(server)
    if path is not None:
        with suppress(FileNotFoundError), files.told(path, "forget a rejected password"):
            path.unlink(missing_ok=True)


def _path(server: Server) -> Path | None:
    """Return the file of the account, None if nothing is remembered."""
    if server.rejected_logins is None or server.user is None:
        return None
    key = hashlib.sha256(f"{server.user}\n{server.database}".encode()).hexdigest()[:16]
    return Path(server.rejected_logins) / f"{re.sub(r'[^A-Za-z0-9_-]', '_', server.user)}-{key}.json"


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **_COST)
