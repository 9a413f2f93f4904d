# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many questions to one server as its clients ask them: over UDP, and over TCP where the answer is truncated."""

from __future__ import annotations

import secrets
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.client import Client, Endpoint, Question
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

# Few enough not to overflow the receive buffer of a socket, nor to look like an attack.
_WINDOW = 32
_TRIES = 2


@dataclass
class Survey:
    """What one server answered: messages by the question's position, and why the others have none."""

    answers: dict[int, dns.message.Message] = field(default_factory=dict)
    silence: str = ""
    """Why there is no answer to the questions that have none."""


def survey(endpoint: Endpoint, questions: Sequence[Question], *, timeout: float, recursive: bool) -> Survey:
    """Ask one address all questions, many at once.

    A server that has not answered anything when the first question has been given up is not asked the rest.

    Args:
        endpoint: the server, with one address.
        questions: what to ask.
        timeout: seconds to wait for one answer; each question is sent twice at most, half of it apart.
        recursive: ask as a resolver's client does.
    """
    result = _Datagrams(endpoint, questions, timeout, recursive).run()
    truncated = [index for index, answer in result.answers.items() if answer.flags & dns.flags.TC]
    if truncated:
        for index in truncated:
            del result.answers[index]
        flags = dns.flags.RD if recursive else 0
        try:
            with Client(endpoint, timeout=timeout, flags=flags) as client:
                complete = client.ask(None, [questions[index] for index in truncated])
        except Problem as problem:
            result.silence = f"its answer over UDP is truncated, and over TCP: {problem.what}"
        else:
            result.answers.update(zip(truncated, complete, strict=True))
    return result


@dataclass
class _UnderWay:
    """A question that has been sent."""

    index: int
    query: dns.message.Message
    due: float
    """When it is to be sent again or given up, by the monotonic clock."""
    tries: int = 1


class _Datagrams:
    """The questions under way on one socket."""

    def __init__(self, endpoint: Endpoint, questions: Sequence[Question], timeout: float, recursive: bool) -> None:
        self._endpoint = endpoint
        self._questions = questions
        self._patience = timeout / _TRIES
        self._flags = dns.flags.RD if recursive else 0
        self._waiting = deque(range(len(questions)))
        self._under_way: dict[int, _UnderWay] = {}
        self._survey = Survey(silence=f"no answer in {timeout:g} s")

    def run(self) -> Survey:
        (address,) = self._endpoint.addresses
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as link:
                # Connected, so that the kernel passes on only this server's packets, and its refusals.
                link.connect((address, self._endpoint.port))
                while self._waiting or self._under_way:
                    if not self._send(link):
                        break
                    self._receive(link)
        except OSError as error:
            self._survey.silence = error.strerror or str(error)
        return self._survey

    def _send(self, link: socket.socket) -> bool:
        """Send what is due. Return False if the server is to be given up."""
        now = time.monotonic()
        for identity, each in list(self._under_way.items()):
            if each.due > now:
                continue
            if each.tries < _TRIES:
                link.send(each.query.to_wire())
                each.due, each.tries = now + self._patience, each.tries + 1
                continue
            del self._under_way[identity]
            if not self._survey.answers:
                return False
        while self._waiting and len(self._under_way) < _WINDOW:
            index = self._waiting.popleft()
            question = self._questions[index]
            query = dns.message.make_query(question.name, question.kind, flags=self._flags, id=self._new_identity())
            link.send(query.to_wire())
            self._under_way[query.id] = _UnderWay(index, query, now + self._patience)
        return True

    def _receive(self, link: socket.socket) -> None:
        """Take one answer, or wait until the next question is due again."""
        if not self._under_way:
            return
        due = min(each.due for each in self._under_way.values())
        link.settimeout(max(due - time.monotonic(), 0.001))
        try:
            wire = link.recv(65_535)
        except TimeoutError:
            return
        sent = self._under_way.get(int.from_bytes(wire[:2]))
        try:
            answer = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return  # whatever it is, it is no answer: the question is asked again
        if sent is not None and sent.query.is_response(answer):
            del self._under_way[sent.query.id]
            self._survey.answers[sent.index] = answer

    def _new_identity(self) -> int:
        """Return an unpredictable message ID (RFC 5452 section 4.3) that is not under way."""
        while (identity := secrets.randbelow(65_536)) in self._under_way:
            pass
        return identity
