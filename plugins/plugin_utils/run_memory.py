# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What earlier gates of this run found, for the later ones: to find it again at every stage takes seconds of a run.

The callback keeps it in ansible-playbook's own process, of which the workers that the gates run in are copies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass
class Memory:
    """What was found so far."""

    plays: Sequence[Mapping[str, Any]] = ()
    """What each play of the run enters."""
    on_loopback: frozenset[str] = frozenset()
    """The hosts of a rehearsal whose endpoints are all loopback addresses."""


MEMORY = Memory()


def remember(found: Mapping[str, Any]) -> None:
    """Keep what a gate of this run found.

    Args:
        found: the content of the gate's file: `plays` and `on_loopback`, empty where it had no need of them.
    """
    MEMORY.plays = found["plays"] or MEMORY.plays
    MEMORY.on_loopback |= frozenset(found["on_loopback"])
