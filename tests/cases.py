# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of a parametrised test."""

from __future__ import annotations

from typing import Any

import pytest


def thorough(*cases: Any) -> list[Any]:
    """Return the cases as ones that `make test-all` alone goes through: near to those beside them."""
    return [pytest.param(case, marks=pytest.mark.thorough) for case in cases]
