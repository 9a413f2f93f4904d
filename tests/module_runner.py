# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module of this collection as Ansible does, in this process: arguments in, the printed result out."""

from __future__ import annotations

import importlib
import io
import json
from contextlib import redirect_stdout
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

MODULES = "ansible_collections.uoe.exam_scheduling.plugins.modules"


def run_module(name: str, arguments: dict[str, Any], *, check: bool = False) -> dict[str, Any]:
    """Return what the module printed; `failed` is True if it ended with a failure. Diff mode is on."""
    main = importlib.import_module(f"{MODULES}.{name}").main
    output = io.StringIO()
    settings = {"_ansible_check_mode": check, "_ansible_diff": True}
    with patch_module_args({**arguments, **settings}), redirect_stdout(output), pytest.raises(SystemExit):
        main()
    result: dict[str, Any] = json.loads(output.getvalue())
    return result
