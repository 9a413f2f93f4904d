# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Without its libraries every file can be imported, and a module says which command installs what is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
PLUGINS = "ansible_collections.uoe.exam_scheduling.plugins"

PROGRAM = """
import importlib, json, sys
from pathlib import Path
missing, plugins, module, arguments = json.loads(sys.argv[1])

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in missing:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
import ansible_collections.uoe.exam_scheduling.plugins.module_utils as utils
for package in ("certificates", "tls"):
    for file in Path(list(utils.__path__)[0], package).glob("*.py"):
        importlib.import_module(f"{plugins}.module_utils.{package}.{file.stem}")
from ansible.module_utils.testing import patch_module_args
main = importlib.import_module(f"{plugins}.modules.{module}").main
with patch_module_args(arguments):
    main()
"""

CERTIFICATE = {
    "directory": "/dev/null/https",
    "certificates": [{"name": "es", "names": ["es-live.exams.example"]}],
    "provider": "csr_only",
}
ACME = {
    **CERTIFICATE,
    "provider": "acme",
    "acme": {
        "directory_url": "https://acme.exams.example/dir",
        "account_key": "/account.pem",
        "dns": {"server": "127.33.0.53", "zone": "exams.example"},
    },
}
ENDPOINT = {"endpoints": [{"host": "127.33.0.1"}], "roots": ["/dev/null"]}


@pytest.mark.parametrize(
    ("missing", "module", "arguments", "command"),
    [
        (["cryptography", "OpenSSL", "acme", "josepy", "dns"], "https_certificate", CERTIFICATE, "cryptography>=42.0"),
        (["cryptography", "OpenSSL", "acme", "josepy", "dns"], "https_endpoint_info", ENDPOINT, "cryptography>=42.0"),
        (["OpenSSL"], "https_endpoint_info", ENDPOINT, "pyOpenSSL>=24.3"),
        (["acme"], "https_certificate", ACME, "acme>=4.0"),
        (["dns"], "https_certificate", ACME, "dnspython>="),
    ],
)
def test_the_command_that_installs_it_is_named(
    missing: list[str], module: str, arguments: dict[str, Any], command: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps([missing, PLUGINS, module, arguments])],
        capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT / ".collections")},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    result = json.loads(done.stdout)
    assert f"python -m pip install '{command}" in result["msg"], done.stderr
