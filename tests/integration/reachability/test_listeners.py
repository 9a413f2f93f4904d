# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listeners, met by clients that share no code with them: OpenSSL's s_client, curl, Python's ssl."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import tds_prelogin as tds
from emulators.certificates import Authority, Issued
from emulators.listeners import Listener, ThreadedListeners, serve

HOST = "127.32.0.1"
Context = Callable[[], ssl.SSLContext]


@pytest.fixture(scope="module")
def context(issued: Issued) -> Context:
    made = issued.server_context()
    return lambda: made


@pytest.fixture(scope="module")
def roots(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("roots") / "root.pem"
    path.write_bytes(authority.root.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def port(request: pytest.FixtureRequest, context: Context) -> Iterator[int]:
    """Serve the kind that the test names."""
    with ThreadedListeners(Listener(HOST, 0, request.param, context)) as listeners:
        yield listeners.ports[0]


def curl(url: str, roots: Path, *arguments: str) -> str:
    """Return status line and headers and body."""
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--include", "--max-time", "20", "--cacert", roots, *arguments, url],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("port", ["tls"], indirect=True)
def test_tls_to_openssl(port: int, roots: Path) -> None:
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"{HOST}:{port}", "-CAfile", roots, "-verify_return_error", "-brief"],
        input="",
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert "Verification: OK" in done.stderr, done.stderr


@pytest.mark.parametrize("port", ["winrm"], indirect=True)
def test_winrm_to_curl(port: int, roots: Path) -> None:
    posted = curl(f"https://{HOST}:{port}/wsman", roots, "--data", "<Envelope/>")
    assert posted.startswith("HTTP/1.1 401 ")
    assert "WWW-Authenticate: Negotiate\n" in posted
    assert 'WWW-Authenticate: Basic realm="WSMAN"\n' in posted
    assert curl(f"https://{HOST}:{port}/wsman", roots).startswith("HTTP/1.1 405 ")
    assert curl(f"https://{HOST}:{port}/", roots).startswith("HTTP/1.1 404 ")


@pytest.mark.parametrize("port", ["https"], indirect=True)
def test_https_to_curl(port: int, roots: Path) -> None:
    assert "EMULATED" in curl(f"https://{HOST}:{port}/", roots)
    assert curl(f"https://{HOST}:{port}/secret", roots).startswith("HTTP/1.1 404 ")


@pytest.mark.parametrize("port", ["tds"], indirect=True)
def test_tds_to_a_driver_is_tls_inside_tds_and_a_login_that_fails(port: int, roots: Path) -> None:
    tls_context = ssl.create_default_context(cafile=str(roots))
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = tls_context.wrap_bio(incoming, outgoing, server_hostname=HOST)
    unwrapper = tds.Unwrapper()
    with socket.create_connection((HOST, port), timeout=20) as connection:
        connection.sendall(tds.request())
        answer = tds.ResponseParser().feed(connection.recv(4096))
        assert answer == tds.Prelogin((16, 0, 4135, 0), tds.Encryption.ON)
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                connection.sendall(tds.wrap(outgoing.read()))
                incoming.write(unwrapper.payload(connection.recv(65536)))
        assert client.version() == "TLSv1.2"
        client.write(tds.wrap(login7("Exam_Connect"), kind=0x10))
        connection.sendall(outgoing.read())
        reply = b""
        while "Exam_Connect".encode("utf-16-le") not in reply:
            incoming.write(connection.recv(65536))
            reply += client.read(65536)
    assert reply[8] == 0xAA
    assert struct.unpack_from("<IBB", reply, 11) == (18456, 1, 14)


def login7(user: str) -> bytes:
    """Return as much of LOGIN7 as says who logs in (MS-TDS 2.2.6.4): the fixed part, an empty host, the user."""
    text = user.encode("utf-16-le")
    return bytes(36) + struct.pack("<HHHH", 44, 0, 44, len(user)) + text


@pytest.mark.parametrize(
    ("data", "number", "user_reason"),
    [
        (b"(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=EUGEX)))", b"(ERR=12514)", 1),
        (b"(CONNECT_DATA=(COMMAND=ping))", b"(ERR=0)", 0x22),
    ],
)
@pytest.mark.parametrize("port", ["tns"], indirect=True)
def test_tns_refuses(port: int, data: bytes, number: bytes, user_reason: int) -> None:
    offset = 74
    body = struct.pack(">HHHHHHHHHH", 319, 300, 0, 8192, 65535, 0, 0, 1, len(data), offset).ljust(offset - 8, b"\0")
    with socket.create_connection((HOST, port), timeout=20) as connection:
        connection.sendall(struct.pack(">HHBBH", offset + len(data), 0, 1, 0, 0) + body + data)
        reply = connection.recv(4096)
    assert struct.unpack_from(">HHBB", reply) == (len(reply), 0, 4, 0)
    assert reply[8] == user_reason
    assert number in reply


@pytest.mark.parametrize("port", ["tcp", "tls", "tds", "tns", "winrm", "https"], indirect=True)
def test_what_is_not_understood_is_refused_and_logged(port: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), socket.create_connection((HOST, port), timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        while connection.recv(4096):  # at most an alert; then it is closed
            pass
        until(lambda: bool(caplog.records))
    assert f"on {HOST} port {port}: refused " in caplog.text


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_certificate_is_asked_for_at_each_connection(authority: Authority, roots: Path) -> None:
    served = iter([authority.issue([HOST]).server_context() for _unused in range(2)])
    with ThreadedListeners(Listener(HOST, 0, "tls", lambda: next(served))) as listeners:
        seen = {ssl.get_server_certificate((HOST, listeners.ports[0]), ca_certs=str(roots)) for _unused in range(2)}
    assert len(seen) == 2


def test_faults(context: Context) -> None:
    started = time.monotonic()
    with (
        ThreadedListeners(
            Listener(HOST, 0, "https", context, fault="silent"),
            Listener(HOST, 0, "https", context, fault="wrong"),
            Listener(HOST, 0, "tns", fault="slow", delay=0.3),
        ) as listeners,
        socket.create_connection((HOST, listeners.ports[0]), timeout=20) as silent,
        socket.create_connection((HOST, listeners.ports[1]), timeout=20) as wrong,
        socket.create_connection((HOST, listeners.ports[2]), timeout=20) as slow,
    ):
        slow.sendall(b"nonsense")
        assert wrong.recv(100).startswith(b"SSH-2.0-")
        assert slow.recv(100) == b""
        assert time.monotonic() - started >= 0.29
        silent.sendall(b"hello?")
        silent.setblocking(False)
        with pytest.raises(BlockingIOError):
            silent.recv(1)


def test_a_port_that_is_taken_is_named_and_nothing_stays_bound() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"tcp on {HOST} port {port} cannot be bound"):
            ThreadedListeners(Listener(HOST, 0, "tcp"), Listener(HOST, port, "tcp")).__enter__()


def test_everything_is_closed_at_the_end() -> None:
    with ThreadedListeners(Listener(HOST, 0, "tcp")) as listeners:
        port = listeners.ports[0]
        connection = socket.create_connection((HOST, port), timeout=20)
    with connection:
        assert connection.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, port), timeout=20)


def test_kinds_over_tls_need_a_context() -> None:
    with pytest.raises(ValueError, match="needs a context"):
        Listener(HOST, 443, "https")


def test_a_daemon_serves_in_its_own_loop() -> None:
    async def scenario() -> bytes:
        serving = await serve([Listener("::1", 0, "tcp", fault="wrong")])
        reader, writer = await asyncio.open_connection(*serving.addresses[0])
        line = await reader.readline()
        writer.close()
        await serving.close()
        return line

    assert asyncio.run(scenario()) == b"SSH-2.0-emulated wrong service\r\n"
