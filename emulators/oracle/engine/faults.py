# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on request: a JSON file that a running server reads again whenever it has changed.

    [{"kind": "drop", "match": "CREATE OR REPLACE", "after": 1, "times": 1}]

Each entry has a `kind`, optionally `match` (a regular expression that a statement's text must hold, without regard
to case), `login` (a user name), `after` (how many fitting statements pass before), and `times` (how often; without
it until the file changes). Kinds:

- `refuse`: a new connection is closed before anything is said;
- `login`: a login with the right password fails with `number` and `message`;
- `late`: each round trip takes `seconds` longer;
- `drop`: the connection is cut before the statement is executed, or after `rows` rows of its result or of its batch;
- `lose`: the statement is executed, and the connection is cut instead of the answer;
- `error`: the statement fails with `number` (and `message`, if it is none that the emulator has): 1653 and 1536 no
  space, 60 deadlock, 1555 snapshot too old; with `rows`, only after so many rows of a batch;
- `lock`: somebody holds `object` (SCHEMA.NAME), as long as the entry is there: statements that need it for themselves
  fail with 54 when DDL_LOCK_TIMEOUT has passed, or with `number` 4021 after `seconds`; changes of its rows wait.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from emulators.faults import write_faults
from emulators.oracle.engine.errors import OracleError

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

Fault: TypeAlias = Mapping[str, Any] | None

KINDS = frozenset({"refuse", "login", "late", "drop", "lose", "error", "lock"})


def write(directory: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """Ask the server of a directory for these faults, and for no others. Raises ValueError for an unknown kind."""
    write_faults(directory, entries, KINDS)


def strike(session: Session, text: str, *, batch: bool = False) -> tuple[Fault, Fault]:
    """Fail, or cut the connection, if that is asked for.

    Args:
        session: that executes a statement.
        text: of the statement.
        batch: whether faults after some rows are of use.

    Returns:
        The error and the cut that come only after some rows.

    Raises:
        OracleError: what is asked for.
        ConnectionEnded: the connection is to be cut.
    """
    faults = session.instance.faults
    drop = faults.find("drop", text, session.user)
    if drop is not None and not (batch and drop.get("rows")):
        session.gone.set()
    session.check_interrupted()
    fault = faults.find("error", text, session.user)
    if fault is not None and not (batch and fault.get("rows")):
        raise asked_for(fault)
    return fault, drop


def asked_for(fault: Mapping[str, Any]) -> OracleError:
    """Return the error that a fault asks for."""
    return OracleError(fault["number"], *fault.get("words", ("USERS", "USERS")), message=fault.get("message"))
