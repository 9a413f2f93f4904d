# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Releases of a Python application side by side on one host: what is there, which one is in service, what came before.

    releases/<name>/     one release: venv/, its own files, and release.json, which is written last
    current              a symbolic link to the one in service
    history.json         which were in service, the last one last (`served`: those to go back to, up to the one in
                         service; `ever`: all of them)

A release never changes once it is there: the same version with other settings is another release, `1.4.0-2`. One
without release.json is unfinished, and never taken for a release.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.files import PUBLIC_FILE, write
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem

RECORD = "release.json"
CURRENT = "current"
HISTORY = "history.json"
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._]{0,63}")
SHA256 = re.compile(r"[0-9a-f]{64}")
ARCHIVES = (".tar.gz", ".tgz", ".zip")


@dataclass(frozen=True)
class ReleaseFile:
    """A wheel, or an archive of wheels."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class Declared:
    """The release that shall be there."""

    version: str
    files: Sequence[ReleaseFile]
    contents: Mapping[str, str]
    """Files of its own, each by its name: settings, secrets. Never shown."""
    links: Mapping[str, str]
    """Symbolic links, each by its name; `{name}` in a target stands for the release's name."""

    def digests(self) -> list[str]:
        """Return the digests of its files, sorted: they say what was built from."""
        return sorted(file.sha256 for file in self.files)

    def links_of(self, name: str) -> dict[str, str]:
        """Return the links that the release of that name has."""
        return {link: target.replace("{name}", name) for link, target in self.links.items()}


