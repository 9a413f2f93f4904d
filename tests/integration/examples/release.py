# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m tests.integration.examples.release ARCHIVE VERSION`: packs a release whose octets are always the same."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

from emulators.web_timetables.releases import FIRST_OF_ZIP, wheel

APPLICATION = b"def application(environ, start_response):\n    start_response('200 OK', [])\n    return [b'']\n"


def main(archive: Path, version: str) -> None:
    """Write an archive, uncompressed, of one wheel that needs no other: the application alone."""
    information = f"web_timetables-{version}.dist-info"
    files = {
        "web_timetables/__init__.py": b"",
        "web_timetables/wsgi.py": APPLICATION,
        f"{information}/METADATA": f"Metadata-Version: 2.1\nName: web-timetables\nVersion: {version}\n".encode(),
        f"{information}/WHEEL": b"Wheel-Version: 1.0\nGenerator: here\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    name, content = wheel("web_timetables", version, "py3-none-any", files)
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(zipfile.ZipInfo(f"web-timetables-{version}/{name}", FIRST_OF_ZIP), content)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
