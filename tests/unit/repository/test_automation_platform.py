# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX is set up with can read a private project, the inventories' secrets, and log in to Linux hosts."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from scripts.working_copy import ROOT


def given(module: str, argument: str, **other: str) -> Any:
    """Return an argument as the playbook gives it, with other variables than its own where they are named."""
    loader = DataLoader()
    playbook = ROOT / "playbooks/automation_platform.yml"
    (play,) = loader.load_from_file(str(playbook), cache="none", trusted_as_template=True)
    (arguments,) = [task[module] for task in play["tasks"] if module in task]
    variables = {**play["vars"], "environment_name": "live", "omit": "left out", **other}
    return Templar(loader, variables=variables).template(arguments[argument])


@pytest.mark.parametrize(("name", "given_as"), [("Repository", "Repository"), ("", "left out")])
def test_that_the_project_is_read_by_the_credential_that_was_made_for_it(name: str, given_as: str) -> None:
    assert given("awx.awx.project", "credential", platform_project_credential=name) == given_as


@pytest.mark.parametrize(("machine", "more"), [("Machine", ["Machine LIVE"]), ("", [])])
def test_that_jobs_have_the_credentials_of_their_environment(machine: str, more: list[str]) -> None:
    prefixes = {"platform_vault_credential_prefix": "Vault", "platform_machine_credential_prefix": machine}
    assert given("awx.awx.job_template", "credentials", **prefixes) == ["Vault LIVE", *more]
