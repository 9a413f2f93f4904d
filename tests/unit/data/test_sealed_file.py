# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that is encrypted is there whole or not at all, and opened by its passphrase alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import sealed_file
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from scripts.working_copy import ROOT

PASSPHRASE = "twelve letters"
TEXT = "key,source\r\ns1234567,\u00e9\r\n" * 60_000


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file that is larger than a block."""
    path = tmp_path_factory.mktemp("sealed") / "differences"
    path.write_text("what was there", encoding="utf-8")
    with sealed_file.writing(path, PASSPHRASE) as file:
        file.write(TEXT)
        assert path.read_text(encoding="utf-8") == "what was there"
    return path


def test_that_what_was_written_is_read(sealed: Path) -> None:
    assert sealed_file.read(sealed, PASSPHRASE) == TEXT
    assert sealed.stat().st_mode & 0o777 == 0o600
    assert b"s1234567" not in sealed.read_bytes()
    assert json.loads(sealed.read_bytes().split(b"\n")[0])["format"] == sealed_file.FORMAT


def test_that_another_passphrase_or_another_file_is_refused(sealed: Path, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot be decrypted"):
        sealed_file.read(sealed, "another passphrase")
    content = sealed.read_bytes()
    header = content.index(b"\n") + 1
    altered = {
        "cut": content[:-1],
        "without_its_last_block": content[: header + 2**20 + 16],
        "turned": content[:-1] + bytes([content[-1] ^ 1]),
    }
    for name, octets in altered.items():
        (tmp_path / name).write_bytes(octets)
        with pytest.raises(Problem, match="cannot be decrypted"):
            sealed_file.read(tmp_path / name, PASSPHRASE)
    for name, octets in {"csv": b"a,b\n1,2\n", "json": b"[]\n", "empty": b"", "other": b'{"format": "x"}\n'}.items():
        (tmp_path / name).write_bytes(octets)
        with pytest.raises(Problem, match="no sealed file"):
            sealed_file.read(tmp_path / name, PASSPHRASE)
    with pytest.raises(Problem, match="cannot read the sealed file"):
        sealed_file.read(tmp_path / "gone", PASSPHRASE)


def test_that_a_file_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "differences"
    with pytest.raises(KeyError), sealed_file.writing(path, PASSPHRASE) as file:  # noqa: PT012 (it breaks off inside)
        file.write("s1234567")
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_that_a_place_that_is_not_there_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(Problem, match="cannot write the sealed file"),
        sealed_file.writing(tmp_path / "a/b", PASSPHRASE),
    ):
        pass


OPENED = """
import json, sys
from ansible.errors import AnsibleError
from ansible.plugins.loader import init_plugin_loader, lookup_loader
init_plugin_loader([sys.argv[2]])
lookup = lookup_loader.get("uoe.exam_scheduling.sealed_file")
(text,) = lookup.run([sys.argv[1]], {}, passphrase="twelve letters")
try:
    lookup.run([sys.argv[1]], {}, passphrase="another passphrase")
except AnsibleError as error:
    print(json.dumps([len(text), str(error)]))
"""


def test_that_the_lookup_opens_it(sealed: Path) -> None:
    # in a process of its own, since Ansible's plugins that are loaded change what modules in the same process do
    done = subprocess.run(
        [sys.executable, "-c", OPENED, str(sealed), str(ROOT / ".collections")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    length, refused = json.loads(done.stdout)
    assert length == len(TEXT)
    assert "it cannot be decrypted: it was altered, or encrypted with another passphrase" in refused
