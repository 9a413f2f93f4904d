# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""pypsrp, a client that is not pywinrm: the protocol is understood as others write it."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator

import pytest
from pypsrp.exceptions import AuthenticationError, WSManFaultError
from pypsrp.shell import Process, SignalCode, WinRS
from pypsrp.wsman import WSMan

from tests.integration.windows.conftest import Host


def wsman(host: Host, password: str, auth: str = "negotiate") -> WSMan:
    return WSMan(
        host.address,
        username="ansible",
        password=password,
        auth=auth,
        # its type says bool, its documentation that the path of a trust file will do
        cert_validation=str(host.process.authority / "root.pem"),  # type: ignore[arg-type]
        operation_timeout=1,
        read_timeout=5,
    )


@pytest.fixture
def shell(host: Host, password: str) -> Iterator[WinRS]:
    with wsman(host, password) as connection, WinRS(connection) as opened:
        yield opened


@pytest.mark.parametrize("auth", ["basic", "negotiate", "ntlm"])
def test_that_a_command_runs_in_a_shell(host: Host, password: str, auth: str) -> None:
    with wsman(host, password, auth) as connection, WinRS(connection) as shell:
        process = Process(shell, "w32tm.exe", ["/query", "/source"])
        process.invoke()
        process.signal(SignalCode.CTRL_C)
    assert (process.stdout, process.stderr, process.rc) == (b"dc1.exams.example\r\n", b"", 0)


@pytest.mark.parametrize("auth", ["basic", "negotiate"])
def test_that_a_wrong_password_is_rejected(host: Host, auth: str) -> None:
    with (
        pytest.raises(AuthenticationError, match="Failed to authenticate the user ansible"),
        wsman(host, "wrong", auth) as connection,
    ):
        WinRS(connection).open()


def test_that_an_unknown_program_fails_and_says_so(shell: WinRS) -> None:
    process = Process(shell, "format.com", ["C:"])
    process.invoke()
    assert process.rc == 1
    assert b"has no program 'format.com C:'" in process.stderr


def test_that_unknown_scripts_and_payloads_are_refused(shell: WinRS) -> None:
    script = base64.b64encode("Remove-Computer".encode("utf-16-le")).decode()
    process = Process(shell, "powershell.exe", ["-EncodedCommand", script])
    process.invoke()
    assert b"has no program 'Remove-Computer'" in process.stderr

    process = Process(shell, "powershell.exe", ["-EncodedCommand", script])
    process.begin_invoke()
    process.send(b"not a manifest", end=True)
    process.end_invoke()
    assert b"not divided by four NUL bytes" in process.stderr


def test_that_a_slow_command_is_asked_for_again(host: Host, shell: WinRS) -> None:
    host.fault(delay_seconds=1.5)
    process = Process(shell, "tzutil.exe", ["/g"])
    started = time.monotonic()
    process.invoke()
    assert process.stdout == b"GMT Standard Time"
    assert time.monotonic() - started >= 1.5


def test_that_another_shell_or_resource_is_a_fault(host: Host, password: str, shell: WinRS) -> None:
    with wsman(host, password) as connection:
        lost = WinRS(connection)
        lost.id = "00000000-0000-0000-0000-000000000000"
        lost.opened = True
        with pytest.raises(WSManFaultError, match="the shell was not found on the server"):
            Process(lost, "tzutil.exe").begin_invoke()
        powershell = WinRS(connection, resource_uri="http://schemas.microsoft.com/powershell/Microsoft.PowerShell")
        with pytest.raises(WSManFaultError, match=r"Microsoft\.PowerShell is not emulated"):
            powershell.open()
    assert shell.opened
