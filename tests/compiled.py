# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test that gives Ansible an environment of its own adds, so that what `make test` keeps compiled is taken."""

from __future__ import annotations

import os
from pathlib import Path

_FOLDER = "EXAM_TESTS_COMPILED"

COMPILED: dict[str, str] = (
    {_FOLDER: os.environ[_FOLDER], "PYTHONPATH": str(Path(__file__).resolve().parents[1] / "scripts" / "compiled")}
    if _FOLDER in os.environ
    else {}
)
"""Environment variables; none outside `make test` (scripts/compiled)."""
