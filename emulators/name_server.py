# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real BIND 9 of our own: no init system, no shared path, and no packet that leaves the machine.

Used as a context manager by tests, and as a detached process by the rehearsal estate, which one command starts and
another stops. State (zones, journals) is kept in the directory; deleting the directory is the reset.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig

from emulators.loopback import AddressRefused, on_loopback, served_by
from emulators.processes import as_owner, wait_until
from emulators.queries import answers
from emulators.zones import TRANSFER_NOW, ForwardedZone, Key, PrimaryZone, SecondaryZone, Zone, file_name

__all__ = ["ForwardedZone", "Key", "NameServer", "NameServerError", "PrimaryZone", "SecondaryZone", "Zone"]

_START_DEADLINE = 30.0
_STOP_DEADLINE = 10.0
_POLL = 0.02


class NameServerError(Exception):
    """A name server that could not be started or stopped; the message ends with the last lines of its log."""


class NameServer:
    """One BIND 9 process with a directory, an address and a port of its own.

    It is recursive if it has a `ForwardedZone`; then everything outside its zones does not exist (NXDOMAIN).
    """

    def __init__(
        self,
        directory: Path,
        address: str,
        *,
        port: int = 53,
        zones: Sequence[Zone] = (),
        keys: Sequence[Key] = (),
        options: str = "",
        environment: dict[str, str] | None = None,
    ) -> None:
        """Describe the server; nothing is written and nothing runs before `start`.

        Args:
            directory: everything it writes is below; made if absent.
            address: the loopback address it listens on and sends from.
            port: its UDP and TCP port.
            zones: what it serves. A primary zone's seed is written only if the zone has no file yet.
            keys: TSIG keys it knows.
            options: further text for the block `options` of `named.conf`.
            environment: further environment variables of the process (`KRB5_CONFIG`).

        Raises:
            ValueError: the address is not a loopback address.
        """
        if not ipaddress.ip_address(address).is_loopback:
            raise ValueError(f"a name server of ours listens on loopback only, not on {address}")
        self.directory = directory.absolute()
        self.address = address
        self.port = port
        self.zones = tuple(zones)
        self.keys = tuple(keys)
        self.options = options
        self.environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Return the file that the server logs to; each update received is a line of it."""
        return self.directory / "named.log"

    @property
    def _program(self) -> Path:
        # A copy, because Ubuntu's AppArmor profile of /usr/sbin/named allows it no other directories than the system's.
        # It also makes the process known for ours: no other runs this file.
        return self.directory / "named"

    @property
    def _pid_file(self) -> Path:
        return self.directory / "pid"

    def start(self) -> None:
        """Start the server and return when it answers for its primary zones over UDP and TCP; nothing if it runs.

        Raises:
            NameServerError: BIND is not installed, or the server ended or did not answer in 30 s.
        """
        if self.running():
            return
        self._prepare()
        try:
            with on_loopback(self.address):
                self._launch()
                self._wait_until_ready()
            wait_until(
                lambda: served_by(self._pid(), self.address, self.port, alone=True), f"{self.address} to be ours"
            )
        except AddressRefused as error:
            raise NameServerError(f"BIND listens only on addresses that an interface has, and {error}") from error
        except BaseException:
            self.stop()
            raise

    def _launch(self) -> None:
        """Start the process and note its number."""
        with self.log.open("ab") as log:
            # One thread: several of these share a small machine. `-g`: in the foreground, all logging to our file.
            self._process = subprocess.Popen(
                [self._program, "-g", "-n", "1", *as_owner(self.directory), "-c", self.directory / "named.conf"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, **self.environment},
            )
        self._pid_file.write_text(f"{self._process.pid}\n", encoding="ascii")

    def stop(self) -> None:
        """Stop the server, whichever process started it, and return when it has ended; nothing if it does not run.

        Raises:
            NameServerError: it did not end.
        """
        pid = self._pid()
        for kind in (signal.SIGTERM, signal.SIGKILL):
            if pid is None:
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, kind)
            deadline = time.monotonic() + _STOP_DEADLINE
            while (pid := self._pid()) is not None and time.monotonic() < deadline:
                time.sleep(_POLL)
        if pid is not None:
            raise NameServerError(f"named (process {pid}) in {self.directory} does not end\n{self._last_lines()}")
        self._pid_file.unlink(missing_ok=True)
        self._process = None

    def running(self) -> bool:
        """Return whether the server's process runs, whichever process started it."""
        return self._pid() is not None

    def serial(self, zone: str) -> int | None:
        """Return the SOA serial of the zone as this server answers it, or None if it has no answer."""
        query = dns.message.make_query(zone, dns.rdatatype.SOA)
        query.flags &= ~dns.flags.RD
        try:
            answer = dns.query.udp(query, self.address, timeout=1.0, port=self.port)
        except (dns.exception.DNSException, OSError):
            return None
        for rrset in answer.answer:
            if rrset.rdtype == dns.rdatatype.SOA:
                return int(rrset[0].serial)
        return None

    def transfer_now(self, zone: str) -> None:
        """Make this secondary ask its primary for the zone, as a NOTIFY would (RFC 1996); returns before it is done."""
        key = dns.tsig.Key(TRANSFER_NOW, self._transfer_secret())
        notify = dns.message.make_query(zone, dns.rdatatype.SOA)
        notify.set_opcode(dns.opcode.NOTIFY)
        notify.flags = (notify.flags & ~dns.flags.RD) | dns.flags.AA
        notify.use_tsig(key)
        answer = dns.query.udp(notify, self.address, timeout=5.0, port=self.port)
        if answer.rcode() != dns.rcode.NOERROR:
            raise NameServerError(f"{self.address} refuses to transfer {zone}: {dns.rcode.to_text(answer.rcode())}")

    def __enter__(self) -> Self:
        """Start the server."""
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop the server."""
        self.stop()

    def _prepare(self) -> None:
        """Write what the server reads."""
        installed = shutil.which("named", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if installed is None:
            raise NameServerError("BIND 9 is not installed; install the package bind9")
        (self.directory / "zones").mkdir(parents=True, exist_ok=True)
        if not self._program.exists():
            shutil.copy(installed, self._program)
        for zone in self.zones:
            file = self.directory / "zones" / file_name(zone.name)
            if isinstance(zone, PrimaryZone) and not file.exists():
                file.write_text(zone.seed(), encoding="utf-8")
        if self._recursive:
            delegations = "".join(f"{zone.name.rstrip('.')}. NS nowhere.invalid.\n" for zone in self._forwarded)
            glue = f"nowhere.invalid. {'AAAA' if ':' in self.address else 'A'} {self.address}\n"
            root = PrimaryZone(".", glue + delegations, name_servers=("nowhere.invalid.",))
            (self.directory / "zones" / file_name(".")).write_text(root.seed(), encoding="utf-8")
        configuration = self.directory / "named.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(self._configuration(), encoding="utf-8")

    @property
    def _forwarded(self) -> list[ForwardedZone]:
        return [zone for zone in self.zones if isinstance(zone, ForwardedZone)]

    @property
    def _recursive(self) -> bool:
        return bool(self._forwarded)

    def _configuration(self) -> str:
        """Return `named.conf`: every path below the directory, and loopback as the source of whatever is sent."""
        v6, other = ("-v6", "") if ":" in self.address else ("", "-v6")
        # Without this zone a recursive server would ask the root servers for names outside its zones.
        root = f'zone "." {{ type primary; file "zones/{file_name(".")}"; notify no; }};\n' if self._recursive else ""
        return (
            "".join(key.configuration() for key in (*self.keys, Key(TRANSFER_NOW, self._transfer_secret())))
            + f"""options {{
    directory "{self.directory}";
    pid-file none;
    session-keyfile "{self.directory}/session.key";
    managed-keys-directory "{self.directory}";
    listen-on{v6} port {self.port} {{ {self.address}; }};
    listen-on{other} {{ none; }};
    query-source{v6} address {self.address};
    transfer-source{v6} {self.address};
    notify-source{v6} {self.address};
    automatic-interface-scan no;
    interface-interval 0;
    recursion {"yes" if self._recursive else "no"};
    allow-query {{ any; }};
    dnssec-validation no;
    empty-zones-enable no;
    notify-delay 0;
    max-cache-size 16m;
    {self.options}
}};
controls {{ }};
{root}"""
            + "".join(zone.configuration() for zone in self.zones)
        )

    def _transfer_secret(self) -> str:
        """Return the secret that signs the NOTIFY of `transfer_now`, made at first use and kept in the directory."""
        file = self.directory / "transfer-now.secret"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(Key.generate(TRANSFER_NOW).secret, encoding="ascii")
        return file.read_text(encoding="ascii")

    def _pid(self) -> int | None:
        """Return the process number from the pid file, if that process runs our copy of the program."""
        if self._process is not None:
            self._process.poll()
        try:
            pid = int(self._pid_file.read_text(encoding="ascii"))
            program = str(Path(f"/proc/{pid}/exe").readlink())
        except (OSError, ValueError):
            return None
        return pid if program.removesuffix(" (deleted)") == str(self._program.resolve()) else None

    def _wait_until_ready(self) -> None:
        """Return when the server answers over UDP and TCP, and knows each of its primary zones that it can load."""
        zones = [zone.name for zone in self.zones if isinstance(zone, PrimaryZone) and not zone.broken]
        if self._recursive:
            zones.append(".")
        deadline = time.monotonic() + _START_DEADLINE
        while not (
            served_by(self._pid(), self.address, self.port, alone=False)
            and answers(self.address, self.port)
            and all(self.serial(zone) is not None for zone in zones)
        ):
            if not self.running():
                raise NameServerError(f"named in {self.directory} ended as it was started\n{self._last_lines()}")
            if time.monotonic() > deadline:
                raise NameServerError(f"named on {self.address} port {self.port} does not answer\n{self._last_lines()}")
            time.sleep(_POLL)

    def _last_lines(self) -> str:
        if not self.log.exists():
            return "it has no log"
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
