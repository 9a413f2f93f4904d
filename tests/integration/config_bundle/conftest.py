# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The corpus as the source of TEST, a bundle of it, and a target, each in a directory of the test's own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.module_runner import run_module
from tests.unit.config_bundle.corpus import CONNECT, DIRECTORY, SECRET_PLACES, leaks

TRANSFORMATIONS: list[dict[str, Any]] = [
    {
        "file": "Connect.exe.config",
        "xpath": CONNECT.format("ES"),
        "part": ["Server"],
        "value": "sql-live.exams.example",
    },
    {"file": "Connect.exe.config", "xpath": "//add[@key='Environment']/@value", "count": 2, "value": "LIVE"},
    {"file": "appsettings.json", "pointer": "/Api/Port", "value": 443},
]
LIVE_SECRET = "Live;'Secret\"{}"


class Promotion:
    """The module, its directories, and what holds after each call."""

    def __init__(self, directory: Path) -> None:
        self.root = directory
        self.source, self.bundle, self.target = (directory / name for name in ("source", "bundle", "target"))
        shutil.copytree(DIRECTORY, self.source)
        self.secrets: dict[str, str] = {}

    def collect(self, *, check: bool = False, **arguments: Any) -> dict[str, Any]:
        """Collect the source."""
        places = [each for each in SECRET_PLACES if (self.source / each["file"]).exists()]
        given = {"state": "collected", "source": str(self.source), "secret_places": places}
        result = self._run({**given, **arguments}, check=check)
        for finding in result.get("findings", ()):
            if finding["secret"]:
                self.secrets.setdefault(finding["secret"], LIVE_SECRET.format(len(self.secrets)))
        for place in SECRET_PLACES:
            self.secrets.setdefault(place["secret"], LIVE_SECRET.format(len(self.secrets)))
        return result

    def render(self, *, check: bool = False, **arguments: Any) -> dict[str, Any]:
        """Render the bundle."""
        there = [each for each in TRANSFORMATIONS if (self.source / each["file"]).exists()]
        given = {"directory": str(self.target), "transformations": there, "secrets": self.secrets}
        return self._run({**given, **arguments}, check=check)

    def _run(self, arguments: dict[str, Any], *, check: bool) -> dict[str, Any]:
        before = snapshot(self.root) if check else {}
        result = run_module("config_bundle", {"bundle": str(self.bundle), **arguments}, check=check)
        told = json.dumps({key: value for key, value in result.items() if key != "invocation"}, ensure_ascii=False)
        assert leaks(told) == []
        assert not [secret for secret in self.secrets.values() if secret in told]
        assert "Traceback" not in told
        assert "exception" not in result
        if check:
            assert snapshot(self.root) == before
        return result


def snapshot(directory: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return mode, time of change and content of everything below."""
    return {
        str(path): (path.stat().st_mode, path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted(directory.rglob("*"))
    }


def contents(directory: Path) -> dict[str, bytes]:
    """Return the contents of the files below."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def promotion(tmp_path: Path) -> Promotion:
    """A source, and nothing else yet."""
    return Promotion(tmp_path)
