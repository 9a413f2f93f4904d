# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases of the web timetables, as the team's build makes them: an archive of wheels, with its SHA-256 beside it.

What the application needs is packed again from what is installed here, so that a rehearsal asks no package index.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path

APPLICATION = Path(__file__).with_name("application") / "web_timetables"
NEEDED = ("gunicorn", "pyodbc", "mssql-python-odbc")
NOT_OF_A_WHEEL = {"INSTALLER", "RECORD", "REQUESTED", "direct_url.json"}
FIRST_OF_ZIP = (1980, 1, 1, 0, 0, 0)
BROKEN = {
    "import": "raise ImportError('this release is broken')\n",
    "500": "def health(environ):\n    raise RuntimeError('this release is broken')\n",
    "never": "import time\n\n\ndef health(environ):\n    time.sleep(3600)\n",
}
"""Releases that do not work, by how they do not: what is written below `wsgi.py`."""


def wheel(name: str, version: str, tag: str, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Return the file name and the content of a wheel; its RECORD is added."""
    information = f"{name}-{version}.dist-info"
    record = "".join(f"{path},,\n" for path in (*files, f"{information}/RECORD"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        for path, content in {**files, f"{information}/RECORD": record.encode()}.items():
            entry = zipfile.ZipInfo(path, FIRST_OF_ZIP)
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, content)
    return f"{name}-{version}-{tag}.whl", packed.getvalue()


def of_application(version: str, broken: str | None = None) -> tuple[str, bytes]:
    """Return the application's wheel."""
    files = {f"web_timetables/{path.name}": path.read_bytes() for path in sorted(APPLICATION.glob("*.py"))}
    files["web_timetables/version.py"] = f'VERSION = "{version}"\n'.encode()
    if broken is not None:
        files["web_timetables/wsgi.py"] += f"\n\n{BROKEN[broken]}".encode()
    information = f"web_timetables-{version}.dist-info"
    needed = "".join(f"Requires-Dist: {name}\n" for name in NEEDED)
    files[f"{information}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: web-timetables\nVersion: {version}\n{needed}".encode()
    )
    files[f"{information}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: here\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    return wheel("web_timetables", version, "py3-none-any", files)


def of_installed(name: str) -> tuple[str, bytes]:
    """Return the wheel of what is installed here, packed again."""
    found = distribution(name)
    files = {
        str(path): Path(str(path.locate())).read_bytes()
        for path in found.files or ()
        if not str(path).startswith("..") and path.suffix != ".pyc" and path.name not in NOT_OF_A_WHEEL
    }
    tag = next(
        line.split(": ")[1] for line in (found.read_text("WHEEL") or "").splitlines() if line.startswith("Tag: ")
    )
    information = next(path.split("/")[0] for path in files if path.endswith(".dist-info/WHEEL"))
    normalised, _, version = information.removesuffix(".dist-info").rpartition("-")
    return wheel(normalised, version, tag, files)


def build(archive: Path, version: str, broken: str | None = None) -> str:
    """Write a release and its digest beside it (`.sha256`), and return the digest."""
    archive.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    wheels = [of_application(version, broken), *(of_installed(name) for name in NEEDED)]
    with tarfile.open(archive, "w:gz", compresslevel=1) as packed:
        for name, content in wheels:
            member = tarfile.TarInfo(f"web-timetables-{version}/{name}")
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    archive.with_name(f"{archive.name}.sha256").write_text(digest, encoding="ascii")
    return digest


def main() -> None:
    """Build a release from the command line."""
    parser = argparse.ArgumentParser(prog="emulators.web_timetables.releases", description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("version")
    parser.add_argument("--broken", choices=sorted(BROKEN))
    arguments = parser.parse_args()
    print(build(arguments.archive, arguments.version, arguments.broken))


if __name__ == "__main__":
    main()
