# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports msal, an optional library, and says what to install if it is missing."""

from __future__ import annotations

from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.libraries import require_library

__all__ = ["MINIMUM_VERSION", "ConfidentialClientApplication", "require_msal"]

MINIMUM_VERSION = (1, 31, 0)
"""The first that names a certificate by its SHA-256 without being given a thumbprint."""

try:
    from msal import ConfidentialClientApplication
    from msal import __version__ as _version
except ImportError:
    _version = ""
    ConfidentialClientApplication: Any = None  # type: ignore[no-redef]


def require_msal() -> None:
    """Return if the library is there and recent enough.

    Raises:
        Problem: it is not; the message names the command that installs it.
    """
    require_library("msal", _version, MINIMUM_VERSION[:2])
