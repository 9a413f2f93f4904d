# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Examples of YAML and Python in the documentation are what the plugins and roles accept."""

from __future__ import annotations

import functools
import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment, meta

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import run_variables
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_source import view_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.progress import Progress
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.sign_offs import parse_record
from scripts.working_copy import ROOT, files
from tests.documented import MODULES, written
from tests.integration.examples.page import PAGES as WORLDS_OF_PAGES
from tests.integration.examples.page import Page, all_examples
from tests.integration.examples.world import WORLDS
from tests.unit.documentation import contracts
from tests.unit.documentation.contracts import ELSEWHERE, OURS

PAGES = [path for path in files() if path.endswith(".md")]
PLUGINS = [
    path
    for path in files()
    if re.match(r"plugins/(modules|filter|test|lookup|callback|inventory)/\w+\.(py|yml)$", path)
]
BLOCK = re.compile(r"^(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)
KEYWORDS = {
    *(
        "name",
        "hosts",
        "vars",
        "when",
        "loop",
        "register",
        "delegate_to",
        "run_once",
        "tags",
        "no_log",
        "notify",
        "until",
    ),
    *("retries", "delay", "become", "become_method", "become_user", "become_flags", "environment", "changed_when"),
    *(
        "failed_when",
        "check_mode",
        "diff",
        "throttle",
        "any_errors_fatal",
        "gather_facts",
        "module_defaults",
        "loop_control",
    ),
}


class Loader(yaml.SafeLoader):
    """Knows the tags that Ansible has."""


for tag in ("!vault", "!unsafe"):
    Loader.add_constructor(tag, lambda _loader, node: str(node.value))


def blocks(language: str) -> Iterator[Any]:
    """Yield the examples in a language, each as a case under its page and line."""
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            if match["language"] == language:
                line = text.count("\n", 0, match.start()) + 1
                yield pytest.param(textwrap.dedent(match["text"]), id=f"{page}:{line}")


def load(text: str) -> Any:
    """Return what an example says; lines that stand for what is left out are left out."""
    kept = [line for line in text.splitlines() if line.strip() != ELSEWHERE or not line.startswith(" ")]
    lines = []
    for line, following in zip(kept, [*kept[1:], ""], strict=True):
        # a secret of which nothing is shown is a secret all the same
        shown = following.startswith(" " * (len(line) - len(line.lstrip()) + 1))
        lines.append(line if shown else re.sub(r"!vault \|.*", f"!vault {ELSEWHERE}", line))
    return yaml.load("\n".join(lines), Loader)  # noqa: S506 (a SafeLoader)


def tasks_of(entries: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the tasks of a list of tasks or plays, each with the arguments that module_defaults gives its modules."""
    for entry in entries:
        nested = [name for name in ("tasks", "block", "rescue", "always", "handlers", "pre_tasks") if name in entry]
        for name in nested:
            for task, defaults in tasks_of(entry[name]):
                yield task, {**entry.get("module_defaults", {}), **defaults}
        if not nested:
            yield entry, entry.get("module_defaults", {})


def module_of(task: dict[str, Any]) -> str:
    (name,) = [key for key in task if key not in KEYWORDS]
    return name


def groups_of(module: str) -> list[str]:
    declared = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]
    return [f"group/{OURS}{group}" for group, members in declared.items() if module.removeprefix(OURS) in members]


def check_tasks(entries: list[dict[str, Any]]) -> list[str]:
    """Return what is wrong with tasks: modules that are not there, or would refuse what they are given."""
    wrong = []
    for task, defaults in tasks_of(entries):
        module = module_of(task)
        given = task[module] or {}
        if isinstance(given, str):
            given = {"_raw_params": given}
        if module in {"ansible.builtin.import_role", "ansible.builtin.include_role"} and given["name"].startswith(OURS):
            wrong += check_role(given, task.get("vars", {}))
        if module in {"ansible.builtin.import_playbook", "ansible.builtin.meta"}:
            continue
        for group in groups_of(module):
            given = {**defaults.get(group, {}), **given}
        complaints = contracts.complaints(contracts.of_module(module), given)
        wrong += [f"{task.get('name', module)}: {complaint}" for complaint in complaints]
    return wrong


def check_role(given: dict[str, Any], variables: dict[str, Any]) -> list[str]:
    """Return what is wrong with the import of a role of ours: no such role, tasks or variables."""
    role = ROOT / "roles" / given["name"].removeprefix(OURS)
    if not (role / "tasks" / f"{given.get('tasks_from', 'main')}.yml").is_file():
        return [f"{given}: there are no such tasks"]
    return check_variables({name: value for name, value in variables.items() if name.startswith(role.name)})


def check_variables(declared: dict[str, Any]) -> list[str]:
    """Return what is wrong with variables of an inventory: no role takes them, or not with such a value."""
    known = contracts.of_roles()
    wrong = [f"no role takes {name}" for name in declared if name not in known and name not in words_of_roles()]
    options = {name: known[name] for name in declared if name in known}
    return wrong + contracts.complaints({"argument_spec": options}, {name: declared[name] for name in options})


@functools.cache
def words_of_roles() -> set[str]:
    """Return the names that roles and the gate use: secrets are asked for in a task, and are no option."""
    sources = [*ROOT.glob("roles/*/tasks/*.yml"), ROOT / "plugins/plugin_utils/change_control/settings.py"]
    return {word for path in sources for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}


def check_templates(value: Any) -> list[str]:
    """Return the filters and tests of ours that an example uses and that are not there."""
    found = contracts.names_in_templates(value, conditions=isinstance(value, list))
    used = {(kind, name) for kind, name in found if name.startswith(OURS)}
    return [
        f"no {kind} {name}" for kind, name in sorted(used) if not plugin_file(kind, name.removeprefix(OURS)).is_file()
    ]


@functools.cache
def all_text(pattern: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(ROOT.glob(pattern)))


def plugin_file(kind: str, name: str) -> Path:
    return ROOT / "plugins" / kind / f"{name}.{'py' if kind == 'lookup' else 'yml'}"


@pytest.mark.parametrize("plugin", PLUGINS)
def test_that_the_examples_of_a_plugin_are_what_it_accepts(plugin: str) -> None:
    examples = written(plugin)
    if not examples:
        described_elsewhere = any(f"{Path(plugin).with_suffix('')}.{kind}" in PLUGINS for kind in ("py", "yml"))
        assert described_elsewhere, "a plugin has an example"
        return
    name, kind = Path(plugin).stem, plugin.split("/")[1]
    loaded = load(examples)
    if kind == "callback":
        return
    wrong = check_tasks(loaded) + check_templates(loaded)
    assert not wrong
    if kind == "modules":
        assert OURS + name in {module_of(task) for task, _ in tasks_of(loaded)}, "an example of it is one that uses it"
    else:
        assert (kind, OURS + name) in contracts.names_in_templates(loaded, conditions=True), (
            "an example of it is one that uses it"
        )


def test_that_each_module_has_a_world_in_which_its_examples_run() -> None:
    assert sorted(path.stem for path in WORLDS.iterdir()) == MODULES


def test_that_each_example_in_a_page_that_can_be_run_has_a_world_in_which_it_is() -> None:
    assert {Page.load(path.stem).examples for path in WORLDS_OF_PAGES.iterdir()} == all_examples()


@pytest.mark.parametrize("text", list(blocks("yaml")))
def test_that_yaml_in_a_page_is_what_roles_and_modules_accept(text: str, tmp_path: Path) -> None:
    loaded = load(text)
    if isinstance(loaded, list):
        wrong = check_tasks(loaded)
    elif "id" in loaded and "approver" in loaded:
        path = tmp_path / f"{loaded['id']}.yml"
        path.write_text(text, encoding="utf-8")
        assert parse_record(path, path.read_bytes()).approver
        return
    else:
        wrong = check_variables({name: value for name, value in loaded.items() if name not in KEYWORDS})
        keywords = [line for line in text.splitlines() if line.split(":")[0] in KEYWORDS]
        assert all(f"\n  {line}\n" in all_text("roles/*/tasks/*.yml") for line in keywords), "a task of a role has them"
        names = meta.find_undeclared_variables(Environment(autoescape=True).parse(text))
        assert names <= {*re.findall(r"\w+", all_text("inventories/**/*.yml")), "inventory_dir"}
    assert not wrong + check_templates(loaded)


@pytest.mark.parametrize("text", list(blocks("python")))
def test_that_python_in_a_page_does_what_it_says(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listened_to = tmp_path / "progress.jsonl"
    listened_to.touch()
    monkeypatch.setenv(run_variables.PROGRESS, str(listened_to))
    copied: list[str] = []
    rooms = ["MB 1.1", "MB 1.2", "MB 2.1"]
    around = {"Progress": Progress, "rooms": rooms, "batches": [rooms[:2], rooms[2:]], "copy": copied.extend}
    exec(compile(text, "the page", "exec"), around)  # noqa: S102 - of our own page
    assert copied == rooms
    told = json.loads(listened_to.read_text(encoding="utf-8").splitlines()[-1])
    assert (told["what"], told["done"], told["total"], told["ended"]) == ("Copying rooms", 3, 3, True)


@pytest.mark.parametrize("text", list(blocks("sql")))
def test_that_sql_in_a_page_is_the_source_of_a_view(text: str) -> None:
    assert view_of(text, "EUGEX", where="the page").name


def test_that_each_language_in_which_a_page_has_an_example_has_its_test() -> None:
    found = {match["language"] for page in PAGES for match in BLOCK.finditer((ROOT / page).read_text(encoding="utf-8"))}
    # what has no language is a command, which test_commands holds against what there is, or what a program has printed
    assert found == {"yaml", "python", "sql"}


def test_that_what_sets_the_platform_up_is_what_its_modules_accept() -> None:
    loaded = load((ROOT / "playbooks" / "automation_platform.yml").read_text(encoding="utf-8"))
    assert not check_tasks(loaded)
    assert {module_of(task).rpartition(".")[0] for task, _ in tasks_of(loaded)} == {"awx.awx"}
