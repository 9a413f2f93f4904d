# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of filters, tests and lookups come to what they say: each as it is written in the documentation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.documentation import plugin_worlds
from tests.unit.documentation.plugin_worlds import part, plugins_with_examples

WORLDS = plugin_worlds.load()


@pytest.fixture(scope="module")
def came_to(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    directory: Path = tmp_path_factory.mktemp("plugins")
    return plugin_worlds.run(WORLDS, directory)


@pytest.mark.parametrize("plugin", plugins_with_examples())
def test_that_the_example_of_a_plugin_comes_to_what_it_says(plugin: str, came_to: dict[str, list[Any]]) -> None:
    assert plugin in WORLDS, "a plugin's example is run: say in plugin_examples what there is around it"
    expected = WORLDS[plugin]["shows"]
    assert part(came_to[plugin], expected) == expected


def test_that_there_is_nothing_around_an_example_that_is_not_there() -> None:
    assert WORLDS.keys() == set(plugins_with_examples())
