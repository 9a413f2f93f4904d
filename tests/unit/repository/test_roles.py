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


ASKS_WINDOWS = (
    *("ansible.windows.", "community.windows.", "microsoft.iis."),
    *(PREFIX + name for name in ("config_", "firewall_reachability", "win_")),
)
ASK_ONE_HOST = {"business_intelligence", "data_population", "publication", "validation"}
"""Roles whose plays are for one host, which may ask another for a proof."""


def asked(role: str, tasks: Any) -> Iterator[str]:
    """Yield in the order of a run, through what tasks import or include, what asks Windows hosts, and `log_in`."""
    for task in tasks if isinstance(tasks, list) else []:
        if task.get("delegate_to") == "localhost":
            continue
        for word, value in task.items():
            if word in ("block", "rescue", "always"):
                yield from asked(role, value)
            elif word.startswith(ASKS_WINDOWS):
                yield f"{role}: {task['name']}"
            elif word in ("ansible.builtin.import_tasks", "ansible.builtin.include_tasks"):
                yield from asked_by(role, value)
            elif word in ("ansible.builtin.import_role", "ansible.builtin.include_role"):
                yield from asked_by(value["name"].removeprefix(PREFIX), f"{value.get('tasks_from', 'main')}.yml")


def asked_by(role: str, name: str) -> Iterator[str]:
    path = ROOT / "roles" / role / "tasks" / name
    if (role, name) == ("windows_product", "log_in.yml"):
        yield "log_in"
    elif "{" not in name:
        yield from asked(role, load(path))


@pytest.mark.parametrize("entry", ["main", "verify"])
def test_that_no_role_asks_windows_hosts_all_at_once_before_it_has_logged_in(entry: str) -> None:
    first = {role.name: next(asked_by(role.name, f"{entry}.yml"), None) for role in ROLES}
    assert list(first.values()).count("log_in") > 4
    late = {role for role, what in first.items() if what not in (None, "log_in")}
    assert late - ASK_ONE_HOST == set(), first
