# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is around the examples of a module's documentation, so that they run as they are written there.

worlds/MODULE.yml:

host: localhost            # of the inventory: where the examples run
variables: {}              # that the examples' templates name; those of variables.yml are there for all
before: []                 # tasks that make what the examples take for granted, and the rehearsed LIVE has not
expected:                  # of each task of the examples, in their order
  - task: Keep the account
    state: changed         # changed | ok | skipped
    result: {}             # some of what it returns
after: []                  # tasks that look at what the examples have done, or put it back

What several have in common is in tasks/, where `shared_tasks` leads; import_tasks takes it from there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.documented import examples_of_module

WORLDS = Path(__file__).with_name("worlds")
SHARED = Path(__file__).with_name("variables.yml")
TASKS = Path(__file__).with_name("tasks")


@dataclass(frozen=True)
class World:
    """The world of a module's examples; an unknown key in its file is a TypeError that names it."""

    module: str
    expected: list[dict[str, Any]]
    host: str = "localhost"
    variables: dict[str, Any] = field(default_factory=dict)
    before: list[dict[str, Any]] = field(default_factory=list)
    after: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def load(cls, module: str) -> World:
        """Return the world of a module."""
        return cls(module=module, **yaml.safe_load((WORLDS / f"{module}.yml").read_text(encoding="utf-8")))

    @property
    def examples(self) -> str:
        """Return the examples as they are written."""
        return examples_of_module(self.module)

    def plays(self) -> list[dict[str, Any]]:
        """Return a playbook of three plays, the second of which imports the examples from a file beside it."""
        shared = yaml.safe_load(SHARED.read_text(encoding="utf-8"))
        common = {
            "hosts": self.host,
            "gather_facts": False,
            "vars": {"shared_tasks": str(TASKS), **shared, **self.variables},
        }
        examples = [{"name": f"EXAMPLES of {self.module}", "ansible.builtin.import_tasks": "examples.yml"}]
        named = {"before": self.before, "examples": examples, "after": self.after}
        return [{"name": f"{self.module}: {name}", **common, "tasks": tasks} for name, tasks in named.items()]
