# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Oracle Streams does in a database, and whether columns are there, replicated and populated. Reads only.

What the login may not see is left out and named, so that a login of few rights learns what it may.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.failures import SqlProblem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import quoted, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_catalogue import read_columns
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_columns import CHARACTERS, Column

T = TypeVar("T")

DESUPPORTED_FROM = 19
_COMPARABLE = (*CHARACTERS, "NUMBER", "FLOAT", "DATE", "TIMESTAMP", "RAW")
"""Types of which a server can count the values."""
_NOT_VISIBLE = (942, 1031)

_CAPTURES = "SELECT capture_name, status, error_number, error_message FROM dba_capture ORDER BY capture_name"
_CAPTURE_TIMES = "SELECT capture_name, state, capture_time, capture_message_create_time FROM v$streams_capture"
_APPLIES = "SELECT apply_name, status, error_number, error_message FROM dba_apply ORDER BY apply_name"
_APPLY_TIMES = "SELECT apply_name, state, hwm_time, hwm_message_create_time FROM v$streams_apply_coordinator"
_ERRORS = """
SELECT apply_name, local_transaction_id, error_number, error_message, error_creation_time
FROM dba_apply_error ORDER BY apply_name, error_creation_time"""
_RULES = """
SELECT streams_name, streams_type, rule_type, rule_set_type, schema_name, object_name FROM dba_streams_rules
WHERE streams_type IN ('CAPTURE', 'APPLY') ORDER BY streams_name"""
_UNSUPPORTED = "SELECT owner, table_name, column_name FROM dba_streams_columns WHERE apply_version IS NULL"
_DELETED = "SELECT schema_name, table_name, column_name FROM dba_streams_delete_column"


@dataclass(frozen=True)
class Rule:
    """A rule about changes of rows: what a process captures or applies."""

    process: str
    type: str
    """CAPTURE or APPLY."""
    negative: bool
    """Whether it leaves out what it fits."""
    schema: str | None
    table: str | None

    def fits(self, schema: str, table: str) -> bool:
        """Return whether it is about a table: of this name, of all of its schema, or of all."""
        return self.schema in (None, schema) and self.table in (None, table)


def survey(session: Session, wanted: Mapping[tuple[str, str], Sequence[str]]) -> dict[str, object]:
    """Return the facts that module `oracle_streams_info` documents.

    Args:
        session: who asks.
        wanted: schema and table → the columns to look at.

    Raises:
        Problem: it cannot be asked.
    """
    reader = _Reader(session)
    version = session.version
    rules = reader.rules()
    unsupported = reader.unsupported()
    tables = {
        shown(*table): reader.table(table, columns, rules, unsupported) for table, columns in sorted(wanted.items())
    }
    facts: dict[str, object] = {
        "version": ".".join(map(str, version)),
        "desupported": version[0] >= DESUPPORTED_FROM,
        "capture": reader.processes("capture", _CAPTURES, _CAPTURE_TIMES),
        "apply": reader.applies(),
        "tables": tables,
        "not_visible": reader.not_visible,
    }
    return facts


