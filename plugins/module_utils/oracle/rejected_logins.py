# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passwords that an Oracle database rejected, as `module_utils.rejected_logins` remembers them."""

from __future__ import annotations

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import rejected_logins
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.refusals import WRONG_PASSWORD
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import LoginRejected, Server


def is_remembered(server: Server) -> bool:
    """Return whether this very password was rejected for this account before.

    Raises:
        Problem: what is remembered cannot be read.
    """
    login = _login(server)
    return login is not None and rejected_logins.is_remembered(login)


def check(server: Server) -> None:
    """Raise LoginRejected, without a connection, for a password that was rejected before."""
    login = _login(server)
    if login is not None and rejected_logins.is_remembered(login):
        rejected = LoginRejected(
            f"the login of {server.user} was rejected before with this same password, and is not tried again",
            where=str(server),
            found=f"a record in {login.path}",
            remedy="Correct the password. If it is the right one by now, delete that file, and it is tried once more.",
        )
        rejected.number = WRONG_PASSWORD
        raise rejected


def remember(server: Server) -> None:
    """Remember that the password was rejected."""
    login = _login(server)
    if login is not None:
        rejected_logins.remember(login)


def forget(server: Server) -> None:
    """Forget what was rejected for this account: its password was accepted, or has been set."""
    login = _login(server)
    if login is not None:
        rejected_logins.forget(login)


def _login(server: Server) -> rejected_logins.Login | None:
    """Return what is remembered by, None if nothing is."""
    if server.rejected_logins is None or server.user is None or server.password is None:
        return None
    return rejected_logins.Login(server.user, server.database, server.password, server.rejected_logins)
