# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PowerShell of this collection, which not every machine can run: it parses, and its options are those documented."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import tree_sitter_powershell
import yaml
from tree_sitter import Language, Node, Parser

from scripts.working_copy import ROOT

MODULES = sorted((ROOT / "plugins").rglob("*.ps1"))
PROGRAMS = [*MODULES, *(path for place in ("roles", "tests") for path in sorted((ROOT / place).rglob("*.ps1")))]
PARSER = Parser(Language(tree_sitter_powershell.language()))
CMDLETS = {
    *("Add-CSharpType", "Add-LocalGroupMember", "ConvertFrom-Json", "ConvertTo-Json", "ConvertTo-SecureString"),
    *("Enable-PSRemoting", "ForEach-Object", "Get-ChildItem", "Get-CimInstance", "Get-Item", "Import-Module"),
    *("Import-PfxCertificate", "Install-WindowsFeature", "Join-Path", "New-Item", "New-LocalUser"),
    *("New-NetFirewallRule", "Remove-Item"),
    *("Resolve-DnsName", "Resolve-Path", "Set-ItemProperty", "Sort-Object", "Start-Process", "Start-Service"),
    *("Where-Object", "Write-Output", "python"),
}
NAMES = {"str", "int", "float", "bool", "list", "dict", "path", "raw"}


def tree(path: Path) -> Node:
    return PARSER.parse(path.read_bytes()).root_node


def every(node: Node) -> list[Node]:
    return [node, *(below for child in node.children for below in every(child))]


def test_that_there_is_powershell() -> None:
    assert MODULES
    assert len(PROGRAMS) > len(MODULES)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_that_it_parses(path: Path) -> None:
    wrong = [
        f"line {node.start_point.row + 1}: {(node.text or b'')[:60]!r}"
        for node in every(tree(path))
        if node.type == "ERROR" or node.is_missing
    ]
    assert not wrong


def names(nodes: list[Node], kind: str) -> set[str]:
    return {(node.text or b"").decode() for node in nodes if node.type == kind}


def sourced(path: Path) -> list[Path]:
    """Return the files whose functions a program takes, each from its own directory."""
    return [
        path.with_name(name) for name in re.findall(r'^\. "\$PSScriptRoot\\(\S+)"$', path.read_text(), re.MULTILINE)
    ]


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_that_functions_are_defined_before_they_are_called_and_all_are_called(path: Path) -> None:
    functions = names(every(tree(path)), "function_name")
    taken = {name for other in sourced(path) for name in names(every(tree(other)), "function_name")}
    called = names(every(tree(path)), "command_name")
    users = [other for other in PROGRAMS if path in sourced(other)]
    assert functions <= called.union(*(names(every(tree(other)), "command_name") for other in users))
    assert called <= CMDLETS | functions | taken, "cmdlets that are used are named here, so that a slip is seen"


def test_that_every_cmdlet_of_the_list_is_used() -> None:
    assert set().union(*(names(every(tree(path)), "command_name") for path in PROGRAMS)) >= CMDLETS


def options(text: str, start: int) -> dict[str, Any]:
    """Return the options of a hash table `@{ name = @{ … } }` that begins at `start`."""
    found: dict[str, Any] = {}
    depth, position, name = 0, start, ""
    for match in re.finditer(r"(\w+) = @\{|@\{|\}|(\w+) = (\"[^\"]*\"|@\([^)]*\)|\$\w+|[\d.]+)", text[start:]):
        token = match[0]
        if token == "}":
            depth -= 1
            if depth == 0:
                return found
        elif match[2]:
            if depth == 2:
                found[name][match[2]] = match[3]
        else:
            depth += 1
            if match[1] and depth == 2:
                name = match[1]
                found[name] = {}
        position = match.end()
    raise AssertionError(f"no end after {position}")


def value(text: str) -> Any:
    if text.startswith("@("):
        return [item.strip().strip('"') for item in text[2:-1].split(",")]
    if text in ("$true", "$false"):
        return text == "$true"
    return text.strip('"') if text.startswith('"') else float(text)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_that_the_options_are_those_of_the_documentation(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    documented = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))["DOCUMENTATION"]["options"]

    def compare(program: dict[str, Any], documentation: dict[str, Any]) -> None:
        assert program.keys() == documentation.keys()
        for name, given in program.items():
            of_program = {key: value(text) for key, text in given.items() if key not in ("options", "no_log")}
            keys = ("type", "elements", "required", "choices", "default")
            wanted = {key: documentation[name][key] for key in keys if key in documentation[name]}
            assert of_program == wanted, name

    compare(options(text, text.index("options = @{") + len("options = ")), documented)
    below = [name for name, option in documented.items() if "suboptions" in option]
    for name in below:
        start = text.index("options = @{", text.index(f"{name} = @{{")) + len("options = ")
        compare(options(text, start), documented[name]["suboptions"])
