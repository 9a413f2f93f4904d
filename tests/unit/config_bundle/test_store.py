# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bundles on disk: what was altered, is half there, or does not decrypt is not taken for one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle import store
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.collect import collect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.content import FORMAT
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.directory import Replaced
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import MissingPrerequisite, Problem
from tests.unit.config_bundle.corpus import SECRET_PLACES, corpus, rules

PASSPHRASE = "correct horse battery"
CONTENT = collect(corpus(), rules(*SECRET_PLACES))


@pytest.fixture(params=[None, PASSPHRASE])
def passphrase(request: pytest.FixtureRequest) -> str | None:
    """Once in clear, once encrypted."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def bundle(tmp_path: Path, passphrase: str | None) -> Path:
    """A bundle on disk."""
    directory = Replaced(tmp_path / "bundle")
    directory.stage(store.written(CONTENT, passphrase))
    directory.switch(frozenset())
    return directory.path


def test_that_what_is_read_is_what_was_written(bundle: Path, passphrase: str | None) -> None:
    read = store.read(bundle, passphrase)
    assert read.content == CONTENT
    assert read.encrypted is (passphrase is not None)
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert (manifest["digest"], len(manifest["files"])) == (CONTENT.digest, len(corpus()))
    clear = [path for path in corpus() if (bundle / "files" / path).read_bytes() == CONTENT.files[path].content]
    assert clear == ([] if passphrase else sorted(corpus()))
    modes = {path.stat().st_mode & 0o777 for path in bundle.rglob("*") if path.is_file()}
    assert modes == {0o600}


def test_that_the_digest_is_as_documented(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text())
    lines = "".join(f"{each['sha256']} {each['kind']} {each['path']}\n" for each in manifest["files"])
    assert hashlib.sha256(f"{FORMAT}\n{lines}".encode()).hexdigest() == CONTENT.digest
    assert [each["path"] for each in manifest["files"]] == sorted(corpus())
    told = collect({"app.ini": b"k=v\n"}, rules()).digest  # docs/configuration.md has it from sha256sum(1)
    assert told == "c9c8a5a55e52befc986d8b3819ad104fa592f780167525133b271cf8c863ed2a"


def cut(bundle: Path) -> None:
    path = bundle / "files" / "calsync.ini"
    path.write_bytes(path.read_bytes()[:-1])


def swap(bundle: Path) -> None:
    one, two = bundle / "files" / "calsync.ini", bundle / "files" / "notes.txt"
    content = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(content)


def lose(bundle: Path) -> None:
    (bundle / "files" / "notes.txt").unlink()


def add(bundle: Path) -> None:
    (bundle / "files" / "more.txt").write_text("x")


def lose_manifest(bundle: Path) -> None:
    (bundle / "manifest.json").unlink()


def link(bundle: Path) -> None:
    path = bundle / "files" / "notes.txt"
    path.rename(bundle.parent / "notes.txt")
    path.symlink_to(bundle.parent / "notes.txt")


def edit_manifest(old: str, new: str) -> Callable[[Path], None]:
    def edit(bundle: Path) -> None:
        path = bundle / "manifest.json"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    edit.__name__ = f"edit {old}"
    return edit


@pytest.mark.parametrize(
    "alter",
    [
        *(cut, swap, lose, add, lose_manifest, link),
        edit_manifest(CONTENT.digest, "0" * 64),
        edit_manifest('"kind": "ini"', '"kind": "text"'),
        edit_manifest('"kind": "ini"', '"kind": "exe"'),
        edit_manifest('"path": "calsync.ini"', '"path": "../calsync.ini"'),
        edit_manifest('"size": ', '"size": 1'),
        edit_manifest("version 1", "version 2"),
        edit_manifest("{", ""),
        edit_manifest('"files"', '"file"'),
    ],
    ids=lambda alter: alter.__name__,
)
def test_that_what_was_altered_is_refused(alter: Callable[[Path], None], bundle: Path, passphrase: str | None) -> None:
    alter(bundle)
    with pytest.raises(Problem, match=r"altered|no path of a file in a bundle|cannot be decrypted") as caught:
        store.read(bundle, passphrase)
    assert str(bundle) in str(caught.value) or "../calsync.ini" in str(caught.value)


def test_that_another_passphrase_is_refused(bundle: Path, passphrase: str | None) -> None:
    for other in {None, PASSPHRASE, "another passphrase"} - {passphrase}:
        with pytest.raises(Problem, match=r"no passphrase|not encrypted|cannot be decrypted.*another passphrase"):
            store.read(bundle, other)


def test_that_nothing_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(MissingPrerequisite, match="no such bundle"):
        store.read(tmp_path, None)
