# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows in files: the same rows make the same files; what was altered, cut short or encrypted is not taken for rows."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_artefact import (
    ArtefactWriter,
    read_artefact,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_shapes import Column, Table
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import MissingPrerequisite, Problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.sealing import Seal

SEAL = Seal("correct horse battery")
TABLE = Table(
    "d]o",
    "T",
    (
        Column("at", "datetimeoffset", 9, 30, 3, key=1),
        Column("code", "varchar", 20, key=2),
        Column("fee", "decimal", 5, 9, 2),
        Column("id", "int", 4, 10, identity=True),
        Column("paper", "varbinary", -1),
        Column("x]", "xml", -1),
    ),
)


def test_that_the_same_rows_make_the_same_files(tmp_path: Path) -> None:
    rows = [("2027", "é", None, 1, b"\0", None), ("2028", "", None, 2, None, "<a/>")]
    for name in ("one", "two"):
        with ArtefactWriter(tmp_path / name) as writer:
            content = writer.add(TABLE, [rows[:1], rows[1:]])
            writer.finish()
    one, two = ({each.name: each.read_bytes() for each in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two
    artefact = read_artefact(tmp_path / "one")
    stored = artefact.tables["d]o.t"]
    artefact.verify(stored)
    assert stored.content == content
    assert [row for batch in artefact.batches(stored, TABLE.columns, 1) for row in batch] == rows
    assert sorted(each.name for each in tmp_path.iterdir()) == ["one", "two"]


def test_that_an_artefact_that_was_not_finished_is_none(tmp_path: Path) -> None:
    with ArtefactWriter(tmp_path / "one") as writer:
        writer.add(TABLE, [])
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(MissingPrerequisite, match="no such artefact"):
        read_artefact(tmp_path / "one")


def test_that_an_encrypted_artefact_needs_its_passphrase(tmp_path: Path) -> None:
    rows = [("2027", "Grand Hall", None, number, None, None) for number in range(3)]
    with ArtefactWriter(tmp_path / "one", "correct horse") as writer:
        writer.add(TABLE, [rows])
        writer.finish()
    artefact = read_artefact(tmp_path / "one", "correct horse")
    stored = artefact.tables["d]o.t"]
    assert [row for batch in artefact.batches(stored, TABLE.columns, 2) for row in batch] == rows
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress((tmp_path / "one" / stored.file).read_bytes())
    wrong = read_artefact(tmp_path / "one", "wrong horse battery")
    with pytest.raises(Problem, match="cannot be decrypted"):
        list(wrong.batches(stored, TABLE.columns, 2))
    with pytest.raises(Problem, match="encrypted, and there is no passphrase"):
        read_artefact(tmp_path / "one")


@given(st.integers(0, 2), st.sampled_from([-1, 0, 1]), st.integers(1, 3 * 2**20))
def test_that_what_was_sealed_can_be_opened_whole_or_not_at_all(blocks: int, more: int, cut: int) -> None:
    content = bytes(max(0, blocks * 2**20 + more))
    file = io.BytesIO()
    with SEAL.writer(file, 1) as writer:
        writer.write(content[: len(content) // 3])
        writer.write(content[len(content) // 3 :])
    sealed = file.getvalue()
    assert SEAL.reader(io.BytesIO(sealed), 1).read() == content
    altered = bytearray(sealed)
    altered[cut % len(sealed)] ^= 1
    others = ((sealed[: -min(cut, len(sealed))], 1), (sealed, 2), (sealed + b"x", 1), (bytes(altered), 1))
    for other, number in others:
        with pytest.raises(Problem, match="cannot be decrypted"):
            SEAL.reader(io.BytesIO(other), number).read()
