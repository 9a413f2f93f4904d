# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Without lxml everything can be imported, files that are no XML can be collected, and XML says what to install."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.performance.ratio import ROOT

PROGRAM = """
import importlib.abc, json, sys

class Without(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] == 'lxml':
            raise ImportError(f'no library {name}')

sys.meta_path.insert(0, Without())
from ansible.module_utils.testing import patch_module_args
from ansible_collections.uoe.exam_scheduling.plugins.modules import config_bundle
with patch_module_args(json.loads(sys.argv[1])):
    config_bundle.main()
"""


def collected(directory: Path, name: str, content: str) -> dict[str, Any]:
    source = directory / "source"
    source.mkdir(exist_ok=True)
    (source / name).write_text(content)
    arguments = {"state": "collected", "source": str(source), "bundle": str(directory / "bundle"), "include": [name]}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / ".collections")},
        check=False,
        timeout=60,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_that_the_command_that_installs_it_is_named(tmp_path: Path) -> None:
    assert collected(tmp_path, "a.json", "{}")["changed"] is True
    message = collected(tmp_path, "a.config", "<a/>")["msg"]
    assert "the Python library lxml is missing or too old" in message
    assert "python -m pip install 'lxml>=5.0'" in message
