# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of filters, tests and lookups, run by ansible-playbook as they are written, all of them in one go.

plugin_examples/*.yml, by kind and name of the plugin:

filter/rows_of:
  host: localhost          # of plugin_hosts.yml: where the example runs; nothing is contacted
  variables: {}            # that its templates name; `scratch` is a directory that `prepare` has filled
  shows: []                # what each of its tasks comes to, in their order; of mappings, what is named here

A task whose module would touch a system is not run: what is shown is what the module would be given. What it would
register is among the variables.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import sealed_file
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import run_identity
from scripts.working_copy import ROOT
from tests.documented import written

HERE = Path(__file__).parent
RUN = {
    *("ansible.builtin.assert", "ansible.builtin.debug", "ansible.builtin.fail", "ansible.builtin.import_tasks"),
    *("ansible.builtin.set_fact", "uoe.exam_scheduling.prove"),
}
"""Modules that touch nothing."""
DIFFERENCES = "key,column\n1,Title\n1,RoomId\n2,Title\n"


def load() -> dict[str, dict[str, Any]]:
    """Return what there is around each plugin's example, by its kind and name."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((HERE / "plugin_examples").glob("*.yml")):
        for plugin, world in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            assert plugin not in found, plugin
            assert world.keys() <= {"host", "variables", "shows"}, f"{path}: {plugin}"
            found[plugin] = world
    return found


def run(worlds: Mapping[str, Mapping[str, Any]], directory: Path) -> dict[str, list[Any]]:
    """Run the examples of plugins, and return what each task came to, by plugin.

    Args:
        worlds: what `load` returns.
        directory: an empty one, for the playbook and for what the examples read.
    """
    prepare(directory)
    plays = []
    for plugin, world in worlds.items():
        of_plugin = directory / plugin
        of_plugin.mkdir(parents=True)
        (of_plugin / "examples.yml").write_text(harmless(examples_of(plugin)), encoding="utf-8")
        (of_plugin / "apply.yml").write_text("- ansible.builtin.debug: {msg: applied}\n", encoding="utf-8")
        plays.append(
            {
                "name": plugin,
                "hosts": world.get("host", "localhost"),
                "gather_facts": False,
                "ignore_errors": True,  # one that says why something failed fails
                "vars": {"scratch": str(directory), **world.get("variables", {})},
                "tasks": [{"ansible.builtin.import_tasks": f"{plugin}/examples.yml"}],
            }
        )
    playbook = directory / "playbook.yml"
    playbook.write_text(yaml.safe_dump(plays, sort_keys=False), encoding="utf-8")
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "-i", HERE / "plugin_hosts.yml", playbook],
        cwd=ROOT,
        env={
            **{name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ},
            "LANG": "C.UTF-8",
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            "ANSIBLE_CALLBACKS_ENABLED": "ansible.posix.json",
            run_identity.VARIABLE: "2027-02-03T095500Z-1f9c0a",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        told = json.loads(done.stdout)["plays"]
    except (ValueError, KeyError):
        raise AssertionError(done.stdout + done.stderr) from None
    return {
        play["play"]["name"]: [shown(result) for task in play["tasks"] for result in task["hosts"].values()]
        for play in told
    }


def examples_of(plugin: str) -> str:
    """Return the EXAMPLES of a plugin, by its kind and name."""
    return written(f"plugins/{plugin}.{'py' if plugin.startswith('lookup/') else 'yml'}")


def harmless(examples: str) -> str:
    """Return examples as they are written; where a module would touch a system, what it would be given is shown."""
    tasks = yaml.safe_load(examples)
    stood_in = []
    for task in tasks:
        (module,) = (key for key in task if "." in key)
        kept = {key: value for key, value in task.items() if key not in (module, "register")}
        stood_in.append(task if module in RUN else {**kept, "ansible.builtin.debug": {"msg": task[module]}})
    return examples if stood_in == tasks else yaml.safe_dump(stood_in, sort_keys=False)


def shown(result: Mapping[str, Any]) -> Any:
    """Return what a task came to: what it shows, or keeps, or proves, or why it failed."""
    if result.get("skipped"):
        return "skipped"
    if "results" in result:
        return [shown(each) for each in result["results"]]
    if result.get("failed"):
        return {"failed": result["msg"]}
    for told in ("ansible_facts", "msg"):
        if told in result and "proven" not in result:
            return result[told]
    return result


def part(found: Any, expected: Any) -> Any:
    """Return of what was found what is where something is expected."""
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() & expected.keys():
        return {name: part(found[name], value) for name, value in expected.items() if name in found}
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        return [part(each, value) for each, value in zip(found, expected, strict=True)]
    return found


def prepare(directory: Path) -> None:
    """Make what the examples of lookups and of `views_digest` read."""
    (directory / "journal").mkdir()
    (directory / "journal" / "2027-02-01T100000Z-000001.jsonl").touch()
    with sealed_file.writing(directory / "exams.differences", "a passphrase") as file:
        file.write(DIFFERENCES)
    (directory / "views").symlink_to(ROOT / "roles/eugex/files/views")


def plugins_with_examples() -> list[str]:
    """Return each plugin that users name in templates, by its kind and name."""
    kinds = {"filter": "yml", "lookup": "py", "test": "yml"}
    paths = (path for kind, suffix in kinds.items() for path in (ROOT / "plugins" / kind).glob(f"[a-z]*.{suffix}"))
    return sorted(f"{path.parent.name}/{path.stem}" for path in paths)
