# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Ansible reaches the hosts of a real environment, delegated tasks included, and as whom it works there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.working_copy import ROOT

PLAYBOOK = """
- hosts: web_timetables[0]:business_intelligence[0]:exam_scheduler[0]
  gather_facts: false
  vars:
    # ssh itself, which tells which host it is asked to reach and goes nowhere
    ansible_ssh_common_args: >-
      -F none -o ControlMaster=no -o ProxyCommand="sh -c 'echo {{ task }} %h >> {{ reached }}; exit 1'"
    ansible_become_exe: /nowhere/sudo
  tasks:
    - ansible.builtin.raw: "true"
      delegate_to: localhost
    - ansible.builtin.raw: "true"
      ignore_unreachable: true   # nobody answers: which host is asked for, ssh has written down by then
      vars: {ansible_connection: ssh, task: "{{ inventory_hostname }}"}
    - ansible.builtin.raw: "true"
      ignore_unreachable: true   # nobody answers here either: ssh has written the host down by then
      delegate_to: "{{ item }}"
      loop: "{{ [groups['calsync'] | first, groups['web_timetables'] | last] }}"
      vars: {ansible_connection: ssh, task: delegated}
    - ansible.builtin.raw: "true"
      ignore_errors: true   # there is no such sudo: that it was called for is what is asked
      register: done
      vars: {ansible_connection: local}
    - ansible.builtin.raw: echo {{ inventory_hostname }} as {{ who }} >> {{ reached }}
      delegate_to: localhost
      vars: {who: "{{ 'root' if '/nowhere/sudo' in done | string else 'who logs in' }}"}
"""


@pytest.mark.parametrize(
    "environment", ["live", *(pytest.param(name, marks=pytest.mark.thorough) for name in ("dev", "test"))]
)
def test_that_delegated_tasks_reach_their_host_and_that_web_servers_alone_are_worked_on_as_root(
    environment: str, tmp_path: Path
) -> None:
    playbook, reached = tmp_path / "playbook.yml", tmp_path / "reached"
    playbook.write_text(PLAYBOOK, encoding="utf-8")
    inventory = ROOT / "inventories" / environment
    program = Path(sys.executable).with_name("ansible-playbook")
    # what the vault has is not known here, and nobody is asked for it
    command = [program, "-i", inventory, playbook, "-e", f"reached={reached}", "-e", "ansible_password="]
    done = subprocess.run(
        list(map(str, command)),
        cwd=tmp_path,
        env=os.environ | {"ANSIBLE_HOME": str(tmp_path / "home"), "ANSIBLE_BECOME_ALLOW_SAME_USER": "True"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    web = f"web{2 if environment == 'live' else 1}-{environment}"
    assert set(reached.read_text(encoding="utf-8").splitlines()) == {
        *(f"{name}-{environment} {name}-{environment}.exams.example" for name in ("web1", "bi", "es")),
        f"delegated calsync-{environment}.exams.example",
        f"delegated {web}.exams.example",
        f"web1-{environment} as root",
        f"bi-{environment} as who logs in",
        f"es-{environment} as who logs in",
    }
