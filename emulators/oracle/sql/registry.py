# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The statements that are neither queries nor changes of rows, by the words with which they begin."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from emulators.oracle.engine.errors import refused
from emulators.oracle.engine.results import Outcome
from emulators.oracle.sql.tokens import Words

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

Action: TypeAlias = "Callable[[Session], Outcome | None]"
Reader = Callable[[Words], Action]
STATEMENTS: dict[tuple[str, ...], Reader] = {}


def statement(*words: str) -> Callable[[Reader], Reader]:
    """Register what reads the statements that begin with some words; it gets the words after them."""

    def register(reader: Reader) -> Reader:
        STATEMENTS[words] = reader
        return reader

    return register


def find_statement(words: Words) -> Action:
    """Return what a statement does. Raises OracleError 900 if there is no such statement."""
    for length in range(5, 0, -1):
        start = tuple(words.ahead(at).value for at in range(length))
        if start in STATEMENTS:
            words.at += length
            return STATEMENTS[start](words)
    shown = " ".join(words.ahead(at).text for at in range(3) if words.ahead(at).kind == "word")
    raise refused(f"the statement {shown or words.next.text}", words.next.position)
