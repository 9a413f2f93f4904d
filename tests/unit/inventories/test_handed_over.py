# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change records are found beside the inventory, and in the project where AWX hands the inventory over as one file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.working_copy import ROOT

PLAY = """
- hosts: control_node
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: records {{ change_control_records }} signers {{ change_control_allowed_signers }} end
"""


def told(program: str, *options: object, place: Path) -> str:
    """Return what a program of Ansible said."""
    environment = os.environ | {"ANSIBLE_HOME": str(place / "home")}
    command = [str(Path(sys.executable).with_name(program)), *map(str, options)]
    return subprocess.run(command, cwd=place, env=environment, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    "environment", ["live", *(pytest.param(name, marks=pytest.mark.thorough) for name in ("dev", "test"))]
)
def test_that_change_records_are_beside_the_inventory_or_in_the_project(environment: str, tmp_path: Path) -> None:
    project = tmp_path / "project" / "playbooks"
    (project / "stages").mkdir(parents=True)
    (project / "stages" / "stage.yml").write_text(PLAY, encoding="utf-8")
    (project / "all.yml").write_text(f"{PLAY}\n- import_playbook: stages/stage.yml\n", encoding="utf-8")
    inventory = ROOT / "inventories" / environment

    said = told("ansible-playbook", "-i", inventory, project / "all.yml", place=tmp_path)
    beside = f"{inventory}/../../changes/{environment}"
    assert said.count(f"records {beside} signers {beside}/allowed_signers end") == 2

    # as AWX does it: a source is exported, and a job gets a program that prints it
    exported = tmp_path / "inventory" / "exported.json"
    exported.parent.mkdir()
    listed = told("ansible-inventory", "-i", inventory / "hosts.yml", "--list", "--export", place=tmp_path)
    exported.write_text(listed, encoding="utf-8")
    handed_over = tmp_path / "inventory" / "hosts"
    handed_over.write_text(f"#!/bin/sh\ncat {exported}\n", encoding="utf-8")
    handed_over.chmod(0o700)
    said = told("ansible-playbook", "-i", handed_over, project / "all.yml", place=tmp_path)
    of_project = f"{tmp_path}/project/changes/{environment}"
    assert said.count(f"records {of_project} signers {of_project}/allowed_signers end") == 2
