# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Statements that define things, put together so that no secret is in their text. Pure.

They go many at a time, in one block of PL/SQL that executes them in their order and stops at the first that fails: a
set of views costs a few round trips, whatever its size.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LINE = re.compile(r"ORA-06512: at line (\d+)")


@dataclass(frozen=True)
class Text:
    """A value in a statement that takes no binds there: a password. It goes as a bind all the same."""

    value: str


Statement = Sequence["str | Text"]
"""The parts of a statement: SQL of ours, with names through `quoted`, and values."""


def assembled(statements: Sequence[Statement]) -> tuple[str, dict[str, str]]:
    """Return a block that executes statements one after the other, each on a line of its own, and its binds. Pure."""
    lines = ["BEGIN"]
    binds: dict[str, str] = {}
    for place, statement in enumerate(statements, start=1):
        names = [f"s{place}_{index}" for index in range(len(statement))]
        binds |= {
            name: part.value if isinstance(part, Text) else part for name, part in zip(names, statement, strict=True)
        }
        lines.append(f"EXECUTE IMMEDIATE {' || '.join(f':{name}' for name in names)};")
    return "\n".join([*lines, "END;"]), binds


def position_in(message: str) -> int:
    """Return which statement of a block failed, from 0: the server names the line, the block's own comes last. Pure."""
    lines = _LINE.findall(message)
    return int(lines[-1]) - 2 if lines else 0
