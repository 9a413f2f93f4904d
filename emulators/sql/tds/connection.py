# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One client from its pre-login to its end."""

from __future__ import annotations

import contextlib
import logging
import ssl
import struct
from collections.abc import Callable

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import tds_prelogin as tds
from emulators.sql.engine.errors import Cancelled, ConnectionEnded, SqlError
from emulators.sql.engine.instance import Instance
from emulators.sql.tds import login
from emulators.sql.tds.calls import Calls
from emulators.sql.tds.negotiation import Negotiation, NotTrusted
from emulators.sql.tds.reply import Reply
from emulators.sql.tds.transport import ATTENTION_PACKET, Message, Transport
from emulators.sql.tsql.batch import run_batch
from emulators.sql.tsql.session import Session

LOG = logging.getLogger(__name__)
BATCH, CALL, TRANSACTION_MANAGER, LOGIN7, SECURITY = 0x01, 0x03, 0x0E, 0x10, 0x11
_PACKET_SIZE = 8000


class Connection:
    """One client."""

    def __init__(
        self,
        instance: Instance,
        transport: Transport,
        context: Callable[[], ssl.SSLContext],
        negotiation: Callable[[], Negotiation] | None,
        peer: str,
    ) -> None:
        self._instance, self._transport, self._context, self._peer = instance, transport, context, peer
        self._negotiation = negotiation
        self._reply = Reply(transport.send, instance.state.name)
        self._session: Session | None = None

    def serve(self) -> None:
        """Talk to the client until either side ends it."""
        try:
            if self._instance.faults.find("refuse") is not None:
                return
            encrypted = self._prelogin()
            session = self._login(encrypted=encrypted)
            if session is not None:
                self._serve(session)
        except (ConnectionEnded, OSError) as error:
            LOG.info("%s: ended: %s", self._peer, error)
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            LOG.warning("%s: what it sent is not understood: %s", self._peer, error)
        except Exception:
            LOG.exception("%s: a defect of the emulator", self._peer)
        finally:
            if self._session is not None:
                self._session.close()
            self._transport.close()

    def close(self) -> None:
        """End it from outside."""
        if self._session is not None:
            self._session.kill()
        self._transport.close()

    def _prelogin(self) -> bool:
        """Agree on encryption and start it. Returns whether it covers more than the login."""
        message = self._transport.receive()
        if message.kind != tds.PRELOGIN:
            raise ConnectionEnded(f"a message of type {message.kind:#04x} instead of a pre-login")
        try:
            asked = tds.parse_message(message.data).encryption
        except tds.NotTds as error:
            raise ConnectionEnded(str(error)) from error
        # to "off" (available) the answer is the same: only the login is encrypted; a client without TLS gets none
        answer = asked if asked in (tds.Encryption.OFF, tds.Encryption.NOT_SUPPORTED) else tds.Encryption.ON
        version = [int(each) for each in self._instance.state.version.split(".")]
        self._transport.send(tds.message(tds.Prelogin((version[0], version[1], version[2], version[3]), answer)), True)
        if answer is not tds.Encryption.NOT_SUPPORTED:
            self._transport.start_tls(self._context())
        return answer is tds.Encryption.ON

    def _login(self, *, encrypted: bool) -> Session | None:
        try:
            message = self._transport.receive()
        except ConnectionEnded as error:
            raise ConnectionEnded(f"it did not log in: {error}") from error
        if message.kind != LOGIN7:
            raise ConnectionEnded(f"a message of type {message.kind:#04x} instead of a login")
        if not encrypted:
            self._transport.end_tls()
        wanted = login.parse(message.data)
        user = wanted.user
        try:
            if wanted.integrated:
                user = self._negotiate(wanted.security)
                who = login.login_of_account(self._instance, user)
            else:
                who = login.login_of_password(self._instance, wanted)
            database = login.database_for(self._instance, who, wanted)
            session = self._session = Session(self._instance, who, self._reply, database=database)
            session.host, session.program, session.address = wanted.host, wanted.program, self._peer
            session.encrypted, session.scheme = encrypted, "KERBEROS" if wanted.integrated else "SQL"
            try:
                session.use(database)
            except SqlError:
                raise SqlError(
                    4060,
                    f'Cannot open database "{database.name}" requested by the login. The login failed.',
                    severity=11,
                ) from None
        except SqlError as error:
            LOG.info("%s: login refused: %s", self._peer, error)
            self._reply.error(error)
            if error.number == 4060:
                self._reply.error(login.failed(user))
            self._reply.done(None)
            self._reply.finish()
            return None
        size = min(wanted.packet_size or tds.PACKET_SIZE, _PACKET_SIZE)
        login.acknowledge(self._reply, self._instance, wanted, database, size)
        self._reply.finish()
        self._transport.packet_size = max(size, 512)
        return session

    def _negotiate(self, token: bytes) -> str:
        """Return the Windows account that the client proves to be. Raises SqlError 18452."""
        try:
            if self._negotiation is None:
                raise NotTrusted("this server is in no domain")
            negotiation = self._negotiation()
            answer = negotiation.step(token)
            while not negotiation.complete:
                self._reply.security(answer)
                message = self._transport.receive()
                if message.kind != SECURITY:
                    raise ConnectionEnded(f"a message of type {message.kind:#04x} instead of one of SSPI")
                answer = negotiation.step(message.data)
            account = negotiation.account
        except NotTrusted as error:
            LOG.info("%s: SSPI handshake failed: %s", self._peer, error)
            raise login.untrusted() from error
        if answer:
            self._reply.security(answer)
        return account

    def _serve(self, session: Session) -> None:
        session.on_kill = self._transport.close

        def attention() -> None:
            session.attention.set()
            session.interrupt()

        def lost() -> None:
            session.killed.set()
            session.interrupt()

        self._transport.on_attention, self._transport.on_loss = attention, lost
        self._transport.read_ahead()
        calls = Calls(session, self._reply)
        while True:
            message = self._transport.next_message()
            if message.kind == ATTENTION_PACKET:
                self._acknowledge_attention(session)
                continue
            if message.reset:
                self._reset(session)
            self._reply.collation = session.database.collation
            self._reply.throttle = self._instance.faults.find("throttle", login=session.login.name)
            self._reply.drop = self._instance.faults.find("drop", _text(message), session.login.name)
            try:
                self._handle(message, session, calls)
                if self._instance.faults.find("lose", _text(message), session.login.name) is not None:
                    raise ConnectionEnded("a fault asks for it")
            except Cancelled:
                session.undo_statement()
                if session.xact_abort and session.transactions:
                    session.rollback()
                self._reply.in_procedure = False
                self._wait_for_attention(session)
                continue
            except SqlError as error:
                self._reply.error(error)
                self._reply.done(None)
            if session.attention.is_set():
                self._wait_for_attention(session)
                continue
            self._reply.finish()

    def _handle(self, message: Message, session: Session, calls: Calls) -> None:
        match message.kind:
            case 0x01:
                (start,) = struct.unpack_from("<I", message.data)
                session.variables = {}
                run_batch(session, message.data[start:].decode("utf-16-le"))
            case 0x03:
                calls.handle(message.data)
            case 0x0E:
                self._transaction_manager(message.data, session)
            case _:
                raise SqlError(
                    4002, f"The emulator does not know TDS messages of type {message.kind:#04x}.", severity=16
                )

    def _transaction_manager(self, data: bytes, session: Session) -> None:
        """BEGIN, COMMIT, ROLLBACK, SAVE by a driver (MS-TDS 2.2.6.9)."""
        (at,) = struct.unpack_from("<I", data)
        (kind,) = struct.unpack_from("<H", data, at)
        at += 2
        name = ""
        if kind != 5:
            name = data[at + 1 : at + 1 + data[at]].decode("utf-16-le", "replace")
            at += 1 + data[at]
        match kind:
            case 5:
                session.begin()
            case 7:
                session.commit()
            case 8:
                session.rollback(name)
            case 9:
                session.save(name)
            case _:
                raise SqlError(4002, f"The emulator does not know transaction requests of type {kind}.")
        if kind in (7, 8) and at < len(data) and data[at] & 1 and not session.transactions:
            session.begin()
        self._reply.done(None)

    def _wait_for_attention(self, session: Session) -> None:
        """Take messages up to the attention that was announced, and acknowledge it."""
        while self._transport.next_message().kind != ATTENTION_PACKET:
            pass
        self._acknowledge_attention(session)

    def _acknowledge_attention(self, session: Session) -> None:
        session.attention.clear()
        self._reply.cancelled()

    def _reset(self, session: Session) -> None:
        """Make the session as new, as a pool of connections asks for it."""
        with contextlib.suppress(SqlError):
            session.rollback()
        session.nocount = session.xact_abort = session.implicit = False
        session.identity_insert = None


def _text(message: Message) -> str:
    """Return what of a message a fault may be looked for in."""
    return (
        message.data[:16384].decode("utf-16-le", "ignore")
        if message.kind == BATCH
        else message.data[:65536].decode("latin-1").replace("\0", "")
    )
