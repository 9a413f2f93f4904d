# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One client, from its first packet to its last."""

from __future__ import annotations

import logging
import re
import ssl
import struct
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.session import Session
from emulators.oracle.tns import messages, transport
from emulators.oracle.tns.buffers import Reader, sized, text, unpack
from emulators.oracle.tns.calls import Calls
from emulators.oracle.tns.lobs import Lobs
from emulators.oracle.tns.logon import Logon
from emulators.oracle.tns.transport import Packet, Transport
from emulators.sql.engine.errors import ConnectionEnded

if TYPE_CHECKING:
    from emulators.oracle.engine.instance import Instance

LOG = logging.getLogger(__name__)
VERSION, OLDEST, SMALLEST_SDU = 317, 300, 512
FIELD_VERSION = 12
"""Of 19c."""
_SERVICE = re.compile(r"\(\s*(SERVICE_NAME|SID)\s*=\s*([^)\s]*)\s*\)", re.IGNORECASE)
_NO_NETWORK_SERVICES = 0x0C
_CONNECT_DATA_AT = 74


class Broken(Exception):
    """The client has sent a break in the middle of a message."""


class Connection:
    """A client's connection."""

    def __init__(self, instance: Instance, wire: Transport, context: Callable[[], ssl.SSLContext], peer: str) -> None:
        self._instance, self._wire, self._context, self._peer = instance, wire, context, peer
        self._session: Session | None = None

    def close(self) -> None:
        """End it."""
        self._wire.close()

    def serve(self) -> None:
        """Answer until the client goes, or is to be cut off."""
        try:
            if self._instance.faults.find("refuse") is not None:
                return
            self._wire.start_tls(self._context())
            if self._accept():
                self._wire.read_ahead()
                self._negotiate()
                self._session = Logon(self._instance, self._wire, self._reader, self._peer).run()
                if self._session is not None:
                    self._serve(self._session)
        except ConnectionEnded as ended:
            LOG.info("%s: %s", self._peer, ended)
        except Broken:
            LOG.info("%s: a break before the login", self._peer)
        except Exception:
            LOG.exception("%s: the emulator failed", self._peer)
        finally:
            if self._session is not None:
                self._session.close()
            self._wire.close()

    def _accept(self) -> bool:
        packet = self._wire.receive()
        if packet.kind != transport.CONNECT:
            raise ConnectionEnded(f"a packet of type {packet.kind} before CONNECT")
        version, _lowest, _options, sdu = unpack(">HHHH", packet.data)
        length, offset = unpack(">HH", packet.data[16:])
        if version < 315:
            raise ConnectionEnded(f"a client of TNS version {version}: 315 (Oracle 12.1) is the first that is known")
        (large_sdu,) = unpack(">I", packet.data[50:]) if len(packet.data) >= _CONNECT_DATA_AT - 8 else (sdu,)
        text = packet.data[offset - 8 : offset - 8 + length]
        if not text and length:
            text = self._wire.receive().data[2:]
        wanted = _SERVICE.search(text.decode("utf-8", "replace"))
        if wanted is None or wanted[1].upper() != "SERVICE_NAME" or not self._serves(wanted[2]):
            number = 12505 if wanted is not None and wanted[1].upper() == "SID" else 12514
            reason = f"(DESCRIPTION=(TMP=)(VSNNUM=0)(ERR={number})(ERROR_STACK=(ERROR=(CODE={number})(EMFI=4))))"
            LOG.info("%s: refused: %s", self._peer, number)
            self._wire.send(transport.REFUSE, struct.pack(">BBH", 34, 0, len(reason)) + reason.encode())
            return False
        self._wire.sdu = max(SMALLEST_SDU, min(large_sdu or sdu, transport.SDU))
        small = min(self._wire.sdu, 65535)
        body = struct.pack(
            ">HHHHHHHBB8xIIB", min(version, VERSION), 0, small, small, 1, 0, 41, _NO_NETWORK_SERVICES,
            _NO_NETWORK_SERVICES, self._wire.sdu, self._wire.sdu, 0,
        )  # fmt: skip
        self._wire.send(transport.ACCEPT, body)
        self._wire.large = True
        return True

    def _serves(self, service: str) -> bool:
        return service.casefold() == self._instance.service.casefold()

    def _reader(self) -> Reader:
        return Reader(self._data(), self._data)

    def _data(self) -> bytes:
        """Return the data of the next packet. Raises ConnectionEnded, or Broken if it is a break."""
        packet = self._wire.next_packet()
        if packet.kind == transport.MARKER:
            raise Broken
        return _payload(packet)

    def _negotiate(self) -> None:
        """Agree on protocol and types, which are always the same."""
        reader = self._reader()
        if reader.byte() != 1:
            raise ConnectionEnded("a client that does not begin with the protocol")
        capabilities = bytearray(55)
        capabilities[7] = FIELD_VERSION
        runtime = bytearray(11)
        runtime[6] = 0x04  # texts of up to 32,767 bytes as binds
        national = bytes(9) + b"\x07\xd0"
        self._wire.send_data(
            b"\x01\x06\0"
            + b"Linux x86_64, EMULATED\0"
            + struct.pack("<HBH", messages.UTF8, 1, 0)
            + struct.pack(">H", len(national))
            + national
            + sized(bytes(capabilities))
            + sized(bytes(runtime))
        )
        reader = self._reader()
        if reader.byte() != 2:
            raise ConnectionEnded("a client that does not go on with the types of data")
        reader.raw(5)  # character sets, flags
        reader.sized()
        reader.sized()
        while reader.raw(2) != b"\0\0":
            if reader.raw(2) != b"\0\0":
                reader.raw(4)
        self._wire.send_data(b"\x02\0\0")

    def _serve(self, session: Session) -> None:
        session.on_kill = self._wire.close
        self._wire.on_break = session.interrupt
        self._wire.on_loss = session.lost
        if session.gone.is_set():
            raise ConnectionEnded("the session was killed before its first call")
        lobs = Lobs()
        calls = Calls(session, lobs)
        while True:
            try:
                going_on = self._call(session, calls, lobs)
            except Broken:
                going_on = True
            if self._wire.broken.is_set():
                self._answer_break(session)
            if not going_on:
                return

    def _call(self, session: Session, calls: Calls, lobs: Lobs) -> bool:
        """Answer one call; return whether there may be another. Raises ConnectionEnded, Broken."""
        packet = self._wire.next_packet()
        if packet.kind == transport.MARKER:
            raise Broken
        if transport.ends(packet):
            return False
        reader = Reader(_payload(packet), self._data)
        faults, user = self._instance.faults, session.user
        if (late := faults.find("late", login=user)) is not None:
            time.sleep(late["seconds"])
        calls.statement = ""
        session.called()
        try:
            reply, going_on = self._answer(reader, session, calls, lobs)
        except OracleError as problem:
            reply, going_on = messages.error(problem, call_status=session.call_status), True
        if self._wire.broken.is_set():
            return True
        if faults.find("lose", calls.statement, user) is not None:
            raise ConnectionEnded("a fault asks for it")
        self._wire.send_data(reply)
        return going_on

    def _answer(self, reader: Reader, session: Session, calls: Calls, lobs: Lobs) -> tuple[bytes, bool]:
        while (kind := reader.byte()) == 17:
            self._piggyback(reader, session, calls, lobs)
        if kind != 3:
            raise ConnectionEnded(f"a message of type {kind}, which the emulator does not know")
        code = reader.byte()
        reader.byte()  # sequence
        match code:
            case 94 | 4 | 78 | 5:
                return self._statement(code, reader, session, calls), True
            case 14:
                session.commit()
            case 15:
                session.rollback()
            case 96:
                return lobs.handle(reader) + messages.status(session.call_status), True
            case 147:
                pass
            case 9:
                session.rollback()
                return messages.status(0), False
            case 115:
                return Logon.changed_password(reader, session), True
            case _:
                raise ConnectionEnded(f"function {code} of the protocol, which the emulator does not know")
        return messages.status(session.call_status), True

    def _statement(self, code: int, reader: Reader, session: Session, calls: Calls) -> bytes:
        match code:
            case 94:
                return calls.execute(reader)
            case 5:
                return calls.fetch(reader)
        return calls.execute_again(reader, fetch=code == 78)

    def _piggyback(self, reader: Reader, session: Session, calls: Calls, lobs: Lobs) -> None:
        """Take what the client says beside its call."""
        code = reader.byte()
        reader.byte()
        match code:
            case 105:
                calls.close(reader)
            case 96:
                lobs.handle(reader)
            case 152:
                reader.raw(1)
                session.set_current_schema(text(reader.counted()))
            case 135:
                _end_to_end(reader, session)
            case 176:
                reader.integer()
            case _:
                raise refused(f"function {code} of the protocol beside a call")

    def _answer_break(self, session: Session) -> None:
        """Go through the exchange of markers after which the client learns that its call was broken off."""
        self._wire.send_marker(transport.BREAK)
        while True:
            packet = self._wire.next_packet()
            if packet.kind == transport.MARKER and packet.data[-1:] == bytes((transport.RESET,)):
                break
        self._wire.broken.clear()
        session.interrupted.clear()
        self._wire.send_marker(transport.RESET)
        self._wire.send_data(messages.error(OracleError(1013), call_status=session.call_status))


def _payload(packet: Packet) -> bytes:
    if packet.kind != transport.DATA:
        raise ConnectionEnded(f"a packet of type {packet.kind} where data are expected")
    if transport.ends(packet):
        raise ConnectionEnded("the client goes")
    return packet.data[2:]


def _end_to_end(reader: Reader, session: Session) -> None:
    """Take what the client says of itself, for V$SESSION."""
    reader.raw(2)
    reader.integer()
    given: list[tuple[str, bool, int]] = []

    def announced(name: str) -> None:
        given.append((name, bool(reader.byte()), reader.integer()))

    for name in ("client_identifier", "module", "action"):
        announced(name)
    reader.raw(1)
    reader.integer()
    reader.raw(1)
    reader.integer()
    announced("client_info")
    for _each in range(2):
        reader.raw(1)
        reader.integer()
    announced("dbop")
    for name, is_set, length in given:
        if is_set:
            session.described[name] = text(reader.sized()) if length else ""
