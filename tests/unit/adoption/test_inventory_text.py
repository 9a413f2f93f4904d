# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server has said is read back by Ansible as what it is, whatever it looks like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.inventory_text import to_inventory_yaml

LIKE_TEMPLATES = [
    "{{ lookup('ansible.builtin.pipe', 'echo ran-on-the-control-node') }}.exams.example",
    "{% if",
    "{#",
    '"{{ 6 * 7 }}"',
    "#jinja2: variable_start_string: '[['\n[[ 6 * 7 ]]",
]
words = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(LIKE_TEMPLATES)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | words | st.builds("".join, st.lists(words, max_size=3)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


class Loader(yaml.SafeLoader):
    """Knows the tag that Ansible has."""


Loader.add_constructor("!unsafe", lambda _loader, node: str(node.value))


def as_a_variable(text: str, place: Path) -> Any:
    """Return what `found` is for a task, where the text is a file in `group_vars`."""
    file = place / "adopted.yml"
    file.write_text(text, encoding="utf-8")
    loader = DataLoader()
    variables = loader.load_from_file(str(file), cache="none", trusted_as_template=True)
    return Templar(loader, variables=variables).template(variables["found"])


@pytest.mark.parametrize("value", LIKE_TEMPLATES)
def test_that_what_looks_like_a_template_is_none_for_ansible(value: str, tmp_path: Path) -> None:
    found = {"found": [{"names": [value, "scheduler.exams.example"]}]}
    assert as_a_variable(to_inventory_yaml(found), tmp_path) == found["found"]


def test_that_nothing_else_is_tagged_and_no_value_is_named_elsewhere() -> None:
    names = ["scheduler.exams.example", "{ no template }"]
    text = to_inventory_yaml({"one": names, "other": names, "count": 2, "deployed": False, "of": None})
    assert text == (
        "one:\n- scheduler.exams.example\n- '{ no template }'\nother:\n- scheduler.exams.example\n- '{ no template }'\n"
        "count: 2\ndeployed: false\nof: null\n"
    )


@given(values)
def test_that_each_value_is_read_back(value: Any) -> None:
    text = to_inventory_yaml({"found": value})

    assert yaml.load(text, Loader) == {"found": value}  # noqa: S506 - a SafeLoader with one more tag
