# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Views of the dictionary about tables, views, columns, constraints, comments, dependencies and errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.oracle.dictionary.common import objects, tables, views, yes
from emulators.oracle.dictionary.registry import VIEWS, Rows, family, view
from emulators.oracle.engine import moments, rights
from emulators.oracle.engine.schema_objects import Column, Table

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

_NAME = "VARCHAR2(128)"


@family(
    "OBJECTS",
    f"OWNER {_NAME}, OBJECT_NAME {_NAME}, SUBOBJECT_NAME {_NAME}, OBJECT_ID NUMBER, DATA_OBJECT_ID NUMBER, "
    "OBJECT_TYPE VARCHAR2(23), CREATED DATE, LAST_DDL_TIME DATE, TIMESTAMP VARCHAR2(19), STATUS VARCHAR2(7), "
    "TEMPORARY VARCHAR2(1), GENERATED VARCHAR2(1), SECONDARY VARCHAR2(1), NAMESPACE NUMBER",
)
def _objects(session: Session, scope: str) -> Rows:
    for each in objects(session, scope):
        if scope == "ALL" and not rights.listed(session.instance.model, session.user, each):
            continue
        is_table = isinstance(each, Table)
        stamp = moments.decode(moments.of_seconds(each.created) or b"").strftime("%Y-%m-%d:%H:%M:%S")
        yield (
            each.owner, each.name, None, each.id, each.id if is_table else None, each.type,
            moments.of_seconds(each.created), moments.of_seconds(each.changed), stamp, each.status, "N", "N", "N", 1,
        )  # fmt: skip


@family(
    "VIEWS",
    f"OWNER {_NAME}, VIEW_NAME {_NAME}, TEXT_LENGTH NUMBER, TEXT LONG, TEXT_VC VARCHAR2(4000), "
    f"TYPE_TEXT_LENGTH NUMBER, TYPE_TEXT VARCHAR2(4000), OID_TEXT_LENGTH NUMBER, OID_TEXT VARCHAR2(4000), "
    f"VIEW_TYPE_OWNER {_NAME}, VIEW_TYPE {_NAME}, SUPERVIEW_NAME {_NAME}, EDITIONING_VIEW VARCHAR2(1), "
    "READ_ONLY VARCHAR2(1), BEQUEATH VARCHAR2(12)",
)
def _views(session: Session, scope: str) -> Rows:
    for each in views(session, scope):
        data = each.text.encode()
        yield (
            each.owner, each.name, len(data), each.text, data[:4000].decode("utf-8", "ignore"), None, None, None, None,
            None, None, None, "N", "Y" if each.read_only else "N", "DEFINER",
        )  # fmt: skip


@family(
    "TABLES",
    f"OWNER {_NAME}, TABLE_NAME {_NAME}, TABLESPACE_NAME VARCHAR2(30), STATUS VARCHAR2(8), NUM_ROWS NUMBER, "
    "LAST_ANALYZED DATE, TEMPORARY VARCHAR2(1), PARTITIONED VARCHAR2(3), DROPPED VARCHAR2(3), READ_ONLY VARCHAR2(3)",
)
def _tables(session: Session, scope: str) -> Rows:
    for each in tables(session, scope):
        # nobody has gathered statistics
        yield each.owner, each.name, each.tablespace, "VALID", None, None, "N", "NO", "NO", "NO"


_COLUMNS = (
    f"OWNER {_NAME}, TABLE_NAME {_NAME}, COLUMN_NAME {_NAME}, DATA_TYPE VARCHAR2(128), DATA_TYPE_MOD VARCHAR2(3), "
    f"DATA_TYPE_OWNER {_NAME}, DATA_LENGTH NUMBER, DATA_PRECISION NUMBER, DATA_SCALE NUMBER, NULLABLE VARCHAR2(1), "
    "COLUMN_ID NUMBER, DEFAULT_LENGTH NUMBER, DATA_DEFAULT LONG, CHARACTER_SET_NAME VARCHAR2(44), "
    "CHAR_COL_DECL_LENGTH NUMBER, CHAR_LENGTH NUMBER, CHAR_USED VARCHAR2(1), VIRTUAL_COLUMN VARCHAR2(3), "
    "HIDDEN_COLUMN VARCHAR2(3), IDENTITY_COLUMN VARCHAR2(3), DEFAULT_ON_NULL VARCHAR2(3)"
)


