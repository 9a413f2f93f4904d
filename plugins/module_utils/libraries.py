# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What users are told when an optional library is missing or too old. The file that imports it states the minimum."""

from __future__ import annotations

import re

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


def require_library(name: str, found: str, minimum: tuple[int, ...]) -> None:
    """Return if a library is there and recent enough.

    Args:
        name: as pip knows it.
        found: the version that was imported, empty if it could not be.
        minimum: the first version that will do.

    Raises:
        Problem: it will not; the message names the command that installs it.
    """
    if tuple(int(part) for part in re.findall(r"\d+", found)[: len(minimum)]) >= minimum:
        return
    wanted = ".".join(map(str, minimum))
    raise Problem(
        f"the Python library {name} is missing or too old",
        where="the Python that runs this module",
        expected=f"{name} {wanted} or later",
        found=f"{name} {found}" if found else "none",
        remedy=f"Install it for that Python: python -m pip install '{name}>={wanted}'.",
    )
