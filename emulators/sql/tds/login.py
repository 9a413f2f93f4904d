# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""LOGIN7 (MS-TDS 2.2.6.4) and the answer to it."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from emulators.sql.engine.errors import ConnectionEnded, SqlError
from emulators.sql.engine.instance import DatabaseInfo, Instance, Login
from emulators.sql.tds.reply import Reply, short_text
from emulators.sql.tds.types import collation_bytes
from emulators.sql.tsql.security import password_matches

_FIELDS = ("host", "user", "password", "program", "server", "extension", "library", "language", "database")
_FEATURES_END, _UTF8_FEATURE = 0xFF, 0x0A
TDS_74 = 0x74000004
LOCKOUT_THRESHOLD = 10
"""How many wrong passwords lock a login: what Windows' security baseline has."""


@dataclass(frozen=True)
class Login7:
    """What a client says of itself."""

    version: int
    packet_size: int
    host: str
    user: str
    password: str
    program: str
    database: str
    integrated: bool
    """Whether it wants Windows authentication."""
    security: bytes = field(repr=False)
    """What it says first in it (SSPI)."""
    utf8: bool
    """Whether it asks for char and varchar in UTF-8."""


def parse(data: bytes) -> Login7:
    """Return what a LOGIN7 message says. Raises ConnectionEnded if it is none."""
    if len(data) < 94:
        raise ConnectionEnded("a LOGIN7 message that is too short")
    try:
        return _parsed(data)
    except (struct.error, UnicodeDecodeError) as error:
        raise ConnectionEnded(f"a LOGIN7 message that is not understood: {error}") from error


def _parsed(data: bytes) -> Login7:
    _length, version, packet_size = struct.unpack_from("<III", data)
    found = {}
    for number, name in enumerate(_FIELDS):
        offset, length = struct.unpack_from("<HH", data, 36 + 4 * number)
        found[name] = data[offset : offset + (length if name == "extension" else 2 * length)]
    at, length, _unused, _unused, _unused, _unused, long = struct.unpack_from("<HHHHHHI", data, 78)
    security = data[at : at + (long if length == 0xFFFF and long else length)]
    password = bytes(((each ^ 0xA5) << 4 | (each ^ 0xA5) >> 4) & 0xFF for each in found["password"])
    features: set[int] = set()
    if data[27] & 0x10 and len(found["extension"]) >= 4:
        features = _features(data, struct.unpack("<I", found["extension"][:4])[0])
    return Login7(
        version,
        packet_size,
        found["host"].decode("utf-16-le"),
        found["user"].decode("utf-16-le"),
        password.decode("utf-16-le", "replace"),
        found["program"].decode("utf-16-le"),
        found["database"].decode("utf-16-le"),
        integrated=bool(data[25] & 0x80),
        security=security,
        utf8=_UTF8_FEATURE in features,
    )


def _features(data: bytes, at: int) -> set[int]:
    found = set()
    while at < len(data) and data[at] != _FEATURES_END:
        found.add(data[at])
        (length,) = struct.unpack_from("<I", data, at + 1)
        at += 5 + length
    return found


def failed(user: str) -> SqlError:
    """Return error 18456."""
    return SqlError(18456, f"Login failed for user '{user}'.", severity=14)


def untrusted() -> SqlError:
    """Return error 18452, whatever it is that does not verify: the server's log alone says more."""
    message = "Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication."
    return SqlError(18452, message, severity=14)


def login_of_account(instance: Instance, account: str) -> Login:
    """Return the login of a Windows account, `DOMAIN\\name`. Raises SqlError 18456, 18470."""
    login = instance.state.login(account)
    if login is None or login.kind != "U":
        raise failed(account)
    if login.disabled:
        raise _disabled(login)
    return login


def login_of_password(instance: Instance, login7: Login7) -> Login:
    """Return the login that a client has proven to be by its password. Raises SqlError 18456, 18486, 18470, 18488."""
    login = instance.state.login(login7.user)
    if login is None or login.kind != "S":
        raise failed(login7.user)
    if not password_matches(login7.password, login.password_hash):
        _count_bad_password(instance, login)
        raise failed(login7.user)
    if login.locked:
        raise SqlError(
            18486,
            f"Login failed for user '{login.name}' because the account is currently locked out. The system "
            "administrator can unlock it.",
            severity=14,
        )
    if login.disabled:
        raise _disabled(login)
    if login.must_change:
        raise SqlError(
            18488,
            f"Login failed for user '{login.name}'.  Reason: The password of the account must be changed.",
            severity=14,
        )
    login.bad_passwords = 0
    return login


def _disabled(login: Login) -> SqlError:
    return SqlError(18470, f"Login failed for user '{login.name}'. Reason: The account is disabled.", severity=14)


def _count_bad_password(instance: Instance, login: Login) -> None:
    """Lock a login that Windows' policy is checked for after too many wrong passwords; sa is never locked."""
    with instance.lock:
        login.bad_passwords += 1
        if login.policy_checked and login.bad_passwords >= LOCKOUT_THRESHOLD and login.name != "sa":
            login.locked = True
        instance.save()


def database_for(instance: Instance, login: Login, login7: Login7) -> DatabaseInfo:
    """Return the database in which a session starts. Raises SqlError 4060."""
    name = login7.database or login.default_database
    found = instance.state.database(name)
    if found is None or found.state != "ONLINE":
        raise SqlError(4060, f'Cannot open database "{name}" requested by the login. The login failed.', severity=11)
    return found


def acknowledge(reply: Reply, instance: Instance, login7: Login7, database: DatabaseInfo, packet_size: int) -> None:
    """Tell the client that it is logged in, and what was agreed."""
    reply.collation = database.collation
    reply.environment(1, short_text(database.name), short_text("master"))
    reply.message(5701, f"Changed database context to '{database.name}'.", state=2)
    collation = collation_bytes(database.collation)
    reply.environment(7, bytes((len(collation),)) + collation, b"\0")
    reply.environment(2, short_text("us_english"), short_text(""))
    reply.message(5703, "Changed language setting to us_english.")
    major, minor, build, _unused = (int(each) for each in instance.state.version.split("."))
    version = bytes((major, minor, build >> 8, build & 0xFF))
    body = b"\x01" + struct.pack(">I", TDS_74) + short_text("Microsoft SQL Server") + version
    reply.write(b"\xad" + struct.pack("<H", len(body)) + body)
    reply.environment(4, short_text(str(packet_size)), short_text(str(login7.packet_size or packet_size)))
    if login7.utf8:
        reply.write(b"\xae" + bytes((_UTF8_FEATURE,)) + struct.pack("<I", 1) + b"\x01" + b"\xff")
    reply.done(None)
