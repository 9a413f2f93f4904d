# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that are down, slow, or lost in mid-command: what Ansible makes of it, and that a second run completes."""

from __future__ import annotations

import socket
import time

from emulators.processes import wait_until
from tests.integration.windows.conftest import Host, Some
from tests.integration.windows.playbook import Ansible

PING: dict[str, object] = {"ansible.windows.win_ping": {}}
FOLDER = {"ansible.windows.win_file": {"path": "C:\\Made", "state": "directory"}}


def refused(host: Host) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host.address, 5986)) != 0


def test_that_a_host_that_is_down_is_unreachable_and_others_finish(ansible: Ansible, some: Some) -> None:
    down, before, after, gone, slow, well = some(6)
    down.fault(refuse=True)
    before.fault(drop_before="win_file")
    after.fault(drop="win_file")
    gone.fault(down_after="win_file")
    slow.fault(delay_seconds=1.5)
    wait_until(lambda: refused(down), "a host that refuses")
    names = [host.name for host in (down, before, after, gone, slow, well)]
    started = time.monotonic()
    # so short that the slow host's answer is asked for more than once
    answers = ansible.run([FOLDER, PING], names, variables={"ansible_winrm_connection_timeout": 1})
    assert time.monotonic() - started > 3

    assert answers[down.name][0]["unreachable"] is True
    assert "Connection refused" in answers[down.name][0]["msg"]
    for lost in (before, after, gone):
        told = str(answers[lost.name][0])
        # the latter where the listener has gone by the time that the connection tidies up after what was cut
        assert "Connection aborted" in told or (lost is gone and "Connection refused" in told)
        assert answers[lost.name][0]["failed"] is True, "so that a rescue sees it"
    assert answers[gone.name][1]["unreachable"] is True, "which a rescue does not see"
    assert "c:\\made" not in before.state.files
    assert "c:\\made" in after.state.files, "it was lost after the work was done"
    for good in (slow, well):
        assert (answers[good.name][0]["changed"], answers[good.name][1]["ping"]) == (True, "pong")

    for host in (down, before, after, gone, slow):
        host.fault()
    wait_until(lambda: not refused(down) and not refused(gone), "hosts that are back")
    again = ansible.run([FOLDER], names)
    assert {name: again[name][0]["changed"] for name in names} == {
        down.name: True,
        before.name: True,
        after.name: False,
        gone.name: False,
        slow.name: False,
        well.name: False,
    }


def test_that_hosts_are_worked_on_in_parallel_and_kept_apart(ansible: Ansible, some: Some) -> None:
    names = [host.name for host in some(8)]
    own = {"ansible.windows.win_copy": {"content": "{{ inventory_hostname }}", "dest": "C:\\CalSync\\own.txt"}}
    read = {"ansible.builtin.slurp": {"src": "C:\\CalSync\\own.txt"}}
    tasks = [own, read, {"ansible.builtin.assert": {"that": "true"}}]
    answers = ansible.run([*tasks, own], names)
    contents = {name: answers[name][1]["content"] for name in names}
    assert len(set(contents.values())) == len(names)
    assert all(answers[name][3]["changed"] is False for name in names)