def _column(each: Column, position: int) -> tuple[object, ...]:
    kind = each.type
    text = kind.name in ("VARCHAR2", "CHAR")
    number = kind.name == "NUMBER"
    scale = kind.scale if (number and kind.precision) or kind.name.startswith("TIMESTAMP") else None
    whole = number and kind.precision == 38 and kind.scale == 0
    return (
        each.name, kind.dictionary_name, None, None, kind.bytes, None if whole else kind.precision or None, scale,
        "Y" if each.nullable else "N", position, len(each.default.encode()) if each.default else None,
        each.default or None, "CHAR_CS" if kind.is_string else None, kind.length if text else None,
        (kind.length if kind.chars else kind.bytes) if text else 0, ("C" if kind.chars else "B") if text else None,
        "NO", "NO", "NO", "NO",
    )  # fmt: skip


@family("TAB_COLUMNS", _COLUMNS)
def _tab_columns(session: Session, scope: str) -> Rows:
    for found in objects(session, scope):
        for position, each in enumerate(found.columns, start=1):
            yield (found.owner, found.name, *_column(each, position))


@family("TAB_COLS", _COLUMNS)
def _tab_cols(session: Session, scope: str) -> Rows:
    yield from _tab_columns(session, scope)


@family("TAB_COMMENTS", f"OWNER {_NAME}, TABLE_NAME {_NAME}, TABLE_TYPE VARCHAR2(11), COMMENTS VARCHAR2(4000)")
def _tab_comments(session: Session, scope: str) -> Rows:
    for each in objects(session, scope):
        yield each.owner, each.name, each.type, each.comment


@family("COL_COMMENTS", f"OWNER {_NAME}, TABLE_NAME {_NAME}, COLUMN_NAME {_NAME}, COMMENTS VARCHAR2(4000)")
def _col_comments(session: Session, scope: str) -> Rows:
    for found in objects(session, scope):
        for each in found.columns:
            yield found.owner, found.name, each.name, each.comment


@family(
    "CONSTRAINTS",
    f"OWNER {_NAME}, CONSTRAINT_NAME {_NAME}, CONSTRAINT_TYPE VARCHAR2(1), TABLE_NAME {_NAME}, SEARCH_CONDITION LONG, "
    f"SEARCH_CONDITION_VC VARCHAR2(4000), R_OWNER {_NAME}, R_CONSTRAINT_NAME {_NAME}, DELETE_RULE VARCHAR2(9), "
    "STATUS VARCHAR2(8), DEFERRABLE VARCHAR2(14), DEFERRED VARCHAR2(9), VALIDATED VARCHAR2(13), "
    f"GENERATED VARCHAR2(14), INDEX_OWNER {_NAME}, INDEX_NAME {_NAME}, LAST_CHANGE DATE",
)
def _constraints(session: Session, scope: str) -> Rows:
    for table in tables(session, scope):
        for each in table.constraints:
            is_key = each.kind in "PU"
            yield (
                table.owner, each.name, each.kind, table.name, each.condition or None, each.condition or None,
                each.parent_owner or None, each.parent or None, each.delete_rule if each.kind == "R" else None,
                "ENABLED", "NOT DEFERRABLE", "IMMEDIATE", "VALIDATED",
                "GENERATED NAME" if each.generated else "USER NAME",
                table.owner if is_key else None, each.name if is_key else None, moments.of_seconds(table.changed),
            )  # fmt: skip
    for found in views(session, scope):
        if found.read_only:
            yield (
                found.owner, f"SYS_C{found.id:09}", "O", found.name, None, None, None, None, None, "ENABLED",
                "NOT DEFERRABLE", "IMMEDIATE", "NOT VALIDATED", "GENERATED NAME", None, None,
                moments.of_seconds(found.changed),
            )  # fmt: skip


