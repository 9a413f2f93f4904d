# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which run of ansible-playbook this is: named by the callback as it starts, known to every process that it forks."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

VARIABLE = "EXAM_SCHEDULING_RUN"
"""The environment variable by which the workers of a run, and the modules that run on the controller, know it."""


def begin(now: datetime | None = None) -> str:
    """Name this run, in this process and in all that it starts, and return the name: `2027-02-03T101500Z-1f9c0a`.

    The name sorts by time, and its second half cannot be guessed: a permit that bears it was given in this run.
    """
    name = f"{now or datetime.now(UTC):%Y-%m-%dT%H%M%SZ}-{secrets.token_hex(3)}"
    os.environ[VARIABLE] = name
    return name


def current() -> str | None:
    """Return the name of this run; None where the callback is not enabled."""
    return os.environ.get(VARIABLE)


def for_a_note() -> str:
    """Return by which name targets note this run, such as in a lock; where it has none, one that no other call gets.

    Without the callback, nothing is shared by the processes of a run and by no other run. Two runs by the same user
    would otherwise take each other's locks for their own.
    """
    return current() or f"unnamed-{secrets.token_hex(3)}"


def require() -> str:
    """Return the name of this run.

    Raises:
        Problem: it has none: the callback that reports and journals is not enabled.
    """
    name = current()
    if name is None:
        raise Problem(
            "the callback uoe.exam_scheduling.implementation_report is not enabled, so that nothing would be reported",
            remedy="Run from the checkout, whose ansible.cfg enables it, or set "
            "ANSIBLE_CALLBACKS_ENABLED=uoe.exam_scheduling.implementation_report.",
        )
    return name


def started(name: str) -> datetime:
    """Return when the run of that name started, to the second, in UTC.

    Raises:
        ValueError: it is no name of a run.
    """
    return datetime.strptime(name.rpartition("-")[0], "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC)
