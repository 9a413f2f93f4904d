# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is around an example in a page, which is run as it is written there.

pages/NAME.yml, with the keys of a module's world (world.py), and:

page: docs/reconciliation.md
says: Compare who sits which exam   # some of its text, by which it is told from the page's others
expected: []                        # where a role is imported, whose tasks are its own affair, or for SQL

The example is a list of tasks or of plays, or SQL, which the tasks of the world find in the variable `example`.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from scripts.working_copy import ROOT, files
from tests.integration.examples.world import World

PAGES = Path(__file__).with_name("pages")
BLOCK = re.compile(r"^ *```(?P<language>yaml|sql)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)


def to_be_run(text: str) -> bool:
    """Return whether an example is one that can be run: tasks, plays or SQL, and no variables of an inventory."""
    return text.startswith("- ") or "CREATE OR REPLACE" in text


def examples_of(page: str) -> Iterator[str]:
    """Yield the examples of a page that can be run, as they are written."""
    for match in BLOCK.finditer((ROOT / page).read_text(encoding="utf-8")):
        text = textwrap.dedent(match["text"])
        if to_be_run(text):
            yield text


def all_examples() -> set[str]:
    """Return the examples of all pages that can be run."""
    return {text for page in files() if page.endswith(".md") for text in examples_of(page)}


@dataclass(frozen=True)
class Page(World):
    """The world of an example in a page; its `module` is the name of the world."""

    page: str = ""
    says: str = ""

    @classmethod
    def load(cls, module: str) -> Self:
        """Return a world by its name."""
        return cls(module=module, **yaml.safe_load((PAGES / f"{module}.yml").read_text(encoding="utf-8")))

    @property
    def examples(self) -> str:
        """Return the example as it is written."""
        (found,) = (text for text in examples_of(self.page) if self.says in text)
        return found

    def plays(self) -> list[dict[str, Any]]:
        """Return the playbook; an example that is plays is a playbook of its own, and SQL is no play."""
        before, examples, after = super().plays()
        if "CREATE OR REPLACE" in self.examples:
            return [{**play, "vars": {**play["vars"], "example": self.examples}} for play in (before, after)]
        if "hosts" in yaml.safe_load(self.examples)[0]:
            examples = {"name": examples["name"], "ansible.builtin.import_playbook": "examples.yml"} | {
                "vars": examples["vars"]
            }
        return [before, examples, after]
