# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows that were checked, kept until they are loaded: in memory, and beyond some size in a file that has no name."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

_IN_MEMORY = 2**25
"""Octets."""


class Spool:
    """Batches of rows, in the order in which they were added."""

    def __init__(self) -> None:
        """Begin with none."""
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (closed by close)

    def add(self, batch: Sequence[Any]) -> None:
        """Add a batch."""
        pickle.dump(batch, self._file, pickle.HIGHEST_PROTOCOL)

    def batches(self) -> Iterator[Any]:
        """Yield the batches."""
        self._file.seek(0)
        while True:
            try:
                yield pickle.load(self._file)  # noqa: S301 (nobody else can write it)
            except EOFError:
                return

    def close(self) -> None:
        """Forget them."""
        self._file.close()
