# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated service manager: what it runs, and what it refuses."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators import systemctl
from emulators.linux_host import LinuxHost
from emulators.units import Unit

READY = """
import os, socket, sys, time
address = os.environ["NOTIFY_SOCKET"]
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
    notify.sendto(b"READY=1", "\\0" + address[1:] if address[0] == "@" else address)
time.sleep(600)
"""
UNIT = """\
[Unit]
Description=A service
[Service]
Type=notify
User={user}
WorkingDirectory={root}
RuntimeDirectory=example/%i
ExecStart={python} {root}/{program} %i
NoNewPrivileges=yes
{more}
[Install]
WantedBy=multi-user.target
"""


class Host:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.units = root / "etc/systemd/system"
        self.units.mkdir(parents=True)
        (root / "ready.py").write_text(READY, encoding="utf-8")
        (root / "ends.py").write_text("raise SystemExit(3)", encoding="utf-8")

    def unit(self, name: str, *, program: str = "ready.py", user: str = "", more: str = "") -> Unit:
        text = UNIT.format(
            user=user or getpass.getuser(), root=self.root, python=sys.executable, program=program, more=more
        )
        (self.units / f"{name}.service").write_text(text, encoding="utf-8")
        return Unit(self.root, name)

    def systemctl(self, *words: str) -> int:
        return systemctl.main([str(self.root), *words])


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = Host(tmp_path)
    yield host
    LinuxHost(tmp_path).stop()


def test_a_service_is_started_when_it_says_that_it_is_ready_and_stopped(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    unit = host.unit("example@1.0")
    assert host.systemctl("start", "example@1.0") == 0
    assert host.systemctl("show", "example@1.0") == 0
    assert "ActiveState=active" in capsys.readouterr().out
    assert (host.root / "run/example/1.0").is_dir()
    assert host.systemctl("stop", "example@1.0") == 0
    assert not unit.running()
    assert not (host.root / "run/example/1.0").exists()


def test_what_is_enabled_starts_with_the_host(host: Host) -> None:
    unit = host.unit("example@1.0")
    assert host.systemctl("is-enabled", "example@1.0", "-l") == 1
    assert host.systemctl("enable", "example@1.0") == 0
    assert host.systemctl("is-enabled", "example@1.0", "-l") == 0
    other = host.unit("example@2.0")
    host_of_it = LinuxHost(host.root)
    host_of_it.nginx.seed("127.43.0.31", "timetables.exams.example")
    host_of_it.start()
    assert (unit.running(), other.running()) == (True, False)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"more": "DynamicUser=yes"}, "it does not know [Service] DynamicUser="),
        ({"user": "nobody"}, "an emulated host has one user"),
        ({"program": "ends.py"}, "it ended with 3"),
    ],
)
def test_what_cannot_be_run_is_refused(
    host: Host, made: dict[str, str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    host.unit("example@1.0", **made)
    assert host.systemctl("start", "example@1.0") == 1
    assert said in capsys.readouterr().err
    host.unit("example@1.0")


def test_an_unknown_word_or_unit_is_refused(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    assert host.systemctl("isolate", "rescue.target") == 1
    assert "teach emulators/systemctl.py" in capsys.readouterr().err
    assert host.systemctl("start", "nothing") == 1
    assert "not found" in capsys.readouterr().err
