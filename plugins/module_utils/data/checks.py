# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of what is in a database: each a query whose rows are what is wrong. All are run, whatever others find."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.arguments import (
    DATABASE_ARGUMENTS,
    session_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.masking import Mask
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.read_only import Dialect, Reading, reading
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.sides import label_of, without_values_of_rows
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session as SqlServerSession
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import SqlProblem as SqlServerProblem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.failures import SqlProblem as OracleProblem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session as OracleSession
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.progress import Progress
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import Finding
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

Severity = Literal["error", "warning"]
State = Literal["passed", "found", "failed"]
"""Nothing is wrong; rows are; it could not be run, so that nothing is known."""

CHECK_ARGUMENTS: dict[str, dict[str, object]] = {
    **DATABASE_ARGUMENTS,
    "checks": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "severity": {"type": "str", "choices": ["error", "warning"], "required": True},
            "explanation": {"type": "str", "required": True},
            "remedy": {"type": "str", "default": ""},
            "sql": {"type": "str", "required": True},
            "shown_columns": {"type": "list", "elements": "str", "default": []},
        },
    },
    "samples": {"type": "int", "default": 10},
    "show_values": {"type": "bool", "default": False},
}

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LISTED = 3
"""Rows that a message has."""


@dataclass(frozen=True)
class Check:
    """A check, as it is declared."""

    name: str
    severity: Severity
    explanation: str
    """What it means that it finds something, for whoever has never seen the query."""
    remedy: str
    query: Reading
    shown: tuple[str, ...] = ()
    """Columns whose values may be shown."""


@dataclass(frozen=True)
class Outcome:
    """What came of a check."""

    check: Check
    state: State
    rows: int = 0
    samples: Sequence[Mapping[str, str]] = field(default_factory=list)
    """The first rows, masked."""
    error: str | None = None
    """Why it could not be run, as the server says."""

    def as_dict(self) -> dict[str, object]:
        """Return it as the module does."""
        return {
            "name": self.check.name,
            "severity": self.check.severity,
            "explanation": self.check.explanation,
            "state": self.state,
            "rows": self.rows,
            "samples": list(self.samples),
            "error": self.error,
        }

    def finding(self, where: str) -> Finding:
        """Return it as a proof lists it."""
        if self.error is not None:
            return Finding(
                where, self.check.name, "a check that can be run", self.error, "Correct its sql; nothing is known yet."
            )
        listed = [" ".join(f"{name}={value}" for name, value in each.items()) for each in self.samples[:_LISTED]]
        more = ["…"] if self.rows > len(listed) else []
        found = f"{self.rows} row{'' if self.rows == 1 else 's'}: {'; '.join([*listed, *more])}"
        return Finding(where, self.check.name, "no rows", found, self.check.remedy or self.check.explanation)


def checks_from(params: Mapping[str, Any]) -> list[Check]:
    """Return the checks that are declared.

    Raises:
        InvalidParameter: one cannot be meant, or does something else than read. Nothing was sent then.
    """
    dialect: Dialect = "mssql" if params["mssql"] is not None else "oracle"
    found: dict[str, Check] = {}
    for number, entry in enumerate(params["checks"]):
        path, name = f"checks[{number}]", entry["name"]
        if not _NAME.fullmatch(name) or name in found:
            why = "it is there twice" if name in found else "it is no name of a check"
            raise InvalidParameter(f"{path}.name", name, why, "Give small letters, digits and _, once.")
        if not entry["explanation"].strip():
            raise InvalidParameter(f"{path}.explanation", "", "it is empty", f"Say what it means if {name} finds rows.")
        query = reading(f"{path}.sql ({name})", entry["sql"], dialect)
        found[name] = Check(
            name, entry["severity"], entry["explanation"].strip(), entry["remedy"], query, tuple(entry["shown_columns"])
        )
    if not found:
        raise InvalidParameter("checks", [], "there is none", "Give one or more.")
    if params["samples"] not in range(1001):
        raise InvalidParameter("samples", params["samples"], "it is out of range", "Give 0 to 1000.")
    return list(found.values())


class Checks:
    """What came of the checks that the arguments declare."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Run all of them.

        Raises:
            InvalidParameter: the arguments cannot be meant; nothing was sent.
            Problem: the database cannot be reached, or the connection broke.
        """
        checks, session = checks_from(params), session_from(params)
        self._where = label_of(session)
        self.outcomes: list[Outcome] = []
        with closing(session), Progress("Checks", total=len(checks), unit="checks") as progress:
            for each in checks:
                mask = Mask(each.shown, everything=params["show_values"])
                self.outcomes.append(outcome(session, each, mask, params["samples"]))
                progress.advance()

    @property
    def errors(self) -> list[Finding]:
        """What stops: errors that found something, and whatever could not be run."""
        return [
            each.finding(self._where)
            for each in self.outcomes
            if each.state == "failed" or (each.state == "found" and each.check.severity == "error")
        ]

    @property
    def warnings(self) -> list[Finding]:
        """What somebody has to name when they sign off."""
        return [
            each.finding(self._where)
            for each in self.outcomes
            if each.state == "found" and each.check.severity == "warning"
        ]


def outcome(session: SqlServerSession | OracleSession, check: Check, mask: Mask, samples: int) -> Outcome:
    """Run a check in a transaction of its own, which is rolled back, and return what came of it.

    Raises:
        Problem: the database cannot be reached, or the connection broke.
    """
    count, names, query = 0, list[str](), check.query.text
    kept: list[Mapping[str, str]] = []
    try:
        if isinstance(session, OracleSession):
            session.begin_reading()
        with without_values_of_rows(query), closing(session.stream(query, names=names)) as batches:
            for batch in batches:
                count += len(batch)
                kept += [mask.row(names, row) for row in batch[: samples - len(kept)]]
    except (SqlServerProblem, OracleProblem) as problem:
        return Outcome(check, "failed", error=str(problem.found))
    finally:
        session.roll_back()
    return Outcome(check, "found" if count else "passed", count, kept)
