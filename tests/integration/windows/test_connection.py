# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may connect, and how it ends for those who may not."""

from __future__ import annotations

import itertools
from pathlib import Path

from tests.integration.windows.conftest import Host, Some
from tests.integration.windows.playbook import Ansible

PING: dict[str, object] = {"ansible.windows.win_ping": {}}
TRANSPORTS = ("basic", "ntlm")
SPELLINGS = ("ansible", "EXAMS\\ansible", "ansible@exams.example")


def test_that_every_way_of_writing_an_account_is_let_in(ansible: Ansible, some: Some) -> None:
    ways = list(itertools.product(TRANSPORTS, SPELLINGS))
    each = {
        host.name: {"ansible_winrm_transport": transport, "ansible_user": user}
        for host, (transport, user) in zip(some(len(ways)), ways, strict=True)
    }
    answers = ansible.run([PING], list(each), each=each)
    assert [answer.get("ping") for (answer,) in answers.values()] == ["pong"] * 6


def test_that_whoever_may_not_connect_finds_it_unreachable_and_others_go_on(
    ansible: Ansible, some: Some, other_authority: Path
) -> None:
    rejected = "the specified credentials were rejected by the server"
    ways = [
        ({"ansible_winrm_transport": "basic", "ansible_password": "wrong"}, rejected),
        ({"ansible_winrm_transport": "ntlm", "ansible_password": "wrong"}, rejected),
        ({"ansible_winrm_transport": "ntlm", "ansible_user": "nobody"}, rejected),
        ({"ansible_winrm_ca_trust_path": str(other_authority)}, "CERTIFICATE_VERIFY_FAILED"),
        # nobody is there
        ({"ansible_host": "127.61.200.1"}, "Connection refused"),
    ]
    *turned_away, welcome = some(len(ways) + 1)
    each = {host.name: variables for host, (variables, _said) in zip(turned_away, ways, strict=True)}
    answers = ansible.run([PING], [*each, welcome.name], each=each)
    for (_variables, said), name in zip(ways, each, strict=True):
        (answer,) = answers[name]
        assert answer["unreachable"] is True
        assert said in answer["msg"]
    assert answers[welcome.name][0]["ping"] == "pong"


def test_that_what_is_not_emulated_is_refused_by_name(host: Host) -> None:
    unknown, shell, argument, missing, choice, suboption = host.run(
        {"ansible.windows.win_user": {"name": "somebody"}},
        {"ansible.windows.win_shell": "Get-Date"},
        {"ansible.windows.win_ping": {"datum": "x"}},
        {"ansible.windows.win_service": {"state": "started"}},
        {"ansible.windows.win_service": {"name": "W32Time", "state": "begun"}},
        {
            "microsoft.iis.website": {
                "name": "Default Web Site",
                "bindings": {"add": [{"ip": "*", "port": 8080, "host": "a.example"}]},
            }
        },
    )
    assert "ansible.windows.win_user is not emulated; emulated are ansible.windows.async_status, " in unknown["msg"]
    assert "ansible.windows.win_shell is not emulated" in shell["msg"]
    assert "Unsupported parameters for (win_ping) module: datum. Supported parameters include: data" in argument["msg"]
    assert "missing required arguments: name" in missing["msg"]
    assert (
        "value of state must be one of: absent, paused, started, stopped, restarted. Got no match for: begun"
        in choice["msg"]
    )
    assert "bindings.add.host" in suboption["msg"]
    assert all(each["failed"] for each in (unknown, shell, argument, missing, choice, suboption))


def test_that_a_program_of_the_allow_list_runs_and_no_other(host: Host) -> None:
    source, offset, other, checked = host.run(
        {"ansible.windows.win_command": "w32tm /query /source"},
        {"ansible.windows.win_command": "w32tm.exe /stripchart /computer:dc1.exams.example /samples:1 /dataonly"},
        {"ansible.windows.win_command": "whoami.exe"},
        {"ansible.windows.win_command": "w32tm /query /source", "check_mode": True},
    )
    assert source["stdout"] == "dc1.exams.example\r\n"
    # the host is 1.5 s ahead
    assert offset["stdout_lines"][-1].endswith(", -01.5000000s")
    assert "has no program 'whoami.exe'" in other["msg"]
    assert checked["skipped"] is True
