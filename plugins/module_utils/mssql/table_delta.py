# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between the rows of two tables, found in one pass over both, without holding them. Pure.

The digest of a table is the sum, modulo 2**256, of the SHA-256 of its rows and of the row of its columns' names, each
written as `digest` says. It depends neither on the order of the rows, nor on that of the columns, nor on a collation.
A value is digested as its type writes it: 1.50 of a decimal(9,2) is not 1.5000 of a decimal(9,4).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.digest import (
    MODULUS,
    ContentDigest,
    sum_of_hashes,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_order import Volume
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_rows import Codec
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_shapes import Row, Table
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

KEEP, INSERT, UPDATE = 0, 1, 2
"""What is done about a row of the source."""

_PACK = 5000

Batches = Iterable[list[Row]]


class PackedKeys:
    """Keys of rows to delete, compressed: a million take a few megabytes."""

    def __init__(self, codec: Codec) -> None:
        """Keep how keys are written."""
        self._codec = codec
        self._packs: list[bytes] = []
        self._open: list[Row] = []

    def append(self, key: Row) -> None:
        """Add a key."""
        self._open.append(key)
        if len(self._open) >= _PACK:
            self._close()

    def batches(self) -> Iterator[list[Row]]:
        """Yield the keys in the order in which they were added."""
        self._close()
        for pack in self._packs:
            yield [self._codec.row(line) for line in zlib.decompress(pack).splitlines()]

    def _close(self) -> None:
        if self._open:
            self._packs.append(zlib.compress(b"\n".join(map(self._codec.line, self._open))))
            self._open = []


@dataclass
class Delta:
    """What leads from the target's rows to the source's."""

    source: ContentDigest
    """Its digest is empty where it is only known after the copy: rows that fill an empty table are read once."""
    target: ContentDigest
    volume: Volume
    operations: bytes | None = None
    """What is done about each row of the source, in its order; None to insert all of them."""
    removed: PackedKeys | None = None
    """The keys of rows that are deleted first."""
    samples: dict[str, list[list[object]]] = field(default_factory=dict)
    """Some keys of the rows that are inserted, updated, deleted."""

    @property
    def equal(self) -> bool:
        """Whether nothing is to be done."""
        return self.volume.deleted + self.volume.updated + self.volume.inserted == 0


def filling(source: ContentDigest, target: ContentDigest) -> Delta:
    """Return what leads from no rows to all of the source's."""
    return Delta(source, target, Volume(inserted=source.rows))


def hash_of(row: Row) -> int:
    """Return what a row adds to the digest of its table."""
    return sum_of_hashes([row])


def content_digest(rows: int, total: int) -> ContentDigest:
    """Return the digest of a number of rows, and of the sum of their hashes with the header's."""
    return ContentDigest(rows, f"{total % MODULUS:064x}")


def digest_of_table(table: Table, batches: Batches) -> ContentDigest:
    """Return the digest of a table's rows, which are taken in any order."""
    total, count = hash_of(table.header), 0
    for batch in batches:
        count += len(batch)
        total += sum_of_hashes(batch)
    return content_digest(count, total)


def compare(table: Table, source: Batches, target: Batches, *, where: str, samples: int = 0) -> Delta:
    """Return what leads from the target's rows to the source's.

    Args:
        table: the target's.
        source: its rows, ordered as `Table.select` says.
        target: its rows, ordered in the same way.
        where: what messages call the comparison.
        samples: how many keys of each kind to keep.

    Raises:
        Problem: rows do not come in the order of their keys, as those of an artefact that was altered.
    """
    key_of, replaces = table.key_of(), table.replaces
    removed = PackedKeys(Codec(table.key))
    operations = bytearray()
    found: dict[str, list[list[object]]] = {"inserted": [], "updated": [], "deleted": []}
    counts = dict.fromkeys(found, 0)
    total = theirs_total = hash_of(table.header)

    def note(kind: str, row: Row) -> None:
        counts[kind] += 1
        if len(found[kind]) < samples:
            found[kind].append([_shown(value) for value in key_of(row)])

    mine, others = _Side(table, source, f"{where}: the source"), _Side(table, target, f"{where}: the target")
    together = 1
    while (ours := mine.left) | (theirs := others.left):
        size = min(together, ours, theirs)
        rows = mine.piece(size)
        if size and rows == others.piece(size):
            number = sum_of_hashes(rows)
            total += number
            theirs_total += number
            operations += bytes(size)
            mine.advance(size)
            others.advance(size)
            together = min(2 * together, _PACK)
        elif size > 1:
            together = 1
        elif not theirs or (ours and mine.key < others.key):
            operations.append(INSERT)
            note("inserted", mine.row)
            total += hash_of(mine.row)
            mine.advance()
        elif not ours or others.key < mine.key:
            note("deleted", others.row)
            removed.append(key_of(others.row))
            theirs_total += hash_of(others.row)
            others.advance()
        else:
            total += hash_of(mine.row)
            theirs_total += hash_of(others.row)
            note("updated", mine.row)
            operations.append(INSERT if replaces else UPDATE)
            if replaces:
                removed.append(key_of(others.row))
            mine.advance()
            others.advance()
    kept = len(operations) - counts["inserted"] - counts["updated"]
    return Delta(
        content_digest(len(operations), total),
        content_digest(kept + counts["updated"] + counts["deleted"], theirs_total),
        Volume(counts["deleted"], counts["updated"], counts["inserted"], kept, replaces),
        bytes(operations),
        removed,
        found if samples else {},
    )


def keyed(table: Table, batches: Batches, where: str) -> Iterator[tuple[Any, Row]]:
    """Yield each row with its key. Raises Problem if the keys do not ascend."""
    side = _Side(table, batches, where)
    while side.left:
        yield side.key, side.row
        side.advance()


class _Side:
    """The rows of one of two tables, from the one that is looked at now."""

    def __init__(self, table: Table, batches: Batches, where: str) -> None:
        """Keep where rows come from, and what messages call that."""
        self._batches, self._order, self._where = iter(batches), table.order_of(), where
        self._rows: list[Row] = []
        self._at = 0
        self._key: Any = None
        self._before: Any = None

    @property
    def left(self) -> int:
        """How many rows are in memory from this one on; 0 at the end."""
        while self._at == len(self._rows):
            found = next(self._batches, None)
            if found is None:
                return 0
            self._rows, self._at = found, 0
        return len(self._rows) - self._at

    @property
    def row(self) -> Row:
        """The row."""
        return self._rows[self._at]

    @property
    def key(self) -> Any:
        """Its key. Raises Problem if it does not come after that of the row before."""
        if self._key is None:
            key = self._order(self.row)
            if self._before is not None and not self._before < key:
                raise Problem(
                    "the rows do not come in the order of their keys",
                    where=self._where,
                    expected="keys that ascend by their octets",
                    remedy="If it is an artefact, it was altered: export it again.",
                )
            self._key = key
        return self._key

    def piece(self, size: int) -> list[Row]:
        """Return the row and those after it that are in memory, so many."""
        return self._rows[self._at : self._at + size]

    def advance(self, size: int = 1) -> None:
        """Go on to the row after so many, whose order among themselves counts only where they are taken one by one."""
        self._before = self.key if size == 1 else self._order(self._rows[self._at + size - 1])
        self._at += size
        self._key = None


def _shown(value: object) -> object:
    """Return a value of a key as a module can return it."""
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    return value if isinstance(value, int | str) else str(value)
