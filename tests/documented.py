# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation of plugins has, as it is written there."""

from __future__ import annotations

import ast

import yaml

from scripts.working_copy import ROOT

MODULES = sorted({path.stem for path in (ROOT / "plugins" / "modules").iterdir() if path.suffix in {".py", ".yml"}})


def written(plugin: str) -> str:
    """Return the EXAMPLES of a plugin, empty if its documentation is in another file beside it."""
    path = ROOT / plugin
    if path.suffix == ".yml":
        return str(yaml.safe_load(path.read_text(encoding="utf-8")).get("EXAMPLES", ""))
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "EXAMPLES":
            return str(ast.literal_eval(node.value))
    return ""


def examples_of_module(name: str) -> str:
    """Return the EXAMPLES of a module, whose documentation is in its file or, for one in PowerShell, beside it."""
    (path,) = (path for path in (ROOT / "plugins" / "modules").glob(f"{name}.*") if path.suffix in {".py", ".yml"})
    return written(f"plugins/modules/{path.name}")
