# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports lxml, an optional library, and says what to install if it is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.libraries import require_library

__all__ = ["MINIMUM_VERSION", "etree", "require_lxml"]

MINIMUM_VERSION = (5, 0)
"""The first whose wheels bring a libxml2 that is still mended."""

try:
    from lxml import etree

    _version = etree.__version__
except ImportError:
    _version = ""
    if not TYPE_CHECKING:
        etree = None


def require_lxml() -> None:
    """Return if the library is there and recent enough.

    Raises:
        Problem: it is not; the message names the command that installs it.
    """
    require_library("lxml", _version, MINIMUM_VERSION)
