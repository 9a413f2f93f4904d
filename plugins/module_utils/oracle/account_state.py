# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account, as it is and as it is declared. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import shown

Verification = Literal["accepted", "rejected", "expired", "locked", "not tried"]
"""What a login with the declared password came to. Rejected is ORA-01017 alone; locked is an account that is locked."""


class Right(NamedTuple):
    """A right of an account."""

    kind: Literal["system privilege", "role", "object privilege"]
    name: str
    """The privilege, or the role."""
    owner: str = ""
    object: str = ""

    def __str__(self) -> str:
        """Return what messages say of it."""
        return f"{self.kind} {self.name}" + (f" on {shown(self.owner, self.object)}" if self.object else "")


@dataclass(frozen=True)
class DeclaredAccount:
    """An account as the task declares it; None is left as it is."""

    name: str
    state: Literal["present", "exact", "absent"]
    password: str | None = field(default=None, repr=False)
    locked: bool | None = None
    quiet_days: int | None = None
    end_rollover: bool = False
    require_rollover: bool = False
    profile: str | None = None
    profile_limits: Mapping[str, str] = field(default_factory=dict)
    default_tablespace: str | None = None
    temporary_tablespace: str | None = None
    quotas: Mapping[str, int] = field(default_factory=dict)
    """Octets by tablespace; UNLIMITED is -1."""
    rights: Mapping[Right, bool] = field(default_factory=dict)
    """Whether each can be passed on."""
    elsewhere: frozenset[Right] = frozenset()
    """Those of them that something else gives: they are not missed."""
    expiry_warning_days: int = 14


@dataclass(frozen=True)
class LiveSession:
    """A session of an account."""

    number: str
    machine: str
    program: str
    since: str

    def __str__(self) -> str:
        """Return what messages say of it."""
        return f"{self.number} from {self.machine or '?'} ({self.program or '?'}) since {self.since}"


@dataclass(frozen=True)
class AccountState:
    """An account as it was read."""

    name: str
    status: str
    """As the dictionary has it: OPEN, LOCKED(TIMED), EXPIRED & LOCKED, OPEN & IN ROLLOVER."""
    profile: str
    default_tablespace: str
    temporary_tablespace: str
    created: datetime
    last_login: datetime | None = None
    expires: datetime | None = None
    quotas: Mapping[str, int] = field(default_factory=dict)
    rights: Mapping[Right, bool] = field(default_factory=dict)
    verified: Verification = "not tried"
    sessions: tuple[LiveSession, ...] | None = ()
    """None if this login may not see them."""
    objects: int = 0
    """How many it owns."""

    @property
    def locked(self) -> bool:
        """Whether it is locked, by whatever."""
        return "LOCKED" in self.status

    @property
    def in_rollover(self) -> bool:
        """Whether the password before is accepted too."""
        return "ROLLOVER" in self.status


@dataclass(frozen=True)
class FoundAccount:
    """What of the database a plan depends on."""

    account: AccountState | None
    connected_as: str
    now: datetime
    """The server's own time."""
    tablespaces: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    profile_limits: Mapping[str, str] | None = None
    """Of the declared profile; None if there is none."""
    missing_objects: tuple[tuple[str, str], ...] = ()
