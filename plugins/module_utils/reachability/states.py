# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the outcome of a probe means: no more than is known from it."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from enum import StrEnum

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.greeting import Answer


class State(StrEnum):
    """What is known of one address, port and protocol."""

    OPEN = "open"
    """TCP: the connection was accepted. UDP: something answered."""
    REFUSED = "refused"
    """A TCP reset or an ICMP port-unreachable came back: nothing listens, or a firewall says so."""
    FILTERED = "filtered"
    """TCP: nothing came back within the deadline, or the kernel's own."""
    OPEN_OR_FILTERED = "open_or_filtered"
    """UDP: nothing came back, as from a filtered port and as from an open one that had nothing to say."""
    UNREACHABLE = "unreachable"
    """This host or a router on the way said that there is no way or that it is prohibited."""
    UNRESOLVED = "unresolved"
    """The name gave no address: nothing is known of the flow."""


@dataclass(frozen=True)
class Probe:
    """What one address of one flow was found to be."""

    state: State
    reason: str
    """What was seen, in words."""
    address: str | None = None
    """None if the name was not resolved."""
    source_address: str | None = None
    """The address from which the packets went; None if none did."""
    latency_ms: float | None = None
    """Milliseconds until the first answer, of whatever kind; None without one."""
    answer: Answer | None = None
    """How the service greeted, if it was asked to."""
    no_route: bool = False
    """Whether this host has no route to the address, so that no packet left."""


_REASONS: dict[int, tuple[State, str]] = {
    errno.ECONNREFUSED: (State.REFUSED, "refused"),
    errno.ETIMEDOUT: (State.FILTERED, "no answer within the kernel's own time limit"),
    # A network that answers "prohibited" does so in ICMP: Linux gives it as EHOSTUNREACH over IPv4, EACCES over IPv6.
    errno.EHOSTUNREACH: (State.UNREACHABLE, "host unreachable or administratively prohibited"),
    errno.ENETUNREACH: (State.UNREACHABLE, "network unreachable"),
    errno.EACCES: (State.UNREACHABLE, "prohibited, by this host or on the way"),
    errno.EPERM: (State.UNREACHABLE, "prohibited by this host's own packet filter"),
    errno.EINVAL: (State.UNREACHABLE, "blackhole route on this host"),
    errno.EHOSTDOWN: (State.UNREACHABLE, "host down"),
    errno.ENETDOWN: (State.UNREACHABLE, "network interface down"),
    errno.ENONET: (State.UNREACHABLE, "this host is on no network"),
    errno.ENOPROTOOPT: (State.UNREACHABLE, "the host knows no such protocol"),
    errno.ECONNRESET: (State.REFUSED, "reset"),
    errno.ECONNABORTED: (State.REFUSED, "aborted"),
}

NO_ROUTE = frozenset((errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT))
"""Numbers by which Linux says, before any packet leaves, that the host has no address or route of this family."""


def classify(error: OSError) -> tuple[State, str] | None:
    """Return state and reason for the error that ended a probe.

    An error without a number is the probe's own deadline. None is returned for an error of this host's own making,
    such as too many open files, from which nothing follows about the flow.
    """
    if isinstance(error, TimeoutError) and error.errno is None:
        return State.FILTERED, "no answer within the deadline"
    return _REASONS.get(error.errno or 0)
