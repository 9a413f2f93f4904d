# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role documents is what it does: argument specs against defaults, action groups against doc fragments."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.working_copy import ROOT

ROLES = sorted(path.parents[1] for path in ROOT.glob("roles/*/tasks/main.yml"))
PREFIX = "uoe.exam_scheduling."


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_that_each_default_is_documented_with_its_value(role: Path) -> None:
    documented = load(role / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"]
    defaults_file = role / "defaults" / "main.yml"
    defaults = load(defaults_file) if defaults_file.exists() else {}
    assert {name: option["default"] for name, option in documented.items() if "default" in option} == defaults
    both = [name for name, option in documented.items() if option.get("required") and "default" in option]
    assert not both, "required, and yet with a default"


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_that_a_role_s_variables_begin_with_its_name(role: Path) -> None:
    for entry in load(role / "meta" / "argument_specs.yml")["argument_specs"].values():
        assert all(name.startswith((f"{role.name}_", "exam_")) for name in entry["options"])


def reading(tasks: Any) -> Iterator[dict[str, Any]]:
    """Yield the tasks that read whole files of Windows hosts, those of blocks included."""
    for task in tasks if isinstance(tasks, list) else []:
        if "ansible.windows.slurp" in task:
            yield task
        for part in ("block", "rescue", "always"):
            yield from reading(task.get(part))


def test_that_v_shows_no_file_that_a_role_has_read() -> None:
    files = [path for path in ROOT.glob("roles/*/tasks/*.yml") if "windows.slurp:" in path.read_text(encoding="utf-8")]
    found = [(path, task) for path in files for task in reading(load(path))]
    assert len(found) >= len(files) > 0
    shown = [f"{path.relative_to(ROOT)}: {task['name']}" for path, task in found if task.get("no_log") is not True]
    assert not shown, "slurp returns what is in it, which -v prints"


@pytest.mark.parametrize(
    ("role", "module", "parameter"),
    [("https", "https_certificate", "replace_key"), ("firewall", "firewall_reachability", "concurrency")],
)
def test_that_what_a_remedy_names_can_be_said(role: str, module: str, parameter: str) -> None:
    remedies = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("plugins/module_utils/*/*.py"))
    assert f"{role}_{parameter}" in remedies
    entries = load(ROOT / f"roles/{role}/meta/argument_specs.yml")["argument_specs"]
    assert f"{role}_{parameter}" in entries["main"]["options"]
    tasks = load(ROOT / f"roles/{role}/tasks/apply.yml")
    called = [task[PREFIX + module] for task in tasks if PREFIX + module in task]
    assert called
    assert all(f"{role}_{parameter}" in task[parameter] for task in called)


def fragments(module: Path) -> set[str]:
    """Return the doc fragments of ours that a module's documentation extends, without the part after the dot."""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "DOCUMENTATION"
        ):
            named = yaml.safe_load(ast.literal_eval(node.value)).get("extends_documentation_fragment", [])
            return {name.removeprefix(PREFIX).split(".")[0] for name in ([named] if isinstance(named, str) else named)}
    return set()


def test_that_an_action_group_holds_just_the_modules_with_its_options() -> None:
    groups = load(ROOT / "meta" / "runtime.yml").get("action_groups", {})
    assert groups, "connection options are given once, by module_defaults, and that needs action groups"
    modules = {path.stem: fragments(path) for path in ROOT.glob("plugins/modules/[a-z]*.py")}
    for group, listed in groups.items():
        names = {name.removeprefix(PREFIX) for name in listed if isinstance(name, str)}
        assert names == {name for name, extends in modules.items() if group in extends}, f"action group {group}"
