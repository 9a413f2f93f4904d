# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Archives with what is known of them: what was exported for sign-off, and what a promotion found and kept.

Beside each archive there is a JSON file of the same name. Each promotion has a number; its backup is the way back.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import files
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_reader import Universe
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Kept:
    """What was on a platform when an archive was made of it."""

    cuid: str
    name: str | None
    """None if there was no such universe."""
    revision: int | None
    updated: str | None
    connections: tuple[str, ...]
    """CUIDs."""
    platform_version: str
    digest: str | None
    """SHA-256 of the archive; None if there is none."""

    @classmethod
    def of(cls, cuid: str, universe: Universe | None, version: str, digest: str | None) -> Kept:
        """Return what is kept of a universe."""
        if universe is None:
            return cls(cuid, None, None, None, (), version, digest)
        bound = tuple(each.cuid for each in universe.connections)
        return cls(cuid, universe.name, universe.revision, universe.updated, bound, version, digest)

    def write(self, archive: Path) -> None:
        """Write it beside its archive."""
        files.write(_beside(archive), json.dumps(asdict(self), indent=2).encode() + b"\n", files.PRIVATE_FILE)


def read(archive: Path) -> Kept | None:
    """Return what is kept of an archive, None if there is nothing.

    Raises:
        Problem: it cannot be read.
    """
    try:
        found: Mapping[str, Any] = json.loads(_beside(archive).read_text(encoding="utf-8"))
        return Kept(**{**found, "connections": tuple(found["connections"])})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Problem(
            "what is known of the archive cannot be read",
            where=str(_beside(archive)),
            found=f"{type(error).__name__}: {error}",
            remedy="Look at the file. Without it the archive is of no use.",
        ) from None


def digest_of(archive: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits. Raises Problem if it cannot be read."""
    digest = hashlib.sha256()
    with (
        files.told(archive, "read the archive", "Put it there, readable to who runs the module."),
        archive.open("rb") as f,
    ):
        while block := f.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def backups(directory: Path, cuid: str) -> Iterator[Path]:
    """Yield the archives of all promotions of a universe, the last first; where nothing was there, there is none."""
    number = re.compile(rf"{re.escape(cuid)}-\d{{6}}")
    kept = (each for each in directory.glob("*.json") if number.fullmatch(each.stem))
    yield from sorted((each.with_suffix(".lcmbiar") for each in kept), reverse=True)


def next_backup(directory: Path, cuid: str) -> Path:
    """Return where the backup of the next promotion goes."""
    last = next(backups(directory, cuid), None)
    number = 1 + (int(last.stem.rpartition("-")[2]) if last is not None else 0)
    return directory / f"{cuid}-{number:06}.lcmbiar"


def _beside(archive: Path) -> Path:
    return archive.with_suffix(".json")
