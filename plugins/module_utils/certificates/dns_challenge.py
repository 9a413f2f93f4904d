# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TXT records that prove names to an ACME service: put up by dynamic update, awaited, and taken down again."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._acme import Challenge
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns, require_dnspython
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.client import Client, Endpoint, Question
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.errors import rcode_name, rcode_problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.records import zone_name
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.servers import SERVER_OPTIONS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.signing import authentication
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    InvalidParameter,
    OutcomeUnknown,
    Problem,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.resolution import checked_port, resolve

DNS_OPTIONS: dict[str, dict[str, object]] = {
    "server": {"type": "str", "required": True},
    "connect_address": {"type": "str"},
    "port": {"type": "int", "default": 53},
    "zone": {"type": "str", "required": True},
    "key_name": {"type": "str", "no_log": False},
    "key_secret": {"type": "str", "no_log": True},
    "key_algorithm": {
        "type": "str",
        "choices": ["hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"],
        "default": "hmac-sha256",
    },
    "secondaries": {"type": "list", "elements": "dict", "options": SERVER_OPTIONS, "default": []},
}
"""Suboptions of `acme.dns`; a key's name is no secret."""

TTL = 60
TIMEOUT = 10.0
_POLL = 0.2


class ChallengeZone:
    """The zone that holds the challenges."""

    def __init__(self, options: Mapping[str, Any], warn: Callable[[str], None]) -> None:
        """Check the options of `acme.dns`.

        Raises:
            InvalidParameter: one of them cannot be meant.
            Problem: dnspython is missing.
        """
        require_dnspython()
        self._zone = zone_name("acme.dns.zone", options["zone"])
        checked_port("acme.dns.port", options["port"])
        for number, each in enumerate(options["secondaries"]):
            checked_port(f"acme.dns.secondaries[{number}].port", each["port"])
        self._authenticate = authentication(options)
        self._options = options
        self._warn = warn

    def check(self, parameter: str, name: str) -> None:
        """Return if the zone can hold the challenge of a name.

        Raises:
            InvalidParameter: the name lies outside it.
        """
        record = dns.name.from_text(f"_acme-challenge.{name.removeprefix('*.')}")
        if not record.is_subdomain(self._zone):
            raise InvalidParameter(
                parameter,
                name,
                f"its challenge does not lie in acme.dns.zone, {self._zone}",
                "Give names of one zone in one task.",
            )

    @contextlib.contextmanager
    def holding(self, challenges: Sequence[Challenge], *, patience: float) -> Iterator[None]:
        """Hold the challenges' records while the block runs; other records of these names are left alone.

        Raises:
            Problem: they could not be put up, or a server does not answer them within `patience` seconds.
        """
        try:
            self._update(challenges, add=True)
        except (OutcomeUnknown, KeyboardInterrupt):  # they may be there nevertheless
            self._take_down(challenges)
            raise
        try:
            self._await(challenges, patience)
            yield
        finally:
            self._take_down(challenges)

    def _take_down(self, challenges: Sequence[Challenge]) -> None:
        try:
            self._update(challenges, add=False)
        except Problem as problem:
            values = ", ".join(f'{each.record_name} TXT "{each.value}"' for each in challenges)
            self._warn(
                f"challenges may be left in {self._zone}, and no later run takes them down; remove them: {values}. "
                f"Why: {problem}"
            )

    def _update(self, challenges: Sequence[Challenge], *, add: bool) -> None:
        message = dns.update.UpdateMessage(self._zone)
        for challenge in challenges:
            name = dns.name.from_text(challenge.record_name)
            value = dns.rdata.from_text("IN", "TXT", f'"{challenge.value}"')
            if add:
                message.add(name, TTL, value)
            else:
                message.delete(name, value)
        # A connection for each: a server closes one that idles (RFC 7766, 6.2.3), and validation takes its time.
        with _client(self._options["server"], self._options, self._authenticate) as primary:
            answer = primary.request(message, primary.asked(self._zone, update=True))
            if answer.rcode() != dns.rcode.NOERROR:
                raise rcode_problem(primary.asked(self._zone, update=True), rcode_name(answer))

    def _await(self, challenges: Sequence[Challenge], patience: float) -> None:
        """Return when the primary and all declared secondaries answer all values."""
        servers = [(self._options["server"], self._options)]
        servers += [(each["name"], each) for each in self._options["secondaries"]]
        deadline = time.monotonic() + patience
        for name, options in servers:
            with _client(name, options, None) as client:
                while missing := self._missing(client, challenges):
                    if time.monotonic() > deadline:
                        raise Problem(
                            f"the records {', '.join(missing)} do not appear",
                            where=str(client.endpoint),
                            expected=f"them within {patience:g} s",
                            remedy="Check that the server transfers the zone.",
                        )
                    time.sleep(_POLL)

    def _missing(self, client: Client, challenges: Sequence[Challenge]) -> list[str]:
        questions = [Question(dns.name.from_text(each.record_name), "TXT") for each in challenges]
        answers = client.ask(self._zone, questions)
        return [
            challenge.record_name
            for challenge, answer in zip(challenges, answers, strict=True)
            if not any(challenge.value.encode() in value.strings for rrset in answer.answer for value in rrset)
        ]


def _client(name: str, options: Mapping[str, Any], authenticate: Callable[[Client], Any] | None) -> Client:
    addresses = resolve(options.get("connect_address") or name, None, timeout=TIMEOUT)
    return Client(Endpoint(name, tuple(addresses), options["port"]), timeout=TIMEOUT, authenticate=authenticate)
