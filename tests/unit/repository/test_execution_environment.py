# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An execution environment has what the collection needs: its build context can be made, and nothing is left out."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import ansible
import yaml
from packaging.requirements import Requirement

from scripts.working_copy import ROOT, files
from tests.unit.repository.test_requirements import pins

BUILDER = str(Path(sys.executable).with_name("ansible-builder"))
DEFINITION: dict[str, Any] = yaml.safe_load((ROOT / "execution-environment.yml").read_text(encoding="utf-8"))
GALAXY: dict[str, Any] = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
BROUGHT = {
    "josepy": "acme",
    "requests": "acme",
    "yaml": "ansible-core",
    "jinja2": "ansible-core",
    "packaging": "ansible-core",
}
"""Packages that are imported and come with another one that is asked for."""


def requirements() -> dict[str, Requirement]:
    lines = (ROOT / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines()
    parsed = [Requirement(line) for line in lines if not line.startswith("#")]
    return {each.name.lower(): each for each in parsed}


def test_that_its_build_context_can_be_made(tmp_path: Path) -> None:
    artifact = tmp_path / DEFINITION["additional_build_files"][0]["src"]
    assert artifact.name == "{namespace}-{name}-{version}.tar.gz".format(**GALAXY)
    artifact.parent.mkdir()
    artifact.touch()
    shutil.copy(ROOT / "execution-environment.yml", tmp_path)
    command = [BUILDER, "create", "--context", "context", "--output-filename", "Containerfile"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    asked = yaml.safe_load((tmp_path / "context/_build/requirements.yml").read_text(encoding="utf-8"))["collections"]
    (ours,) = [each["name"] for each in asked if each.get("type") == "file"]
    assert (tmp_path / "context" / "_build" / ours).is_file(), "the artifact lies where it is installed from"
    assert "ansible-core==" in (tmp_path / "context" / "Containerfile").read_text(encoding="utf-8")


def test_that_it_has_the_versions_that_the_tests_have() -> None:
    installed = {**pins("runtime.txt"), **pins("development.txt")}
    for key in ("ansible_core", "ansible_runner"):
        name, version = DEFINITION["dependencies"][key]["package_pip"].split("==")
        assert installed[name] == version
    packages = Path(ansible.__file__).parents[1] / "ansible_collections"
    for each in DEFINITION["dependencies"]["galaxy"]["collections"]:
        if each.get("type") != "file":
            manifest = (packages / each["name"].replace(".", "/") / "MANIFEST.json").read_text(encoding="utf-8")
            assert json.loads(manifest)["collection_info"]["version"] == each["version"], each["name"]


def test_that_it_has_all_collections_that_roles_and_playbooks_use() -> None:
    sources = [path for path in files() if re.match(r"(roles|playbooks)/.*\.yml$", path)]
    module = re.compile(r"^\s*(?:- )?([a-z]\w+\.[a-z]\w+)\.\w+:", re.MULTILINE)
    used = {name for path in sources for name in module.findall((ROOT / path).read_text(encoding="utf-8"))}
    asked = {each["name"] for each in DEFINITION["dependencies"]["galaxy"]["collections"]}
    # what the platform itself is set up with runs where it is administered, and not in the environment
    assert used - asked == {"ansible.builtin", "uoe.exam_scheduling", "awx.awx"}


def imported() -> set[str]:
    found = set()
    for path in (ROOT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"ansible", "ansible_collections"}


def test_that_it_has_all_libraries_that_plugins_import_in_the_versions_that_the_tests_have() -> None:
    asked = requirements()
    distributions = metadata.packages_distributions()
    for name in imported():
        wanted = {each.lower() for each in distributions.get(name, [name])} | {BROUGHT.get(name, name)}
        assert wanted & {*asked, "ansible-core"}, f"meta/ee-requirements.txt has nothing that brings {name}"
    tested = {**pins("runtime.txt"), **pins("development.txt")}
    for name, requirement in asked.items():
        assert tested[name] in requirement.specifier, f"{name}: the tests have a version that is not asked for"


def test_that_the_builder_finds_what_the_collection_asks_for() -> None:
    # ansible-builder looks for a directory ansible_collections, as the link in the checkout has it
    command = [BUILDER, "introspect", str(ROOT / ".collections")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = yaml.safe_load(done.stdout)
    assert {Requirement(line.split("#")[0].strip()).name.lower() for line in found["python"]} == requirements().keys()
    assert any(line.startswith("unixODBC [platform:rpm]") for line in found["system"])
