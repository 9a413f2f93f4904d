# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of modules and of pages do, on the rehearsed LIVE, what they say: each as it is written there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.documented import MODULES
from tests.integration.examples.control_node import ControlNode
from tests.integration.examples.page import PAGES, Page
from tests.integration.examples.world import World


@pytest.mark.thorough
@pytest.mark.timeout(300, func_only=True)  # of a module: the rehearsal, before the first one, takes longer
@pytest.mark.parametrize("module", MODULES)
def test_that_examples_do_what_they_say(module: str, control_node: ControlNode, tmp_path: Path) -> None:
    examine(World.load(module), control_node, tmp_path)


@pytest.mark.thorough
@pytest.mark.timeout(300, func_only=True)
@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.iterdir()))
def test_that_an_example_in_a_page_does_what_it_says(name: str, control_node: ControlNode, tmp_path: Path) -> None:
    examine(Page.load(name), control_node, tmp_path)


def examine(world: World, control_node: ControlNode, directory: Path) -> None:
    """Run a world with its examples, and hold what they did against what they are to do."""
    plays = control_node.examine(world, directory)
    failed = [result for play in plays for result in play if result["state"] == "failed"]
    assert not failed
    if not world.expected:
        return
    _before, examples, *_after = plays
    assert [{"task": done["task"], "state": done["state"]} for done in examples] == [
        {"task": task["task"], "state": task["state"]} for task in world.expected
    ]
    for done, task in zip(examples, world.expected, strict=True):
        assert part(done["result"], task.get("result", {})) == task.get("result", {}), done["task"]


def part(found: Any, expected: Any) -> Any:
    """Return of what was found what is where something is expected."""
    if isinstance(found, dict) and isinstance(expected, dict):
        return {name: part(found[name], value) for name, value in expected.items() if name in found}
    return found
