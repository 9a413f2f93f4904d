# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The procedures of Oracle's packages that are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from emulators.oracle.engine import moments, rights
from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.model import SYS, Model
from emulators.oracle.engine.results import Outcome
from emulators.oracle.engine.schema_objects import View
from emulators.oracle.sql.view_text import compile_view

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

Arguments: TypeAlias = Mapping[str, Any]
Procedure: TypeAlias = "Callable[[Session, Arguments], Outcome | None]"
PROCEDURES: dict[str, tuple[tuple[str, ...], Procedure]] = {}


def procedure(name: str, *parameters: str) -> Callable[[Procedure], Procedure]:
    """Register a procedure with its parameters in their order."""

    def register(action: Procedure) -> Procedure:
        PROCEDURES[name] = (parameters, action)
        return action

    return register


@procedure("DBMS_LOCK.SLEEP", "SECONDS")
@procedure("DBMS_SESSION.SLEEP", "SECONDS")
def sleep(session: Session, given: Arguments) -> None:
    """Wait."""
    seconds = given.get("SECONDS")
    if not isinstance(seconds, Decimal):
        raise OracleError(6502, "")
    session.sleep(float(seconds))


@procedure("DBMS_SESSION.SET_IDENTIFIER", "CLIENT_ID")
def set_identifier(session: Session, given: Arguments) -> None:
    """Name the client."""
    session.described["client_identifier"] = str(given.get("CLIENT_ID") or "")


@procedure("DBMS_APPLICATION_INFO.SET_MODULE", "MODULE_NAME", "ACTION_NAME")
def set_module(session: Session, given: Arguments) -> None:
    """Name module and action."""
    session.described["module"] = str(given.get("MODULE_NAME") or "")[:48]
    session.described["action"] = str(given.get("ACTION_NAME") or "")[:32]


@procedure("DBMS_UTILITY.COMPILE_SCHEMA", "SCHEMA", "COMPILE_ALL", "REUSE_SETTINGS")
def compile_schema(session: Session, given: Arguments) -> None:
    """Compile the views of a schema: all, or those that are invalid."""
    schema = str(given.get("SCHEMA") or "").upper()
    session.commit()
    with session.instance.changing(undo=True) as model:
        if schema != session.user:
            rights.demand(model, session.user, "CREATE ANY VIEW")
        if schema not in model.users:
            raise OracleError(20000, message="You have insufficient privileges for an object in this schema.")
        for each in list(model.objects.values()):
            if isinstance(each, View) and each.owner == schema and (
                given.get("COMPILE_ALL") is not False or each.status == "INVALID"
            ):  # fmt: skip
                compile_view(session.instance, model, each)


def _may_stream(model: Model, session: Session, package: str) -> None:
    names = rights.holders(model, session.user)
    allowed = "DBA" in names or any(
        each.kind == "OBJECT" and each.grantee in names and (each.owner, each.object) == (SYS, package)
        and each.privilege == "EXECUTE"
        for each in model.grants
    )  # fmt: skip
    if not allowed:
        raise OracleError(6550, 1, 7, f"PLS-00201: identifier '{package}' must be declared")


def _switch(session: Session, kind: str, name: str, package: str, *, on: bool) -> None:
    session.commit()
    with session.instance.changing(undo=True) as model:
        _may_stream(model, session, package)
        processes = model.streams.capture if kind == "capture" else model.streams.apply
        found = next((each for each in processes if each[f"{kind}_name"] == name), None)
        if found is None:
            raise OracleError(26701, name)
        model.touch("streams")
        if found["status"] == ("ENABLED" if on else "DISABLED"):
            return
        if on and kind == "apply" and found.get("disable_on_error", "Y") == "Y" and _errors(model, name):
            # it takes up work and stops at the first error that is still there
            found.update(status="ABORTED", error_number=26714, error_message="ORA-26714: User error encountered while "
                         "applying")  # fmt: skip
        else:
            found.update(status="ENABLED" if on else "DISABLED", error_number=None, error_message=None)
        found["status_change_time"] = moments.now().isoformat(sep=" ", timespec="seconds")


def _errors(model: Model, apply_name: str) -> list[dict[str, Any]]:
    return [each for each in model.streams.errors if each["apply_name"] == apply_name]


def _name(given: Arguments, key: str) -> str:
    name = given.get(key)
    if not isinstance(name, str):
        raise OracleError(26701, "")
    return name[1:-1] if name.startswith('"') else name.upper()


@procedure("DBMS_CAPTURE_ADM.START_CAPTURE", "CAPTURE_NAME")
def start_capture(session: Session, given: Arguments) -> None:
    """Start a capture process."""
    _switch(session, "capture", _name(given, "CAPTURE_NAME"), "DBMS_CAPTURE_ADM", on=True)


@procedure("DBMS_CAPTURE_ADM.STOP_CAPTURE", "CAPTURE_NAME", "FORCE")
def stop_capture(session: Session, given: Arguments) -> None:
    """Stop a capture process."""
    _switch(session, "capture", _name(given, "CAPTURE_NAME"), "DBMS_CAPTURE_ADM", on=False)


@procedure("DBMS_APPLY_ADM.START_APPLY", "APPLY_NAME")
def start_apply(session: Session, given: Arguments) -> None:
    """Start an apply process."""
    _switch(session, "apply", _name(given, "APPLY_NAME"), "DBMS_APPLY_ADM", on=True)


@procedure("DBMS_APPLY_ADM.STOP_APPLY", "APPLY_NAME", "FORCE")
def stop_apply(session: Session, given: Arguments) -> None:
    """Stop an apply process."""
    _switch(session, "apply", _name(given, "APPLY_NAME"), "DBMS_APPLY_ADM", on=False)


@procedure("DBMS_APPLY_ADM.EXECUTE_ALL_ERRORS", "APPLY_NAME", "EXECUTE_AS_USER")
def execute_all_errors(session: Session, given: Arguments) -> None:
    """Apply what failed again: what is marked as solved goes through, the rest stays."""
    name = _name(given, "APPLY_NAME")
    session.commit()
    with session.instance.changing(undo=True) as model:
        _may_stream(model, session, "DBMS_APPLY_ADM")
        failing = [each for each in _errors(model, name) if not each.get("solved")]
        model.streams.errors = [
            each for each in model.streams.errors if each["apply_name"] != name or not each.get("solved")
        ]
        model.touch("streams")
    if failing:
        raise OracleError(26714, message="User error encountered while applying")


@procedure("DBMS_APPLY_ADM.DELETE_ALL_ERRORS", "APPLY_NAME")
def delete_all_errors(session: Session, given: Arguments) -> None:
    """Forget what failed."""
    name = _name(given, "APPLY_NAME")
    session.commit()
    with session.instance.changing(undo=True) as model:
        _may_stream(model, session, "DBMS_APPLY_ADM")
        model.streams.errors = [each for each in model.streams.errors if each["apply_name"] != name]
        model.touch("streams")
