# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Windows host is asked for, and what is made of answers that the emulated one never gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.lcm_cli import Credentials, LcmCli
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.windows_host import WindowsHost
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    InvalidParameter,
    OutcomeUnknown,
    Problem,
)

STAT = {"exists": True, "isdir": True}
WHOAMI = {"sid": "S-1-5-21-1"}


class Asked:
    """Answers every module, and keeps what it was asked."""

    def __init__(self, **answers: Mapping[str, Any]) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._answers = answers

    def __call__(self, name: str, arguments: Mapping[str, object]) -> Mapping[str, Any]:
        self.calls.append((name, dict(arguments)))
        return self._answers.get(name, {"stat": STAT, "account": WHOAMI})


def tool(asked: Asked) -> LcmCli:
    host = WindowsHost(asked, lambda _arguments, _seconds: None)
    credentials = Credentials("bi:6400", "u", "secret word", "secEnterprise")
    return LcmCli(host, host.path("x", "D:\\B I\\lcm_cli.bat"), host.path("x", "D:\\work"), credentials, 1)


def test_that_a_job_that_does_not_end_is_unknown_and_leaves_no_password() -> None:
    asked = Asked()
    cli = tool(asked)
    with pytest.raises(OutcomeUnknown, match="did not end within 1 s"):
        cli.promote(cli.host.path("x", "D:\\work\\a.lcmbiar"))
    written = next(arguments for _name, arguments in asked.calls if "stdin" in arguments)
    assert "LCM_password=secret word\n" in written["stdin"]
    assert "secret" not in written["cmd"]
    file = written["cmd"].split('"')[-3]
    assert ("win_file", {"path": file, "state": "absent"}) in asked.calls


def test_that_what_windows_says_is_told_and_what_it_was_given_is_not() -> None:
    asked = Asked(win_command={"failed": True, "msg": "non-zero return code", "stderr": "Access is denied."})
    cli = tool(asked)
    with pytest.raises(Problem, match=r"cannot write the file: non-zero return code: Access is denied\.") as told:
        cli.promote(cli.host.path("x", "D:\\work\\a.lcmbiar"))
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("path", ["work", "D:work", "D:\\%TEMP%", 'D:\\a" & calc', "\\\\share\\x", "/var/lib"])
def test_that_a_path_that_cmd_would_read_otherwise_is_refused(path: str) -> None:
    with pytest.raises(InvalidParameter, match=r"^lcm_cli=.*no plain path of Windows"):
        tool(Asked()).host.path("lcm_cli", path)
