# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What SQLite says of a violated constraint, in Oracle's words."""

from __future__ import annotations

import re

from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.model import Model
from emulators.oracle.engine.schema_objects import Constraint, Table

_GUARD = re.compile(r"(nn|ck|fk|ch) (\d+)")
_INDEX = re.compile(r"UNIQUE constraint failed: index 'u(\d+)'")
_COLUMNS = re.compile(r"UNIQUE constraint failed: (.+)")


def violation(model: Model, table: Table, text: str, *, update: bool) -> OracleError:
    """Return the error for what SQLite says.

    Args:
        model: what the database knows.
        table: whose rows were changed.
        text: what SQLite says.
        update: whether they were updated, not inserted.
    """
    if (match := _GUARD.fullmatch(text)) is not None:
        number = int(match[2])
        if match[1] == "nn":
            column = next(each for each in table.columns if each.id == number)
            return OracleError(1407 if update else 1400, f'"{table.owner}"."{table.name}"."{column.name}"')
        owner, found = _constraint(model, number)
        code = {"ck": 2290, "fk": 2291, "ch": 2292}[match[1]]
        return OracleError(code, f"{owner.owner}.{found.name}")
    if (match := _INDEX.fullmatch(text)) is not None:
        owner, found = _constraint(model, int(match[1]))
        return OracleError(1, f"{owner.owner}.{found.name}")
    if (match := _COLUMNS.fullmatch(text)) is not None:
        columns = [each.partition(".")[2] for each in match[1].split(", ")]
        names = [each.name for column in columns for each in table.columns if f"c{each.id}" == column]
        for each in table.constraints:
            if each.kind in "PU" and each.columns == names:
                return OracleError(1, f"{table.owner}.{each.name}")
    return OracleError(600, message=f"internal error code, arguments: [{text}]")


def _constraint(model: Model, number: int) -> tuple[Table, Constraint]:
    return next((table, each) for table in model.tables() for each in table.constraints if each.id == number)
