# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every file of the repository (that each states its licence is checked by reuse, in the stage lint)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from scripts.working_copy import ROOT, files

# REUSE-IgnoreStart (this is not about the licence of this file)
PLUGIN_HEADER = (
    "# SPDX-FileCopyrightText: ",
    "# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "# SPDX-License-Identifier: GPL-3.0-or-later",
)
# REUSE-IgnoreEnd
LONGEST = 300
DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
CONFLICT = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)
PRIVATE_KEY = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/]{16}")


def test_that_plugins_have_the_header_that_ansible_asks_for() -> None:
    plugins = [path for path in files() if path.startswith("plugins/") and path.endswith(".py")]
    assert plugins
    for path in plugins:
        lines = (ROOT / path).read_text(encoding="utf-8").removeprefix("#!/usr/bin/python\n").splitlines()
        for line, wanted in zip(lines, PLUGIN_HEADER, strict=False):
            assert line.startswith(wanted), f"{path}: its first three lines must be those of the other plugins"
        assert "from __future__ import annotations" in lines, f"{path}: annotations must not be evaluated"


def lines_of_code(path: Path) -> int:
    """Return how many lines a program has, without the documentation that Ansible wants inside a module."""
    text = path.read_text(encoding="utf-8")
    documentation = 0
    for node in ast.parse(text).body if path.suffix == ".py" else ():
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id in DOCUMENTATION
        ):
            documentation += (node.end_lineno or node.lineno) - node.lineno
    return len(text.splitlines()) - documentation


def test_that_no_program_grows_beyond_what_is_read_in_one_go() -> None:
    lengths = {path: lines_of_code(ROOT / path) for path in files() if path.endswith((".py", ".sh"))}
    too_long = {path: length for path, length in lengths.items() if length >= LONGEST}
    assert not too_long, f"divide these by what they do; at most {LONGEST - 1} lines each"


def test_that_there_is_no_private_key() -> None:
    regular = [path for path in files() if (ROOT / path).is_file()]
    keys = [path for path in regular if PRIVATE_KEY.search((ROOT / path).read_bytes())]
    assert not keys, "keys are generated where they are used, also in tests"


def test_that_no_merge_was_left_undecided() -> None:
    regular = [path for path in files() if (ROOT / path).is_file()]
    undecided = [path for path in regular if CONFLICT.search((ROOT / path).read_bytes())]
    assert not undecided, "these hold both versions of something"
