# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our name server: started and stopped by different processes, keeping its state, sending nothing off the machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.tsig
import dns.update
import pytest

from emulators.name_server import ForwardedZone, Key, NameServer, NameServerError, PrimaryZone, SecondaryZone
from tests.integration.dns.conftest import poll
from tests.performance.ratio import ROOT


def named(directory: Path, address: str) -> NameServer:
    return NameServer(directory, address, zones=[PrimaryZone("exams.example", f"ns A {address}\nhere A 192.0.2.1")])


def rcode(name: str, address: str) -> str:
    answer = dns.query.udp(dns.message.make_query(name, "A"), address, timeout=5)
    return dns.rcode.to_text(answer.rcode())


def test_that_another_process_starts_and_this_one_stops_it(tmp_path: Path, network: str) -> None:
    program = (
        "import sys; from pathlib import Path; from emulators.name_server import NameServer, PrimaryZone\n"
        "NameServer(Path(sys.argv[1]), sys.argv[2], zones=[PrimaryZone('exams.example', 'ns A 192.0.2.1')]).start()\n"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path, f"{network}.1"], cwd=ROOT, check=True, timeout=60)
    server = named(tmp_path, f"{network}.1")
    try:
        assert server.running()
        pid = int((tmp_path / "pid").read_text(encoding="ascii"))
        assert os.getsid(pid) == pid
        server.start()
        assert int((tmp_path / "pid").read_text(encoding="ascii")) == pid
    finally:
        server.stop()
    assert not server.running()
    assert not Path(f"/proc/{pid}/exe").exists()
    server.stop()


def test_that_a_process_that_is_not_ours_is_never_stopped(tmp_path: Path, network: str) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        try:
            (tmp_path / "pid").write_text(f"{other.pid}\n", encoding="ascii")
            server = named(tmp_path, f"{network}.1")
            assert not server.running()
            server.stop()
            assert other.poll() is None
        finally:
            other.kill()


def test_that_a_failed_start_says_why_and_leaves_nothing(tmp_path: Path, network: str) -> None:
    server = NameServer(tmp_path, f"{network}.1", options="no-such-option yes;")
    with pytest.raises(NameServerError, match="unknown option 'no-such-option'"):
        server.start()
    assert not server.running()


def test_that_only_loopback_addresses_are_taken(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"not on 192\.0\.2\.1"):
        NameServer(tmp_path, "192.0.2.1")


def test_that_everything_is_written_below_the_directory_and_the_address_is_given_back(
    tmp_path: Path, network: str
) -> None:
    with named(tmp_path, f"{network}.1"):
        pid = int((tmp_path / "pid").read_text(encoding="ascii"))
        links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.exists()]
        files = [link for link in links if link.startswith("/") and not link.startswith("/dev/")]
        assert files
        assert all(Path(file).is_relative_to(tmp_path) for file in files), files
        shown = subprocess.run(["ip", "address", "show", "dev", "lo"], capture_output=True, text=True, check=True)
        assert f"{network}.1" not in shown.stdout
        assert rcode("here.exams.example", f"{network}.1") == "NOERROR"


def test_that_the_resolver_knows_the_estates_zones_and_nothing_else(tmp_path: Path, network: str) -> None:
    zones = [ForwardedZone("exams.example", [(f"{network}.1", 53)])]
    with named(tmp_path / "dns1", f"{network}.1"), NameServer(tmp_path / "r", f"{network}.3", zones=zones) as resolver:
        assert rcode("here.exams.example", resolver.address) == "NOERROR"
        assert rcode("gone.exams.example", resolver.address) == "NXDOMAIN"
        for elsewhere in ("www.example.org", "org", "1.0.0.127.in-addr.arpa"):
            query = dns.message.make_query(elsewhere, "A")
            answer = dns.query.udp(query, resolver.address, timeout=5)
            assert answer.rcode() == dns.rcode.NXDOMAIN
            assert answer.flags & dns.flags.AA, "it says so itself, and asked nobody"


def test_that_a_secondary_lags_until_it_is_told(tmp_path: Path, network: str) -> None:
    key = Key.generate("update.")
    first = PrimaryZone("exams.example", f"ns A {network}.1", update_keys=[key.name], secondaries=[f"{network}.2"])
    second = SecondaryZone("exams.example", (f"{network}.1", 53))
    primary = NameServer(tmp_path / "dns1", f"{network}.1", zones=[first], keys=[key])
    with primary, NameServer(tmp_path / "dns2", f"{network}.2", zones=[second]) as secondary:
        poll(lambda: secondary.serial("exams.example") == 1, "the first transfer")
        # A file that is there is kept; so is the serial that a test has given it.
        primary.stop()
        file = tmp_path / "dns1/zones/exams.example.db"
        file.write_text(file.read_text(encoding="utf-8").replace(" 1 86400", " 9 86400"), encoding="utf-8")
        primary.start()
        assert (primary.serial("exams.example"), secondary.serial("exams.example")) == (9, 1)
        secondary.transfer_now("exams.example")
        poll(lambda: secondary.serial("exams.example") == 9, "the transfer that was asked for")


def test_that_a_secondary_that_is_told_of_changes_follows_by_itself(tmp_path: Path, network: str) -> None:
    key = Key.generate("update.")
    first = PrimaryZone(
        "exams.example",
        f"ns A {network}.1",
        update_keys=[key.name],
        secondaries=[f"{network}.2"],
        notify=[(f"{network}.2", 53)],
    )
    second = SecondaryZone("exams.example", (f"{network}.1", 53))
    primary = NameServer(tmp_path / "dns1", f"{network}.1", zones=[first], keys=[key])
    with primary, NameServer(tmp_path / "dns2", f"{network}.2", zones=[second]) as secondary:
        poll(lambda: secondary.serial("exams.example") == 1, "the first transfer")
        update = dns.update.UpdateMessage("exams.example")
        update.use_tsig(dns.tsig.Key(key.name, key.secret))
        update.add("new", 60, "A", "192.0.2.1")
        assert dns.query.tcp(update, primary.address, timeout=5).rcode() == dns.rcode.NOERROR
        poll(lambda: secondary.serial("exams.example") == 2, "the transfer after the NOTIFY")
