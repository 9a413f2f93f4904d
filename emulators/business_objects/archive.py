# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives as `lcm_cli` exports and imports them. Theirs are ZIP files too, but with other files inside.

Nothing is compressed and no time of day gets in, so that the same universe is always the same archive.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_ENTRY = "emulated/universe.json"
_CARRIED = ("cuid", "name", "kind", "revision", "folder", "connections", "objects", "updated")


class NotAnArchive(Exception):
    """What shall be imported is not what was exported."""


def write(path: Path, universe: Mapping[str, Any], *, version: str) -> None:
    """Write an archive with a universe, by the CUIDs of its connections: they themselves are not in it."""
    content = {"version": version, "universe": {key: universe[key] for key in _CARRIED}}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(_ENTRY), json.dumps(content, sort_keys=True))


def read(path: Path) -> dict[str, Any]:
    """Return `version` and `universe`.

    Raises:
        NotAnArchive: there is none.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            content: dict[str, Any] = json.loads(archive.read(_ENTRY))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise NotAnArchive(f"{path}: {error}") from error
    return content
