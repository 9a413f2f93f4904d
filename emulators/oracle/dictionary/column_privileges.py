# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Views of the dictionary about privileges on columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.oracle.dictionary.common import yes
from emulators.oracle.dictionary.registry import Rows, view
from emulators.oracle.engine import rights

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

_NAME = "VARCHAR2(128)"
_REST = f"COLUMN_NAME {_NAME}, PRIVILEGE VARCHAR2(40), GRANTABLE VARCHAR2(3), COMMON VARCHAR2(3), INHERITED VARCHAR2(3)"


@view(
    "ALL_COL_PRIVS",
    f"GRANTOR {_NAME}, GRANTEE {_NAME}, TABLE_SCHEMA {_NAME}, TABLE_NAME {_NAME}, {_REST}",
)
def _all_col_privs(session: Session) -> Rows:
    for grantee, owner, name, column, grantor, *rest in _privileges(session, every=False):
        yield (grantor, grantee, owner, name, column, *rest)


@view(
    "DBA_COL_PRIVS",
    f"GRANTEE {_NAME}, OWNER {_NAME}, TABLE_NAME {_NAME}, "
    + _REST.replace(", PRIVILEGE", f", GRANTOR {_NAME}, PRIVILEGE"),
    restricted=True,
)
def _dba_col_privs(session: Session) -> Rows:
    return _privileges(session, every=True)


def _privileges(session: Session, *, every: bool) -> Rows:
    model = session.instance.model
    for each in model.grants:
        found = model.object(each.owner, each.object)
        if each.kind != "COLUMN" or found is None or not (every or rights.concerns(model, session.user, each)):
            continue
        for column in found.columns:
            if column.id == each.column:
                yield (
                    each.grantee, each.owner, each.object, column.name, each.grantor, each.privilege, yes(each.option),
                    "NO", "NO",
                )  # fmt: skip
