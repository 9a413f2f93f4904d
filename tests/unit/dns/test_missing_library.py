# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Without dnspython every file can be imported, and what needs it says what to install."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.performance.ratio import ROOT

PROGRAM = """
import importlib, importlib.abc, json, pathlib, sys

class Without(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in ('dns', 'gssapi'):
            raise ImportError(f'no library {name}')

sys.meta_path.insert(0, Without())
package = 'ansible_collections.uoe.exam_scheduling.plugins'
for file in pathlib.Path('plugins/module_utils/dns').glob('*.py'):
    importlib.import_module(f'{package}.module_utils.dns.{file.stem}')
from ansible.module_utils.testing import patch_module_args
module = importlib.import_module(f'{package}.modules.{sys.argv[1]}')
with patch_module_args(json.loads(sys.argv[2])):
    module.main()
"""
RECORD = {"name": "www", "type": "A", "values": ["192.0.2.1"]}


@pytest.mark.parametrize("module", ["dns_records", "dns_propagation_info"])
def test_that_the_command_that_installs_it_is_named(module: str) -> None:
    arguments = {"zone": "exams.example", "records": [RECORD]}
    if module == "dns_records":
        arguments["server"] = "127.31.0.1"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, module, json.dumps(arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / ".collections")},
        check=False,
        timeout=60,
    )
    result = json.loads(done.stdout)
    assert result["failed"], done.stderr
    assert "dnspython" in result["msg"]
    assert "python -m pip install 'dnspython>=" in result["msg"]
    assert "found none" in result["msg"]
