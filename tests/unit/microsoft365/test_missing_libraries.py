# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Without msal or requests every file can be imported, and the modules say what to install."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from emulators.certificates import Authority
from tests.performance.ratio import ROOT

PROGRAM = """
import importlib, importlib.abc, json, pathlib, sys

class Without(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] == sys.argv[1]:
            raise ImportError(f'no library {name}')

sys.meta_path.insert(0, Without())
package = 'ansible_collections.uoe.exam_scheduling.plugins'
for file in pathlib.Path('plugins/module_utils/microsoft365').glob('*.py'):
    importlib.import_module(f'{package}.module_utils.microsoft365.{file.stem}')
from ansible.module_utils.testing import patch_module_args
module = importlib.import_module(f'{package}.modules.{sys.argv[2]}')
with patch_module_args(json.load(sys.stdin)):
    module.main()
"""
ARGUMENTS: dict[str, dict[str, object]] = {
    "entra_application": {"name": "CalSync", "tag": "tag"},
    "exchange_application_access": {"application": "2" * 8 + "-2222" * 3 + "-" + "2" * 12, "scope": {"group": "g"}},
    "exchange_mailbox_access_info": {"in_scope": ["a@exams.example"], "out_of_scope": ["b@exams.example"]},
}


@pytest.mark.parametrize("library", ["msal", "requests"])
@pytest.mark.parametrize("module", ARGUMENTS)
def test_that_the_command_that_installs_it_is_named(module: str, library: str, tmp_path: Path) -> None:
    certificate, key = Authority.create("unit").issue(["automation"]).write(tmp_path / "identity")
    arguments = {
        "tenant": "exams.example",
        "client_id": "1" * 8 + "-1111" * 3 + "-" + "1" * 12,
        "certificate": str(certificate),
        "private_key": str(key),
        **ARGUMENTS[module],
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, library, module],
        input=json.dumps(arguments),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / ".collections")},
        check=False,
        timeout=60,
    )
    assert done.stdout, done.stderr
    result = json.loads(done.stdout)
    assert result["failed"], done.stderr
    assert f"python -m pip install '{library}>=" in result["msg"]
    assert "found none" in result["msg"]