@dataclass(frozen=True)
class Present:
    """What a host has."""

    releases: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The record of each finished release, by name."""
    unfinished: Sequence[str] = ()
    current: str | None = None
    served: Sequence[str] = ()
    """Those that were in service and are still good to go back to, the one in service last."""

    ever: Sequence[str] = ()
    """Those that were in service at any time."""

    @property
    def previous(self) -> str | None:
        """The release to go back to, if there is one."""
        return self.served[-2] if len(self.served) > 1 else None


@dataclass(frozen=True)
class Places:
    """Where a host keeps the releases of one application."""

    base: Path

    @property
    def releases(self) -> Path:
        """The directory of all releases."""
        return self.base / "releases"

    def read(self) -> Present:
        """Return what is there.

        Raises:
            Problem: a record cannot be read, or `current` is no link.
        """
        releases: dict[str, Mapping[str, Any]] = {}
        unfinished = []
        for path in sorted(self.releases.iterdir()) if self.releases.is_dir() else ():
            if (path / RECORD).is_file():
                releases[path.name] = _load(path / RECORD)
            else:
                unfinished.append(path.name)
        current = self._current()
        history = self._history()
        served = [name for name in history.get("served", []) if name in releases]
        if current is not None and current in served:
            served = served[: served.index(current) + 1]
        elif current is not None:
            served.append(current)
        return Present(releases, unfinished, current, served, [*history.get("ever", []), *served])

    def _current(self) -> str | None:
        link = self.base / CURRENT
        if link.is_symlink():
            return link.readlink().name
        if link.exists():
            raise Problem(
                "it is no symbolic link, so that no release can be put in its place",
                where=str(link),
                remedy="Move it out of the way, and run again.",
            )
        return None

    def _history(self) -> dict[str, Any]:
        path = self.base / HISTORY
        return _load(path) if path.exists() else {}

    def switch(self, name: str, present: Present, *, put_back: bool = False) -> None:
        """Put a release in service: `current` is replaced by one rename, so that there is no moment without it.

        A release that was left for an earlier one is no more to go back to: who reads the history leaves out what
        comes after `current`. It stays written until the next switch, so that it counts again where the earlier one
        fails.

        Args:
            name: the release.
            present: what is there.
            put_back: it was in service before the one that is, which failed; the history is what it was.

        Raises:
            OSError: it could not be done; what was in service still is.
        """
        if not put_back:
            served = present.served if name in present.served else [*present.served, name]
            # before the link: a name of the history that never came into service is dropped by the next reader
            history = {"served": list(served), "ever": sorted({*present.ever, name})}
            write(self.base / HISTORY, json.dumps(history).encode(), PUBLIC_FILE)
        beside = self.base / f".{CURRENT}.part"
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
        beside.symlink_to(Path("releases") / name)
        beside.replace(self.base / CURRENT)

    def matching(self, declared: Declared, present: Present) -> str | None:
        """Return the release that is as declared, if it is there; the one in service, if several are."""
        names = [name for name, record in present.releases.items() if self._matches(name, record, declared)]
        return present.current if present.current in names else next(iter(reversed(names)), None)

    def _matches(self, name: str, record: Mapping[str, Any], declared: Declared) -> bool:
        if record.get("version") != declared.version or record.get("files") != declared.digests():
            return False
        directory = self.releases / name
        if record.get("contents") != sorted(declared.contents) or record.get("links") != declared.links_of(name):
            return False
        return all(
            (directory / file).is_file() and (directory / file).read_text(encoding="utf-8") == content
            for file, content in declared.contents.items()
        )

    def in_the_way(self, declared: Declared, present: Present) -> list[str]:
        """Return releases of this version, built from other files, that never were in service: a run that failed and
        was killed left them."""
        return [
            name
            for name, record in present.releases.items()
            if record.get("version") == declared.version
            and record.get("files") != declared.digests()
            and name not in present.ever
        ]

    def name_for(self, declared: Declared, present: Present) -> str:
        """Return the name of a release that is to be built: its version, with a number if there is one already.

        Raises:
            Problem: the version was in service already, built from other files.
        """
        gone = self.in_the_way(declared, present)
        taken = [name for name in present.releases if name.partition("-")[0] == declared.version and name not in gone]
        for name in taken:
            if present.releases[name].get("files") != declared.digests():
                raise Problem(
                    f"release {declared.version} is there already, built from other files",
                    where=str(self.releases / name),
                    expected=", ".join(declared.digests()),
                    found=", ".join(map(str, present.releases[name].get("files", []))),
                    remedy="A version is built once: give what was built anew a version of its own.",
                )
        numbers = [int(name.partition("-")[2] or 1) for name in taken]
        return declared.version if not numbers else f"{declared.version}-{max(numbers) + 1}"


def declared_from(params: Mapping[str, Any]) -> Declared:
    """Return the release that the module's parameters declare.

    Raises:
        InvalidParameter: one of them cannot be meant.
    """
    version = params["version"]
    if not VERSION.fullmatch(version):
        raise InvalidParameter(
            "version", version, "it names a directory and a service", "Use letters, digits, full stops and underscores."
        )
    files = []
    for number, file in enumerate(params["files"]):
        if not SHA256.fullmatch(file["sha256"]):
            raise InvalidParameter(
                f"files[{number}].sha256", file["sha256"], "it is no SHA-256", "Give 64 hexadecimal digits, lower case."
            )
        if not file["path"].endswith((*ARCHIVES, ".whl")):
            raise InvalidParameter(
                f"files[{number}].path", file["path"], "it is neither a wheel nor an archive of wheels",
                f"Give a .whl, or one of {', '.join(ARCHIVES)}.",
            )  # fmt: skip
        files.append(ReleaseFile(Path(file["path"]), file["sha256"]))
    contents, links = params["contents"] or {}, params["links"] or {}
    _plain_names("contents", contents)
    _plain_names("links", links)
    return Declared(version, files, {name: str(text) for name, text in contents.items()}, links)


def _plain_names(parameter: str, names: Iterable[str]) -> None:
    for name in names:
        if "/" in name or name in ("", ".", "..", "venv", "wheels", RECORD):
            raise InvalidParameter(parameter, name, "it is no name of a file in a release", "Give a plain file name.")


def _load(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Problem(
            f"it cannot be read: {error}", where=str(path), remedy="Restore it, or remove the release that it is of."
        ) from error
    return content if isinstance(content, dict) else {}
