# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the modules about SQL Server are tasks that the modules take."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from tests.module_runner import MODULES

NAMES = sorted(path.stem for path in (Path(__file__).parents[3] / "plugins" / "modules").glob("mssql_*.py"))


class Described(Exception):
    """A module has said what arguments it takes."""


def test_that_there_are_modules() -> None:
    assert len(NAMES) == 7


@pytest.mark.parametrize("name", NAMES)
def test_that_the_examples_are_taken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(f"{MODULES}.{name}")
    found: dict[str, Any] = {}

    def described(**named: Any) -> None:
        found.update(named)
        raise Described

    monkeypatch.setattr(module, "AnsibleModule", described)
    with pytest.raises(Described):
        module.main()
    tasks = [task for task in yaml.safe_load(module.EXAMPLES) if f"uoe.exam_scheduling.{name}" in task]
    assert tasks
    for task in tasks:
        result = ArgumentSpecValidator(found["argument_spec"]).validate(task[f"uoe.exam_scheduling.{name}"])
        assert not result.error_messages, (task["name"], result.error_messages)