@family(
    "CONS_COLUMNS",
    f"OWNER {_NAME}, CONSTRAINT_NAME {_NAME}, TABLE_NAME {_NAME}, COLUMN_NAME VARCHAR2(4000), POSITION NUMBER",
)
def _cons_columns(session: Session, scope: str) -> Rows:
    for table in tables(session, scope):
        for each in table.constraints:
            for position, name in enumerate(each.columns, start=1):
                yield table.owner, each.name, table.name, name, None if each.kind == "C" else position


@family(
    "DEPENDENCIES",
    f"OWNER {_NAME}, NAME {_NAME}, TYPE VARCHAR2(19), REFERENCED_OWNER {_NAME}, REFERENCED_NAME {_NAME}, "
    f"REFERENCED_TYPE VARCHAR2(19), REFERENCED_LINK_NAME {_NAME}, DEPENDENCY_TYPE VARCHAR2(4)",
)
def _dependencies(session: Session, scope: str) -> Rows:
    model = session.instance.model
    for each in views(session, scope):
        for owner, name in each.dependencies:
            base = model.object(owner, name)
            kind = base.type if base is not None else "NON-EXISTENT"
            yield each.owner, each.name, "VIEW", owner, name, kind, None, "HARD"


@family(
    "ERRORS",
    f"OWNER {_NAME}, NAME {_NAME}, TYPE VARCHAR2(12), SEQUENCE NUMBER, LINE NUMBER, POSITION NUMBER, "
    "TEXT VARCHAR2(4000), ATTRIBUTE VARCHAR2(9), MESSAGE_NUMBER NUMBER",
)
def _errors(session: Session, scope: str) -> Rows:
    for each in views(session, scope):
        for sequence, problem in enumerate(each.problems, start=1):
            number = int(problem.text[4:9])
            # Oracle says line 0, position 0 of views, and so does this
            yield each.owner, each.name, "VIEW", sequence, 0, 0, problem.text, "ERROR", number


_PRIVILEGES = (
    f"GRANTEE {_NAME}, OWNER {_NAME}, TABLE_NAME {_NAME}, GRANTOR {_NAME}, PRIVILEGE VARCHAR2(40), "
    "GRANTABLE VARCHAR2(3), HIERARCHY VARCHAR2(3), COMMON VARCHAR2(3), TYPE VARCHAR2(24), INHERITED VARCHAR2(3)"
)


@view("DBA_TAB_PRIVS", _PRIVILEGES, restricted=True)
def _dba_tab_privs(session: Session) -> Rows:
    return _privileges(session, "DBA")


@view("USER_TAB_PRIVS", _PRIVILEGES)
def _user_tab_privs(session: Session) -> Rows:
    return _privileges(session, "USER")


@view("ALL_TAB_PRIVS", _PRIVILEGES.replace(" OWNER ", " TABLE_SCHEMA ").replace(
    f"GRANTEE {_NAME}, TABLE_SCHEMA {_NAME}, TABLE_NAME {_NAME}, GRANTOR {_NAME}",
    f"GRANTOR {_NAME}, GRANTEE {_NAME}, TABLE_SCHEMA {_NAME}, TABLE_NAME {_NAME}"))  # fmt: skip
def _all_tab_privs(session: Session) -> Rows:
    for grantee, owner, name, grantor, *rest in _privileges(session, "ALL"):
        yield (grantor, grantee, owner, name, *rest)


def _privileges(session: Session, scope: str) -> Rows:
    model = session.instance.model
    for each in model.grants:
        shown = scope == "DBA" or (
            rights.concerns(model, session.user, each)
            if scope == "ALL"
            else session.user in (each.grantee, each.owner, each.grantor)
        )
        if each.kind != "OBJECT" or not shown:
            continue
        found = model.object(each.owner, each.object)
        kind = found.type if found is not None else ("PACKAGE" if each.privilege == "EXECUTE" else "VIEW")
        yield (
            each.grantee, each.owner, each.object, each.grantor, each.privilege, yes(each.option), "NO", "NO", kind,
            "NO",
        )  # fmt: skip


@view("DICTIONARY", f"TABLE_NAME {_NAME}, COMMENTS VARCHAR2(4000)")
def _dictionary(_session: Session) -> Rows:
    return ((name, None) for name in sorted(VIEWS))
