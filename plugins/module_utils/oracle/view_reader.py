# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the views of a set, what uses them, and their history: in a few round trips, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.failures import SqlProblem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import quoted, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_history import deployments_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import (
    Dependent,
    Deployment,
    Grant,
    View,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_NOT_VISIBLE = (942, 1031)

_OBJECTS = """
SELECT object_name, object_type, status FROM all_objects
WHERE owner = :1 AND object_type NOT IN ('INDEX', 'LOB', 'TRIGGER') AND object_name IN {names}"""

_TEXTS = "SELECT view_name, text_length, text FROM all_views WHERE owner = :1 AND view_name IN {names}"

_COLUMNS = """
SELECT table_name, column_name FROM all_tab_columns
WHERE owner = :1 AND table_name IN {names} ORDER BY table_name, column_id"""

_COMMENTS = """
SELECT table_name, comments FROM all_tab_comments
WHERE owner = :1 AND comments IS NOT NULL AND table_name IN {names}"""

_COLUMN_COMMENTS = """
SELECT table_name, column_name, comments FROM all_col_comments
WHERE owner = :1 AND comments IS NOT NULL AND table_name IN {names}"""

_OWN_GRANTS = """
SELECT table_name, grantee, privilege, grantable FROM all_tab_privs
WHERE table_schema = :1 AND table_name IN {names}"""

_GRANTS = """
SELECT table_name, grantee, privilege, grantable FROM dba_tab_privs WHERE owner = :1 AND table_name IN {names}"""

_ERRORS = "SELECT name, text FROM all_errors WHERE owner = :1 AND name IN {names} ORDER BY name, sequence"

_DEPENDENTS = """
SELECT owner, name, type, referenced_owner, referenced_name FROM all_dependencies
WHERE (referenced_owner, referenced_name) IN {pairs}"""

_STATUS = """
SELECT owner, object_name, object_type, status FROM all_objects WHERE (owner, object_name) IN {pairs}"""

_DEPLOYMENTS = (
    "SELECT deployment, action, MIN(deployer), MIN(deployed_at) FROM {table} WHERE set_name = :1 "
    "GROUP BY deployment, action ORDER BY deployment"
)
_HISTORY = """
SELECT deployment, action, deployer, change_id, deployed_at, view_name, details, definition
FROM {table} WHERE set_name = :1 ORDER BY deployment, view_name"""


@dataclass(frozen=True)
class Objects:
    """What the dictionary says of some names."""

    types: Mapping[str, str]
    invalid: frozenset[str]


def read_user(session: Session) -> str:
    """Return who is logged in."""
    return str(session.value("SELECT USER FROM DUAL"))


def read_objects(session: Session, schema: str, names: Sequence[str]) -> Objects:
    """Return what there is of some names in a schema."""
    rows = session.rows_among(_OBJECTS, names, schema)
    return Objects(
        {name: kind for name, kind, _status in rows},
        frozenset(name for name, _kind, status in rows if status != "VALID"),
    )


def schema_known(session: Session, schema: str) -> bool:
    """Return whether there is such a schema."""
    return bool(session.value("SELECT COUNT(*) FROM all_users WHERE username = :1", schema))


def read_history(session: Session, schema: str, table: str, set_name: str) -> list[Deployment]:
    """Return what is recorded of a set."""
    query = _HISTORY.replace("{table}", quoted(schema, table))
    return deployments_of(session.rows(query, set_name), f"{session.where} table {shown(schema, table)}")


def read_deployments(session: Session, schema: str, table: str, set_name: str) -> dict[tuple[int, str], str]:
    """Return what messages say of the deployments of a set, by number and action, without what they hold."""
    query = _DEPLOYMENTS.replace("{table}", quoted(schema, table))
    return {
        (int(number), action): f"deployment {number} by {deployer} at {at:%Y-%m-%d %H:%M:%S} UTC"
        for number, action, deployer, at in session.rows(query, set_name)
    }


def read_set(
    session: Session, schema: str, user: str, names: Sequence[str], invalid: frozenset[str]
) -> dict[str, View]:
    """Return those of some views that are there.

    Raises:
        Problem: they cannot be read, or the database gave less of a text than it says that it has.
    """
    texts = session.rows_among(_TEXTS, names, schema)
    there = [name for name, _length, _text in texts]
    columns: dict[str, list[str]] = defaultdict(list)
    for table, column in session.rows_among(_COLUMNS, there, schema):
        columns[table].append(column)
    comments = dict(session.rows_among(_COMMENTS, there, schema))
    column_comments: dict[str, dict[str, str]] = defaultdict(dict)
    for table, column, text in session.rows_among(_COLUMN_COMMENTS, there, schema):
        column_comments[table][column] = text
    granted = session.rows_among(_OWN_GRANTS if user == schema else _GRANTS, there, schema)
    grants: dict[str, list[Grant]] = defaultdict(list)
    for table, grantee, privilege, grantable in granted:
        grants[table].append(Grant(privilege, grantee, grantable == "YES"))
    found = {}
    for name, length, text in texts:
        if length not in (len(text), len(text.encode())):
            raise Problem(
                f"the text of view {shown(schema, name)} was not read to its end",
                where=session.where,
                expected=f"{length} characters",
                found=str(len(text)),
                remedy="Tell the authors of this collection: it must not be compared.",
            )
        found[name] = View(
            name,
            tuple(columns[name]),
            text.strip(),
            comments.get(name),
            column_comments[name],
            frozenset(grants[name]),
            valid=name not in invalid,
        )
    return found


def read_errors(session: Session, schema: str, names: Sequence[str]) -> dict[str, str]:
    """Return why some views are invalid."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, text in session.rows_among(_ERRORS, names, schema):
        found[name].append(text)
    return {name: "; ".join(texts) for name, texts in found.items()}


def read_dependents(session: Session, schema: str, names: Sequence[str]) -> list[Dependent]:
    """Return all that uses some views, directly or not, without these."""
    own = {(schema, name) for name in names}
    uses: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    level, seen = sorted(own), set(own)
    while level:
        following = set()
        for owner, name, kind, used_owner, used in session.rows_of_pairs(_DEPENDENTS, level):
            if (owner, name) not in own:
                uses[owner, name, kind] |= {used} if (used_owner, used) in own else set()
                following |= {(owner, name)} - seen
        seen |= following
        level = sorted(following)
    status = session.rows_of_pairs(_STATUS, sorted({(owner, name) for owner, name, _kind in uses}))
    valid = {(owner, name, kind): found == "VALID" for owner, name, kind, found in status}
    return [Dependent(*key, valid.get(key, True), tuple(sorted(used))) for key, used in sorted(uses.items())]


def unknown_grantees(session: Session, views: Iterable[View]) -> frozenset[str]:
    """Return who shall get rights and is not there. Without the right to see the roles, none of these is unknown."""
    chosen = list(views)
    roles = {each for view in chosen for each in view.roles}
    users = {grant.grantee for view in chosen for grant in view.grants} - roles - {"PUBLIC"}
    found = session.rows_among("SELECT username FROM all_users WHERE username IN {names}", sorted(users))
    unknown = users - {name for (name,) in found}
    try:
        found = session.rows_among("SELECT role FROM dba_roles WHERE role IN {names}", sorted(roles))
    except SqlProblem as problem:
        if problem.number not in _NOT_VISIBLE:
            raise
        return frozenset(unknown)
    return frozenset(unknown | (roles - {name for (name,) in found}))
