# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts: passwords, their life, locks, and what a login comes to."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.model import Model, User
from emulators.oracle.engine.rights import has_system
from emulators.oracle.tns.login import derived

DAY = 86400.0
_SALT = 16


def limit(model: Model, user: User, resource: str) -> float:
    """Return a limit of an account's profile as a number; infinite for UNLIMITED."""
    text = model.profiles[user.profile].limits.get(resource, "DEFAULT")
    if text == "DEFAULT":
        text = model.profiles["DEFAULT"].limits[resource]
    return float("inf") if text in ("UNLIMITED", "NULL") else float(text)


def set_password(model: Model, user: User, password: str, *, rollover: bool = True) -> None:
    """Give an account a password, which may be one it had if its profile allows it.

    Args:
        model: what the database knows.
        user: the account.
        password: the new one.
        rollover: whether the old one may hold for the time that the profile gives.

    Raises:
        OracleError: 28007: the profile forbids its reuse.
    """
    now = time.time()
    if not user.salt:
        user.salt = secrets.token_hex(_SALT)
    verifier = derived(password.encode(), bytes.fromhex(user.salt))
    most = limit(model, user, "PASSWORD_REUSE_MAX")
    if most != float("inf") and verifier in [user.verifier, *user.history][: int(most)]:
        raise OracleError(28007)
    user.history = [each for each in (user.verifier, *user.history) if each][:20]
    lasts = limit(model, user, "PASSWORD_ROLLOVER_TIME")
    if rollover and user.verifier and 0 < lasts < float("inf") and not status_flags(model, user).expired:
        # a third password within the time ends the first one; the time does not begin anew
        user.previous_verifier = user.verifier
        user.rollover_until = user.rollover_until if user.rollover_until > now else now + lasts * DAY
    else:
        end_rollover(user)
    user.verifier, user.password_changed = verifier, now
    user.expired, user.grace_until = False, 0
    model.touch("user", user.name)


def end_rollover(user: User) -> None:
    """Let only the newest password hold."""
    user.previous_verifier, user.rollover_until = "", 0


def in_rollover(user: User) -> bool:
    """Return whether the password before holds too."""
    return bool(user.previous_verifier) and user.rollover_until > time.time()


@dataclass(frozen=True)
class Flags:
    """What an account is at present."""

    expired: bool
    in_grace: bool
    lock: str
    rollover: bool

    def __str__(self) -> str:
        words = ["EXPIRED" if self.expired else "EXPIRED(GRACE)"] if self.expired or self.in_grace else []
        words += [self.lock] if self.lock else []
        words += ["IN ROLLOVER"] if self.rollover else []
        if not words or words == ["IN ROLLOVER"]:
            words.insert(0, "OPEN")
        return " & ".join(words)


def expiry(model: Model, user: User) -> float | None:
    """Return when an account's password ends, in seconds since 1970; None for never."""
    if user.grace_until:
        return user.grace_until
    life = limit(model, user, "PASSWORD_LIFE_TIME")
    return None if life == float("inf") or not user.verifier else user.password_changed + life * DAY


def status_flags(model: Model, user: User) -> Flags:
    """Return what an account is at present; a timed lock whose time has passed still shows, as in Oracle."""
    now = time.time()
    in_grace = bool(user.grace_until) and now <= user.grace_until
    expired = user.expired or (bool(user.grace_until) and not in_grace)
    return Flags(expired, in_grace and not expired, user.lock, in_rollover(user))


def unlock_if_due(model: Model, user: User) -> None:
    """End a timed lock whose time has passed."""
    if user.lock == "LOCKED(TIMED)":
        lasts = limit(model, user, "PASSWORD_LOCK_TIME")
        if time.time() >= user.locked_at + lasts * DAY:
            user.lock, user.failures, user.locked_at = "", 0, 0
            model.touch("user", user.name)


def note_failure(model: Model, user: User) -> None:
    """Count a wrong password, and lock the account when it is one too many."""
    user.failures += 1
    if user.failures >= limit(model, user, "FAILED_LOGIN_ATTEMPTS") and not user.lock:
        user.lock, user.locked_at = "LOCKED(TIMED)", time.time()
    model.touch("user", user.name)


def admit(model: Model, user: User, *, new_password: str | None) -> OracleError | None:
    """Let an account in whose password was right.

    Args:
        model: what the database knows.
        user: the account.
        new_password: what it wants to have from now on.

    Returns:
        The warning that it gets: 28002.

    Raises:
        OracleError: 28000, 28001, 1045.
    """
    warning = None
    now = time.time()
    if new_password is not None:
        set_password(model, user, new_password)
    life = limit(model, user, "PASSWORD_LIFE_TIME")
    if not user.grace_until and now > user.password_changed + life * DAY:
        user.grace_until = now + limit(model, user, "PASSWORD_GRACE_TIME") * DAY
    flags = status_flags(model, user)
    if flags.expired:
        raise OracleError(28001)
    if flags.in_grace:
        warning = OracleError(28002, max(1, round((user.grace_until - now) / DAY)))
    if not has_system(model, user.name, "CREATE SESSION"):
        raise OracleError(1045, user.name)
    user.failures, user.last_login = 0, now
    model.touch("user", user.name)
    return warning
