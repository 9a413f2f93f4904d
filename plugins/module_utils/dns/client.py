# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection to one name server: many queries at once over TCP, and updates, signed and verified."""

from __future__ import annotations

import itertools
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.errors import (
    Asked,
    rcode_name,
    rcode_problem,
    tsig_problem,
    unanswered,
    unreachable,
    untrusted,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

# So many queries are under way at once (RFC 7766 section 6.2.1.1). All of them fit into a socket's buffer, so that
# sending never waits for reading.
_WINDOW = 64


@dataclass(frozen=True)
class Endpoint:
    """A name server as it is called, and where packets to it go."""

    name: str
    addresses: tuple[str, ...]
    port: int = 53

    def __str__(self) -> str:
        addresses = ", ".join(self.addresses)
        return (
            f"{self.name} port {self.port}" if addresses == self.name else f"{self.name} ({addresses} port {self.port})"
        )


@dataclass(frozen=True)
class Question:
    """What is asked for: a name and a type."""

    name: dns.name.Name
    kind: str


class Client:
    """A client of one name server. Each answer must belong to its question and, with a key, be signed."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        timeout: float,
        authenticate: Callable[[Client], dns.tsig.Key] | None = None,
        flags: int = 0,
    ) -> None:
        """Connect at first use.

        Args:
            endpoint: the server; its addresses are tried in order.
            timeout: seconds to connect, and seconds without any answer.
            authenticate: returns the key to sign with; called once, after connecting, with this client.
            flags: header flags of queries, such as RD.
        """
        self.endpoint = endpoint
        self.timeout = timeout
        self.key: dns.tsig.Key | None = None
        self._authenticate = authenticate
        self._flags = flags
        self._window = _WINDOW
        self._socket: socket.socket | None = None
        self._ids = itertools.cycle(range(1, 65536))

    def __enter__(self) -> Client:
        """Return the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def asked(self, zone: dns.name.Name | None, *, update: bool = False) -> Asked:
        """Return what messages about a request begin with."""
        where = str(self.endpoint) if zone is None else f"{self.endpoint}, zone {zone}"
        return Asked(where, str(self.key.name) if self.key else None, update)

    def ask(self, zone: dns.name.Name | None, questions: Sequence[Question]) -> list[dns.message.Message]:
        """Return the server's answers, in the order of the questions.

        Raises:
            Problem: no connection, no answer, or an answer whose signature is wrong. An answer that is an error is
                returned like any other.
        """
        answers: dict[int, dns.message.Message] = {}
        while len(answers) < len(questions):
            before = len(answers)
            self._connect(zone)
            try:
                self._ask_pipelined(zone, questions, answers)
            except (ConnectionError, EOFError) as error:
                self.close()
                # A server may close a connection after some answers (RFC 7766 section 6.2.3): the rest is asked again,
                # as long as each connection brings something; one by one if the server takes nothing else.
                if len(answers) == before:
                    if self._window > 1:
                        self._window = 1
                        continue
                    raise unanswered(self.asked(zone), str(error) or "the server closed the connection") from error
        return [answers[index] for index in range(len(questions))]

    def request(self, message: dns.message.Message, asked: Asked) -> dns.message.Message:
        """Send one message and return its answer, signing and verifying with the key if there is one.

        Raises:
            OutcomeUnknown: an update was sent and not answered.
            Problem: no connection, no answer, or an answer whose signature is wrong.
        """
        self._connect(None)
        if self.key is not None:
            message.use_tsig(self.key)
        try:
            self._send(message)
            while True:
                wire = self._receive(asked)
                if wire[:2] == message.id.to_bytes(2):
                    return self._verified(wire, message, asked)
        except (ConnectionError, EOFError) as error:
            self.close()
            raise unanswered(asked, str(error) or "the server closed the connection") from error

    def _ask_pipelined(
        self, zone: dns.name.Name | None, questions: Sequence[Question], answers: dict[int, dns.message.Message]
    ) -> None:
        """Ask what has no answer yet, with many queries under way at once, and add the answers."""
        asked = self.asked(zone)
        waiting = iter([index for index in range(len(questions)) if index not in answers])
        under_way: dict[int, tuple[int, dns.message.Message]] = {}

        def send_next() -> None:
            index = next(waiting, None)
            if index is None:
                return
            question = questions[index]
            query = dns.message.make_query(question.name, question.kind, id=next(self._ids), flags=self._flags)
            if self.key is not None:
                query.use_tsig(self.key)
            self._send(query)
            under_way[query.id] = (index, query)

        while len(under_way) < min(self._window, len(questions) - len(answers)):
            send_next()
        while under_way:
            wire = self._receive(asked)
            index, query = under_way.pop(int.from_bytes(wire[:2]), (-1, None))
            if query is None:
                continue
            answers[index] = self._verified(wire, query, asked)
            send_next()

    def _connect(self, zone: dns.name.Name | None) -> None:
        """Connect to the first address that takes the connection, and authenticate once."""
        if self._socket is not None:
            return
        problem = None
        for address in self.endpoint.addresses:
            try:
                self._socket = socket.create_connection((address, self.endpoint.port), timeout=self.timeout)
                break
            except OSError as error:
                problem = error
        if self._socket is None:
            raise unreachable(self.asked(zone), problem or OSError("it has no address"))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._stream = self._socket.makefile("rb")
        if self.key is None and self._authenticate is not None:
            self.key = self._authenticate(self)

    def _send(self, message: dns.message.Message) -> None:
        if self._socket is None:
            raise ConnectionError("not connected")
        wire = message.to_wire()
        self._socket.sendall(struct.pack("!H", len(wire)) + wire)

    def _receive(self, asked: Asked) -> bytes:
        """Return the next message."""
        try:
            length = int.from_bytes(self._exactly(2))
            return self._exactly(length)
        except TimeoutError as error:
            self.close()
            raise unanswered(asked, f"nothing came in {self.timeout:g} s") from error

    def _exactly(self, length: int) -> bytes:
        data = self._stream.read(length)
        if len(data) < length:
            raise EOFError("the server closed the connection")
        return data

    def _verified(self, wire: bytes, request: dns.message.Message, asked: Asked) -> dns.message.Message:
        """Return the answer, if it is one to the request and signed as the request was."""
        try:
            response = dns.message.from_wire(
                wire, keyring=request.keyring or None, request_mac=request.mac if request.had_tsig else b""
            )
        except dns.exception.DNSException as error:
            raise self._distrust(wire, request, asked, error) from error
        if not request.is_response(response):
            raise untrusted(asked, "it answers another question")
        if request.had_tsig and not response.had_tsig:
            raise untrusted(asked, "it is not signed")
        return response

    @staticmethod
    def _distrust(
        wire: bytes, request: dns.message.Message, asked: Asked, error: dns.exception.DNSException
    ) -> Problem:
        """Return why the answer could not be read or verified.

        An unsigned error is believed as an error (RFC 8945 section 5.3.2): whoever made it up could as well have
        swallowed the answer.
        """
        try:
            response = dns.message.from_wire(wire, keyring=False)
        except dns.exception.DNSException:
            return unanswered(asked, f"the answer cannot be read: {error}")
        signature = response.tsig[0] if response.tsig else None
        if signature is not None and signature.error:
            server_time = int.from_bytes(signature.other) if len(signature.other) == 6 else None
            return tsig_problem(asked, dns.rcode.to_text(signature.error, tsig=True), server_time=server_time)
        if signature is None and request.had_tsig and response.rcode() != dns.rcode.NOERROR:
            return rcode_problem(asked, rcode_name(response))
        return untrusted(asked, str(error) or type(error).__name__)
