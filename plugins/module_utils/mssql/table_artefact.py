# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of tables kept in files: a directory with a manifest, and a compressed file for each table.

`manifest.json` has the tables with their columns and types, how many rows each has, the digest of the rows, the SHA-256
of the file, and one digest of all. Nothing in it depends on when it was written, so that the same rows make the same
files, unless they are encrypted (`sealing`), which the manifest is not. A directory is written beside its place
and moved there when it is whole.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.digest import (
    ContentDigest,
    overall,
    sum_of_hashes,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_delta import (
    Batches,
    content_digest,
    digest_of_table,
    hash_of,
    keyed,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_rows import Codec
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_shapes import Column, Row, Table
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import MissingPrerequisite, Problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.sealing import Seal, salt_of

FORMAT = "uoe.exam_scheduling table data, version 1"
MANIFEST = "manifest.json"
_LEVEL = 6


@dataclass(frozen=True)
class StoredTable:
    """A table of an artefact, as its manifest has it."""

    name: str
    columns: tuple[tuple[str, str, int], ...]
    """Name, declared type, and place in the primary key of each column."""
    content: ContentDigest
    file: str
    sha256: str

    def as_dict(self) -> dict[str, object]:
        """Return what the manifest says of it."""
        return {
            "name": self.name,
            "columns": [{"name": name, "type": kind, "key": key} for name, kind, key in self.columns],
            "rows": self.content.rows,
            "digest": self.content.digest,
            "file": self.file,
            "sha256": self.sha256,
        }


@dataclass(frozen=True)
class Artefact:
    """An artefact whose manifest agrees with itself."""

    path: Path
    tables: Mapping[str, StoredTable]
    """By `schema.table` without regard to cases."""
    seal: Seal | None = None
    """Its key, if it is encrypted."""

    @property
    def digest(self) -> str:
        """One digest of all."""
        return overall({name: each.content for name, each in self.tables.items()})

    def verify(self, table: StoredTable) -> None:
        """Return if a table's file is the one that was written.

        Raises:
            Problem: it is gone, or was altered or truncated.
        """
        file = self.path / table.file
        try:
            with file.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise altered(file, expected="a file", found=str(error)) from None
        if found != table.sha256:
            raise altered(file, expected=f"SHA-256 {table.sha256}", found=found)

    def batches(self, table: StoredTable, columns: tuple[Column, ...], size: int) -> Iterator[list[Row]]:
        """Yield the rows of a table.

        Raises:
            Problem: the file holds something else.
        """
        codec, file = Codec(columns), self.path / table.file
        try:
            with file.open("rb") as raw, gzip.open(self._opened(raw, table), "rb") as stream:
                batch: list[Row] = []
                for line in stream:
                    batch.append(codec.row(line))
                    if len(batch) == size:
                        yield batch
                        batch = []
                if batch:
                    yield batch
        except (ValueError, OSError, EOFError, zlib.error) as error:
            raise altered(file, expected="rows of the table", found=str(error)) from None

    def _opened(self, raw: IO[bytes], table: StoredTable) -> IO[bytes]:
        return raw if self.seal is None else self.seal.reader(raw, [*self.tables.values()].index(table))


def check_rows(artefact: Artefact, stored: StoredTable, table: Table) -> None:
    """Return if a file holds the rows that the manifest says, in the order of their keys. Raises Problem."""
    batches = artefact.batches(stored, table.columns, table.batch)
    where = str(artefact.path / stored.file)
    found = digest_of_table(table, ([row] for _key, row in keyed(table, batches, where)))
    if found != stored.content:
        raise altered(artefact.path / stored.file, expected=str(stored.content), found=str(found))


def altered(file: Path, *, expected: str, found: str) -> Problem:
    """Return the error for a file that is not what was written."""
    return Problem(
        "the artefact was altered or truncated",
        where=str(file),
        expected=expected,
        found=found,
        remedy="Fetch it again from where it was signed off, or export it again.",
    )


def read_artefact(path: Path, passphrase: str | None = None) -> Artefact:
    """Return the artefact in a directory. The files of its tables are not opened yet.

    Raises:
        MissingPrerequisite: there is none.
        Problem: it is none, or its manifest was altered, or it is encrypted and there is no passphrase, or the
            opposite.
    """
    file = path / MANIFEST
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingPrerequisite(
            "there is no such artefact", where=str(path), remedy="Export it first (state: exported)."
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise altered(file, expected="a manifest", found=str(error)) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        kind = content.get("format") if isinstance(content, dict) else type(content).__name__
        raise altered(file, expected=FORMAT, found=str(kind))
    try:
        tables = {each["name"].casefold(): _table(each) for each in content["tables"]}
        stated, sealed = content["digest"], content.get("encryption")
        salt = None if sealed is None else salt_of(sealed)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise altered(file, expected="a manifest", found=f"{type(error).__name__}: {error}") from None
    if (salt is None) != (passphrase is None):
        raise Problem(
            "the artefact is encrypted, and there is no passphrase"
            if passphrase is None
            else "the artefact is not encrypted, and there is a passphrase",
            where=str(path),
            remedy="Give artefact_passphrase if, and only if, it was exported with one.",
        )
    artefact = Artefact(path, tables, None if passphrase is None else Seal(passphrase, salt))
    if artefact.digest != stated:
        raise altered(file, expected=f"the digest {artefact.digest} of its tables", found=str(stated))
    return artefact


def _table(entry: Mapping[str, Any]) -> StoredTable:
    if not re.fullmatch(r"[\w.-]+\.jsonl\.gz", entry["file"]):
        raise ValueError(f"{entry['file']!r} is no name of a file in it")
    columns = tuple((str(each["name"]), str(each["type"]), int(each["key"])) for each in entry["columns"])
    content = ContentDigest(int(entry["rows"]), str(entry["digest"]))
    return StoredTable(str(entry["name"]), columns, content, entry["file"], str(entry["sha256"]))


class ArtefactWriter:
    """Writes an artefact beside its place, and moves it there.

    with ArtefactWriter(path) as writer:
        writer.add(table, batches)
        writer.finish()
    """

    def __init__(self, path: Path, passphrase: str | None = None) -> None:
        """Keep where it goes; nothing is written yet. Raises Problem if it cannot be encrypted."""
        self._path = path
        self._seal = None if passphrase is None else Seal(passphrase)
        self._tables: list[StoredTable] = []
        self._directory = path

    def __enter__(self) -> ArtefactWriter:
        """Make the directory. Raises OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._directory = Path(tempfile.mkdtemp(prefix=f".{self._path.name}.", dir=self._path.parent))
        return self

    def __exit__(self, *_exception: object) -> None:
        """Take away what was not finished."""
        shutil.rmtree(self._directory, ignore_errors=True)

    def add(self, table: Table, batches: Batches) -> ContentDigest:
        """Write a table's rows and return their digest. Raises as `batches`, and OSError."""
        codec, total, count = Codec(table.columns), hash_of(table.header), 0
        name = f"{len(self._tables) + 1:03d}_{re.sub(r'[^A-Za-z0-9_.-]', '_', str(table))}.jsonl.gz"
        file = self._directory / name
        with file.open("xb") as raw, self._sealed(raw) as sealed, gzip.GzipFile("", "wb", _LEVEL, sealed, 0) as stream:
            for batch in batches:
                total += sum_of_hashes(batch)
                stream.write(b"".join([codec.line(row) + b"\n" for row in batch]))
                count += len(batch)
        with file.open("rb") as written:
            sha256 = hashlib.file_digest(written, "sha256").hexdigest()
            os.fsync(written.fileno())
        content = content_digest(count, total)
        columns = tuple((each.name, each.declared, each.key) for each in table.columns)
        self._tables.append(StoredTable(str(table), columns, content, name, sha256))
        return content

    def _sealed(self, raw: IO[bytes]) -> AbstractContextManager[Any]:
        return nullcontext(raw) if self._seal is None else self._seal.writer(raw, len(self._tables))

    def finish(self) -> None:
        """Write the manifest, and move the directory to its place. One that was there is gone. Raises OSError."""
        tables = [each.as_dict() for each in self._tables]
        digest = overall({each.name.casefold(): each.content for each in self._tables})
        encryption = {} if self._seal is None else {"encryption": self._seal.as_dict()}
        text = json.dumps({"format": FORMAT, "digest": digest, **encryption, "tables": tables}, indent=2) + "\n"
        (self._directory / MANIFEST).write_text(text, encoding="utf-8")
        old = self._path.with_name(f"{self._directory.name}.old")
        if self._path.exists():
            self._path.rename(old)
        try:
            self._directory.rename(self._path)
        except OSError:
            if old.exists():
                old.rename(self._path)
            raise
        shutil.rmtree(old, ignore_errors=True)
