# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a name server's refusals mean, and what to do about each."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import OutcomeUnknown, Problem

_QUERY = {
    "REFUSED": (
        "the server refuses queries for this zone",
        "Check that this is the zone's primary and, if it answers by key or by address, that the key and this host are "
        "among those that it answers.",
    ),
    "SERVFAIL": (
        "the server cannot answer for this zone now",
        "It may not have loaded the zone, or the zone may have expired on it: look at the server's log.",
    ),
}
_UPDATE = {
    "REFUSED": (
        "the server refuses this update",
        "Have the zone's update policy grant the key these names and types. The server's log names the rule. A name "
        "that is no host name, and an MX record whose host has no address, are refused in this way too.",
    ),
    "SERVFAIL": (
        "the server failed while it carried the update out",
        "Look at the server's log: its disk may be full, or the zone's journal not writable.",
    ),
    "NOTZONE": (
        "the server says that a name of the update is outside the zone",
        "Check the parameter zone: a part of it may be a zone of its own on this server.",
    ),
    "NOTAUTH": (
        "the server is not authoritative for the zone",
        "Send the update to the zone's primary, which its SOA record names.",
    ),
    "NOTIMP": (
        "the server takes no dynamic updates",
        "Send them to a server that does, or have the records handed over to those who keep the zone.",
    ),
    "FORMERR": (
        "the server does not understand the update",
        "Look at the server's log; this may be a defect of this module or of the server.",
    ),
}
_CONCURRENT = ("NXDOMAIN", "YXDOMAIN", "NXRRSET", "YXRRSET")


@dataclass(frozen=True)
class Asked:
    """What was asked, and of whom: what every message about it begins with."""

    where: str
    """`dns1.exams.example (127.10.0.2 port 53), zone exams.example.`"""
    key: str | None = None
    """The name of the key that signed the request."""
    update: bool = False

    @property
    def doing(self) -> str:
        """Return what was asked for."""
        return "update" if self.update else "query"


def rcode_problem(asked: Asked, rcode: str) -> Problem:
    """Return what a response code means (RFC 1035 section 4.1.1, RFC 2136 section 2.2)."""
    if asked.update and rcode in _CONCURRENT:
        return Problem(
            f"the records changed between the reading and the update ({rcode}): somebody else changes them too",
            where=asked.where,
            expected="the records that were read",
            found="others; nothing was overwritten",
            remedy="Run it again: it starts from what is there now. If it happens again, find out who keeps these "
            "records, or whether the server holds records of the name that it does not answer.",
        )
    table = _UPDATE if asked.update else _QUERY
    what, remedy = table.get(rcode, (f"the server answers the {asked.doing} with an error", "Look at its log."))
    signed = f" signed by {asked.key}" if asked.key else ", which is not signed"
    return Problem(
        f"{what} ({rcode})",
        where=asked.where,
        expected="NOERROR",
        found=f"{rcode} to the {asked.doing}{signed}",
        remedy=remedy,
    )


def tsig_problem(asked: Asked, error: str, *, server_time: int | None = None) -> Problem:
    """Return what a TSIG error in a response means (RFC 8945 section 5.2).

    Args:
        asked: what was asked.
        error: BADKEY, BADSIG, BADTIME or another.
        server_time: seconds since 1970 by the server's clock, as BADTIME carries it.
    """
    what, expected, remedy = {
        "BADKEY": (
            "the server does not know the key",
            f"a key named {asked.key} with the same algorithm on the server",
            "Compare key_name and key_algorithm with the server's configuration.",
        ),
        "BADSIG": (
            "the server's secret of the key differs from ours",
            f"the same secret of {asked.key} on both sides",
            "Compare key_secret with the server's configuration.",
        ),
        "BADTIME": (
            "the clocks of this host and of the server differ too much",
            "clocks at most 300 s apart (RFC 8945 section 10)",
            "Synchronise both clocks (NTP).",
        ),
    }.get(error, ("the server rejects the signature", "an accepted signature", "Look at the server's log."))
    found = error
    if server_time is not None:
        found = f"BADTIME: this host's clock is {int(time.time()) - server_time:+d} s from the server's"
    return Problem(f"{what} ({error})", where=asked.where, expected=expected, found=found, remedy=remedy)


def untrusted(asked: Asked, why: str) -> Problem:
    """Return the problem of an answer that is not proven to be the server's."""
    kind = OutcomeUnknown if asked.update else Problem
    return kind(
        f"the answer to the signed {asked.doing} cannot be trusted: {why}",
        where=asked.where,
        expected=f"an answer signed by {asked.key}",
        remedy="Something between this host and the server may change messages, or the server may not support TSIG.",
    )


def unreachable(asked: Asked, error: OSError) -> Problem:
    """Return the problem of a connection that was not made: nothing was sent."""
    timed_out = isinstance(error, TimeoutError)
    what = "no connection within the time-out" if timed_out else f"no connection: {error.strerror or error}"
    return Problem(
        what,
        where=asked.where,
        expected="a name server that takes TCP connections",
        remedy="Check the server's address and port, and that the firewall lets TCP port 53 through."
        if timed_out
        else "Check the server's address and port, and that the name server runs.",
    )


def unanswered(asked: Asked, why: str) -> Problem:
    """Return the problem of a request that was sent and not answered; an update may have taken effect."""
    kind = OutcomeUnknown if asked.update else Problem
    return kind(
        f"no answer to the {asked.doing}: {why}",
        where=asked.where,
        expected="an answer within the time-out",
        remedy="Check that the server runs and is not overloaded, or give it more time with timeout.",
    )


def rcode_name(response: dns.message.Message) -> str:
    """Return the response code's name: `REFUSED`."""
    return str(dns.rcode.to_text(response.rcode()))
