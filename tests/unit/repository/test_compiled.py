# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make test` keeps compiled is what the source says, and a changed source is compiled anew."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

COMPILED = Path(__file__).resolve().parents[3] / "scripts" / "compiled"


def answered(archive: Path, folder: Path) -> str:
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(archive)!r}); import a_module; a_module.tell()"],
        env={**os.environ, "PYTHONPATH": str(COMPILED), "EXAM_TESTS_COMPILED": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def write(archive: Path, word: str) -> None:
    source = f"def tell():\n    print({word!r}, __file__, tell.__code__.co_filename)\n"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("a_module.py", source)


def test_what_is_kept_is_taken_for_the_same_source_alone(tmp_path: Path) -> None:
    (folder := tmp_path / "kept").mkdir()
    for archive in (tmp_path / "first.zip", tmp_path / "second.zip"):
        write(archive, "before")
        assert answered(archive, folder) == f"before {archive}/a_module.py {archive}/a_module.py\n"
        assert len(list(folder.iterdir())) == 1
    write(archive, "after")
    assert answered(archive, folder).startswith("after ")


def test_modules_are_built_once_for_all_runs(tmp_path: Path) -> None:
    (folder := tmp_path / "kept").mkdir()
    command = [
        str(Path(sys.executable).with_name("ansible")),
        "-i",
        "localhost,",
        "-c",
        "local",
        "-m",
        "ping",
        "localhost",
    ]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(COMPILED),
        "EXAM_TESTS_COMPILED": str(folder),
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
    }
    built = set[tuple[str, int]]()
    for _run in range(2):
        subprocess.run(command, env=environment, capture_output=True, check=True)
        built |= {(path.name, path.stat().st_ino) for path in folder.glob("*.modules/*-none")}
    assert [name for name, _number in built] == ["ansible.modules.ping-ZIP_DEFLATED-none"]
    assert not list((tmp_path / ".ansible" / "tmp").glob("ansible-local-*")), "what a run made for itself is gone"
