# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""uoe.exam_scheduling.win_firewall_reachability: real connections of this machine, told in .NET's words.

They leave from the address of the emulated host, or from the one that is given. While it probes, this process does
nothing else, so that a flow from one of its hosts to another can be refused or accepted, and cannot be greeted.
"""

from __future__ import annotations

import base64
import errno
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from emulators.windows.module import Call, Module

# https://learn.microsoft.com/dotnet/api/system.net.sockets.socketerror
_NAMES = {
    errno.ECONNREFUSED: "ConnectionRefused",
    errno.ECONNRESET: "ConnectionReset",
    errno.ETIMEDOUT: "TimedOut",
    errno.EHOSTUNREACH: "HostUnreachable",
    errno.ENETUNREACH: "NetworkUnreachable",
    errno.EADDRNOTAVAIL: "AddressNotAvailable",
    errno.EAFNOSUPPORT: "AddressFamilyNotSupported",
    errno.EACCES: "AccessDenied",
    errno.EPERM: "AccessDenied",
}


def run(call: Call) -> None:
    """Probe all flows at once."""
    flows = call["flows"]
    with ThreadPoolExecutor(max_workers=max(1, min(call["concurrency"], len(flows), 128))) as pool:
        call.result["flows"] = list(pool.map(lambda flow: _flow(call, flow), flows))


def _flow(call: Call, flow: dict[str, Any]) -> dict[str, Any]:
    started = time.monotonic()
    try:
        kind = socket.SOCK_STREAM if flow["protocol"] == "tcp" else socket.SOCK_DGRAM
        known = dict.fromkeys(info[4] for info in socket.getaddrinfo(flow["target"], flow["port"], type=kind))
    except OSError as error:
        return {"problem": str(error.strerror), "resolved_in": time.monotonic() - started, "addresses": []}
    seconds = time.monotonic() - started
    return {"problem": None, "resolved_in": seconds, "addresses": [_address(call, flow, each) for each in known]}


def _address(call: Call, flow: dict[str, Any], place: tuple[Any, ...]) -> dict[str, Any]:
    found = {"address": place[0], "error": "", "ended": "", "heard": "", "latency_ms": None, "source_address": None}
    tcp = flow["protocol"] == "tcp"
    family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
    started = time.monotonic()
    connected = False
    with socket.socket(family, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM) as connection:
        connection.settimeout(call["deadline"])
        try:
            if family == socket.AF_INET:
                connection.bind((call["source_address"] or call.machine.address, 0))
                found["source_address"] = connection.getsockname()[0]
            connection.connect(place)
            connected = tcp
            found["latency_ms"] = (time.monotonic() - started) * 1000 if tcp else None
            heard, found["ended"] = _converse(connection, flow)
            found["heard"] = base64.b64encode(heard).decode()
            if not tcp:
                found["latency_ms"] = (time.monotonic() - started) * 1000
        except TimeoutError:
            found["ended" if connected else "error"] = "Deadline"
        except ssl.SSLError:
            found["ended"] = "AuthenticationException"
        except OSError as error:
            found["ended" if connected else "error"] = _NAMES.get(error.errno or 0, f"SocketError{error.errno}")
    return found


def _converse(connection: socket.socket, flow: dict[str, Any]) -> tuple[bytes, str]:
    """Say what is to be said, and return what was heard and why no more was."""
    if flow["protocol"] == "tcp" and not flow["say"]:
        return b"", ""
    if flow["tls_name"]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # as the real module: it looks at a greeting, and says nothing secret
        connection = context.wrap_socket(connection, server_hostname=flow["tls_name"])
    connection.send(base64.b64decode(flow["say"] or ""))
    heard = b""
    while len(heard) < flow["enough"]:
        part = connection.recv(16384)
        if not part:
            return heard, "closed"
        heard += part
        if flow["protocol"] == "udp":
            break
    return heard, ""


MODULE = Module("uoe.exam_scheduling.win_firewall_reachability", run)
