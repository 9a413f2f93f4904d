# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two messages of a login, and a change of password within a session."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from emulators.oracle.engine import accounts
from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.model import User
from emulators.oracle.engine.session import Session
from emulators.oracle.tns import messages
from emulators.oracle.tns.buffers import Reader, integer, octets, pair, sized, text
from emulators.oracle.tns.login import Challenge, derived, opened
from emulators.oracle.tns.transport import Transport
from emulators.sql.engine.errors import ConnectionEnded

if TYPE_CHECKING:
    from emulators.oracle.engine.instance import Instance

LOG = logging.getLogger(__name__)
_FIRST, _SECOND = 118, 115
_SYSDBA = 0x20


class Logon:
    """One login."""

    def __init__(self, instance: Instance, wire: Transport, reader: Callable[[], Reader], peer: str) -> None:
        self._instance, self._wire, self._reader, self._peer = instance, wire, reader, peer

    def run(self) -> Session | None:
        """Return the session, or None if the client was refused. Raises ConnectionEnded."""
        name, first, _mode = _request(self._reader(), _FIRST)
        name = name[1:-1] if name.startswith('"') and name.endswith('"') and len(name) > 2 else name.upper()
        user = self._instance.model.users.get(name)
        challenge = self._challenge(user)
        self._wire.send_data(b"\x08" + _parameters(challenge.parameters()) + messages.status())
        _name, second, mode = _request(self._reader(), _SECOND)
        try:
            if (fault := self._instance.faults.find("login", login=name)) is not None:
                raise OracleError(fault["number"], message=fault.get("message"))
            session, warning = self._admitted(name, user, challenge, second, mode)
        except OracleError as problem:
            LOG.info("%s: %s: %s", self._peer, name, problem)
            self._wire.send_data(messages.error(problem))
            return None
        try:
            return self._welcomed(session, warning, challenge, first, second)
        except OracleError as problem:
            session.close()
            self._wire.send_data(messages.error(problem))
            return None
        except BaseException:
            session.close()
            raise

    def _welcomed(
        self,
        session: Session,
        warning: OracleError | None,
        challenge: Challenge,
        first: dict[str, str],
        second: dict[str, str],
    ) -> Session:
        """Tell the client that it is in. Raises OracleError, ConnectionEnded."""
        session.program = first.get("AUTH_PROGRAM_NM", "")
        session.machine, session.os_user = first.get("AUTH_MACHINE", ""), first.get("AUTH_SID", "")
        session.terminal, session.client_process = first.get("AUTH_TERMINAL", ""), first.get("AUTH_PID", "")
        session.login_key, session.peer = challenge.key, self._peer
        if (settings := second.get("AUTH_ALTER_SESSION", "").rstrip("\0")).strip():
            session.execute(session.prepare(settings), [], [()])
        head = b""
        if warning is not None:
            text = warning.message.encode()
            head = b"\x0f" + integer(warning.number) + integer(len(text)) + b"\0" + sized(text)
        self._wire.send_data(head + b"\x08" + _parameters(self._described(session, challenge)) + messages.status())
        return session

    def _challenge(self, user: User | None) -> Challenge:
        if user is None or not user.verifier:
            # whether an account exists is not to be learnt from how the server asks
            salt = secrets.token_bytes(16)
            return Challenge.create(salt, [derived(secrets.token_bytes(16), salt)])
        previous = [user.previous_verifier] if accounts.in_rollover(user) else []
        return Challenge.create(bytes.fromhex(user.salt), [user.verifier, *previous])

    def _admitted(
        self, name: str, user: User | None, challenge: Challenge, answer: dict[str, str], mode: int
    ) -> tuple[Session, OracleError | None]:
        with self._instance.changing() as model:
            password = challenge.password(answer.get("AUTH_SESSKEY", ""), answer.get("AUTH_PASSWORD", ""))
            if user is not None:
                user = model.users.get(name)
            if user is None or not user.verifier:
                raise OracleError(1017)
            accounts.unlock_if_due(model, user)
            if user.lock:
                raise OracleError(28000)
            if password is None:
                accounts.note_failure(model, user)
                raise OracleError(1017)
            if mode & _SYSDBA and user.name != "SYS":
                raise OracleError(1017)
            if user.name == "SYS" and not mode & _SYSDBA:
                raise OracleError(28009, message="connection as SYS should be as SYSDBA or SYSOPER")
            new = None
            if "AUTH_NEWPASSWORD" in answer:
                data = opened(challenge.key, octets(answer["AUTH_NEWPASSWORD"]))
                if data is None:
                    raise OracleError(1017)
                new = data.decode()
            warning = accounts.admit(model, user, new_password=new)
        most = accounts.limit(self._instance.model, user, "SESSIONS_PER_USER")
        if len(self._instance.sessions_of(user.name)) >= most:
            raise OracleError(2391)
        return Session(self._instance, user.name), warning

    def _described(self, session: Session, challenge: Challenge) -> list[tuple[str, str, int]]:
        instance = self._instance
        version = [int(each) for each in instance.version.split(".")]
        number = version[0] << 24 | version[1] << 16 | version[2] << 12 | version[3] << 4 | version[4]
        return [
            ("AUTH_VERSION_STRING", "- EMULATED", 0),
            ("AUTH_VERSION_NO", str(number), 0),
            ("AUTH_SESSION_ID", str(session.id), 0),
            ("AUTH_SERIAL_NUM", str(session.serial), 0),
            ("AUTH_INSTANCENAME", instance.name, 0),
            ("AUTH_DBNAME", instance.name, 0),
            ("AUTH_SC_DBUNIQUE_NAME", instance.name, 0),
            ("AUTH_SC_REAL_DBUNIQUE_NAME", instance.name, 0),
            ("AUTH_SC_SERVICE_NAME", instance.service, 0),
            ("AUTH_SC_INSTANCE_NAME", instance.name, 0),
            ("AUTH_MAX_OPEN_CURSORS", "300", 0),
            ("AUTH_MAX_IDEN_LENGTH", "128", 0),
            ("AUTH_SVR_RESPONSE", challenge.reply(), 0),
        ]

    @staticmethod
    def changed_password(reader: Reader, session: Session) -> bytes:
        """Answer a request for another password of the session's own account. Raises OracleError."""
        _name, answer, _mode = _fields(reader)
        old = opened(session.login_key, octets(answer.get("AUTH_PASSWORD", "")))
        new = opened(session.login_key, octets(answer.get("AUTH_NEWPASSWORD", "")))
        with session.instance.changing() as model:
            user = model.users[session.user]
            held = [user.verifier, *([user.previous_verifier] if accounts.in_rollover(user) else [])]
            if old is None or new is None or derived(old, bytes.fromhex(user.salt)) not in held:
                raise OracleError(28008)
            accounts.set_password(model, user, new.decode())
        return b"\x08\0" + messages.status(session.call_status)


def _request(reader: Reader, function: int) -> tuple[str, dict[str, str], int]:
    if reader.byte() != 3 or reader.byte() != function:
        raise ConnectionEnded("a client that does not log in")
    reader.byte()
    return _fields(reader)


def _fields(reader: Reader) -> tuple[str, dict[str, str], int]:
    has_user = reader.byte()
    reader.integer()
    mode = reader.integer()
    reader.raw(1)
    count = reader.integer()
    reader.raw(2)
    name = text(reader.sized()) if has_user else ""
    values: dict[str, str] = {}
    for _each in range(count):
        key = text(reader.counted())
        values[key] = text(reader.counted())
        reader.integer()
    return name, values, mode


def _parameters(values: list[tuple[str, str, int]]) -> bytes:
    return integer(len(values)) + b"".join(pair(*each) for each in values)