class _Reader:
    def __init__(self, session: Session) -> None:
        self._session = session
        self.not_visible: list[str] = []

    def _seen(self, what: str, read: Callable[[], T], otherwise: T) -> T:
        """Return what is read, and what stands for it if the login may not see it."""
        try:
            return read()
        except SqlProblem as problem:
            if problem.number not in _NOT_VISIBLE:
                raise
            self.not_visible.append(what)
            return otherwise

    def _rows(self, query: str) -> list[tuple[Any, ...]] | None:
        view = query.partition("FROM ")[2].split()[0]
        return self._seen(view, lambda: self._session.rows(query), None)

    def processes(self, kind: str, query: str, times: str) -> list[dict[str, object]] | None:
        """Return the processes of a kind, None if they cannot be seen."""
        found = self._rows(query)
        if found is None:
            return None
        running = {name: (state, _lag(done, made)) for name, state, done, made in self._rows(times) or ()}
        processes: list[dict[str, object]] = []
        for name, status, number, message in found:
            state, lag = running.get(name, (None, None))
            error = None if number is None else str(message or f"ORA-{int(number):05d}").strip()
            processes.append({"name": name, "status": status, "state": state, "lag_seconds": lag, "error": error})
        return processes

    def applies(self) -> list[dict[str, object]] | None:
        """Return the apply processes with the transactions that they could not apply."""
        processes = self.processes("apply", _APPLIES, _APPLY_TIMES)
        errors: dict[str, list[dict[str, object]]] = defaultdict(list)
        rows = self._rows(_ERRORS)
        for name, transaction, _number, message, at in rows or ():
            errors[name].append({"transaction": transaction, "error": str(message).strip(), "at": _text(at)})
        for each in processes or ():
            own = errors[str(each["name"])]
            each["failed_transactions"] = None if rows is None else len(own)
            each["first_failed_transactions"] = own[:10]
        return processes

    def rules(self) -> list[Rule] | None:
        """Return the rules about changes of rows, None if they cannot be seen."""
        found = self._rows(_RULES)
        if found is None:
            return None
        return [
            Rule(name, kind, rule_set == "NEGATIVE", schema, table)
            for name, kind, rule, rule_set, schema, table in found
            if rule == "DML"
        ]

    def unsupported(self) -> set[tuple[Any, ...]]:
        """Return the columns that Streams leaves out, as far as it can be seen: of a type that it does not support, or
        deleted by a transformation."""
        rows = [*(self._rows(_UNSUPPORTED) or ()), *(self._rows(_DELETED) or ())]
        return set(rows)

    def table(
        self,
        table: tuple[str, str],
        columns: Sequence[str],
        rules: Sequence[Rule] | None,
        unsupported: set[tuple[Any, ...]],
    ) -> dict[str, object]:
        """Return what there is of a table and some of its columns."""
        present = {each.name: each for each in read_columns(self._session, *table)}
        there = [column for column in columns if column in present]
        found = [present[column] for column in there]
        counts = self._seen(f"rows of {shown(*table)}", lambda: self._counts(table, found), None) if present else {}
        processes = replicating(rules, *table)
        return {
            "exists": bool(present),
            "rows": counts.get(None) if counts is not None else None,
            "replicated_by": processes,
            "columns": {
                column: {
                    "exists": column in present,
                    "type": present[column].declared if column in present else None,
                    "replicated": _replicated(processes, column in present and (*table, column) not in unsupported),
                    **(counts or {}).get(column, {"filled": None, "varies": None}),
                }
                for column in columns
            },
        }

    def _counts(self, table: tuple[str, str], columns: Sequence[Column]) -> dict[str | None, Any]:
        """Return how many rows there are, by None; of each column in how many it has a value, and whether it varies."""
        counted = ["COUNT(*)"]
        for column in columns:
            # COUNT of a CLOB is an error, and so is DISTINCT
            counted.append(f"COUNT(CASE WHEN {quoted(column.name)} IS NOT NULL THEN 1 END)")
            counted.append(f"COUNT(DISTINCT {quoted(column.name)})" if column.family in _COMPARABLE else "NULL")
        ((rows, *numbers),) = self._session.rows(" ".join(("SELECT", ", ".join(counted), "FROM", quoted(*table))))
        found: dict[str | None, Any] = {None: int(rows)}
        for column, filled, values in zip(columns, numbers[::2], numbers[1::2], strict=True):
            varies = None if values is None else int(values) + (filled < rows) > 1
            found[column.name] = {"filled": int(filled), "varies": varies}
        return found


def replicating(rules: Sequence[Rule] | None, schema: str, table: str) -> list[str] | None:
    """Return the processes that capture or apply changes of a table's rows, None if it cannot be seen. Pure."""
    if rules is None:
        return None
    fitting = [rule for rule in rules if rule.fits(schema, table)]
    without = {rule.process for rule in fitting if rule.negative}
    return sorted({rule.process for rule in fitting} - without)


def _replicated(processes: Sequence[str] | None, supported: bool) -> bool | None:
    return None if processes is None else bool(processes) and supported


def _lag(done: datetime | None, made: datetime | None) -> int | None:
    """Return how many seconds after it was made the last message was handled."""
    return None if done is None or made is None else max(0, round((done - made).total_seconds()))


def _text(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%d %H:%M:%S}"


def warnings_for(facts: Mapping[str, Any]) -> list[str]:
    """Return what whoever looks at Streams has to know. Pure."""
    warnings = []
    if facts["desupported"] and (facts["capture"] or facts["apply"]):
        warnings.append(
            f"Oracle Streams is desupported from 19c, and this is {facts['version']}: no defect of it is mended any "
            "more. What replaces it (Oracle GoldenGate) has to be planned."
        )
    for kind in ("capture", "apply"):
        for each in facts[kind] or ():
            if each["status"] != "ENABLED":
                why = f" ({each['error']})" if each["error"] else ""
                warnings.append(f"The {kind} process {each['name']} is {each['status'].lower()}{why}.")
            if each.get("failed_transactions"):
                warnings.append(
                    f"The apply process {each['name']} could not apply {each['failed_transactions']} transactions."
                )
    return warnings
