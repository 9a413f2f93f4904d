# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an account can do in a database, as its own login finds it. Reads only.

The dictionary, as the login sees it, says what it might read; each of that is then tried, many objects in a round trip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.failures import SqlProblem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import checked_object, quoted, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

Object = tuple[str, str]
"""Schema and name."""

REFUSALS = frozenset({942, 1031})
"""By these an account learns that it may not read an object."""

_TOGETHER = 100
"""Objects that are tried in one statement."""
_READING = ("SELECT", "READ")
_MAINTAINED_FROM = (12, 1)

_ACCOUNT = """
SELECT username, expiry_date, SYSDATE, SYS_CONTEXT('USERENV', 'NETWORK_PROTOCOL'),
SYS_CONTEXT('USERENV', 'SERVICE_NAME') FROM user_users"""
_OBJECTS = """
SELECT DISTINCT owner, object_name FROM all_objects
WHERE object_type IN ('TABLE', 'VIEW', 'MATERIALIZED VIEW') AND owner NOT IN ({oracle})"""
_OWN = """
SELECT DISTINCT object_name FROM user_objects WHERE object_type IN ('TABLE', 'VIEW', 'MATERIALIZED VIEW', 'SEQUENCE',
'PROCEDURE', 'FUNCTION', 'PACKAGE', 'TYPE', 'SYNONYM', 'TRIGGER', 'DATABASE LINK', 'JOB', 'QUEUE')"""
# the views also have what the account itself has granted to others; what PUBLIC may do with Oracle's own is no grant of
# anybody here
_GRANTS = """
SELECT table_schema, table_name, privilege, grantable{column} FROM {view}
WHERE grantee = USER OR grantee IN (SELECT role FROM session_roles)
OR (grantee = 'PUBLIC' AND table_schema NOT IN ({oracle}))"""

_ORACLE = "SELECT username FROM all_users WHERE oracle_maintained = 'Y'"
_ORACLE_11G = (
    "'ANONYMOUS', 'APEX_030200', 'APEX_PUBLIC_USER', 'APPQOSSYS', 'CTXSYS', 'DBSNMP', 'DIP', 'DMSYS', 'DVF', 'DVSYS', "
    "'EXFSYS', 'FLOWS_FILES', 'LBACSYS', 'MDDATA', 'MDSYS', 'MGMT_VIEW', 'OLAPSYS', 'ORACLE_OCM', 'ORDDATA', "
    "'ORDPLUGINS', 'ORDSYS', 'OUTLN', 'OWBSYS', 'OWBSYS_AUDIT', 'SI_INFORMTN_SCHEMA', 'SPATIAL_CSW_ADMIN_USR', "
    "'SPATIAL_WFS_ADMIN_USR', 'SYS', 'SYSMAN', 'SYSTEM', 'TSMSYS', 'WK_TEST', 'WKPROXY', 'WKSYS', 'WMSYS', 'XDB', "
    "'XS$NULL'"
)
"""The accounts that 11.2 brings, which does not mark them. One that is missing here makes the account seem to be able
to do more, never less."""


class Privilege(NamedTuple):
    """A privilege on an object, or on one of its columns."""

    schema: str
    object: str
    name: str
    grantable: bool = False
    """Whether the account may pass it on."""
    column: str | None = None

    def __str__(self) -> str:
        """Return it as a list shows it."""
        columns = f" ({shown(self.column)})" if self.column else ""
        option = " WITH GRANT OPTION" if self.grantable else ""
        return f"{self.name}{columns}{option} on {shown(self.schema, self.object)}"


@dataclass(frozen=True)
class Answer:
    """What came of reading an object."""

    populated: bool | None = None
    """Whether it has a row, None if it could not be read."""
    number: int | None = None
    """Oracle's number of the error, None if it could be read."""
    error: str | None = None


@dataclass(frozen=True)
class Access:
    """What the dictionary says and what trying came to."""

    user: str
    seen: frozenset[Object] = frozenset()
    """Tables and views that the account knows of, without Oracle's."""
    own: frozenset[str] = frozenset()
    privileges: frozenset[Privilege] = frozenset()
    failed: Mapping[Object, Answer] = field(default_factory=dict)
    """Of those that it might read, what cannot be read."""

    @property
    def granted(self) -> frozenset[Object]:
        """What the account, a role of it or everybody was given to read."""
        return frozenset((each.schema, each.object) for each in self.privileges if each.name in _READING)

    @property
    def candidates(self) -> list[Object]:
        """What it might read."""
        return sorted(self.seen | self.granted)


def requested(objects: Sequence[str], refused: Sequence[str]) -> tuple[list[Object], list[Object]]:
    """Return what is to be tried, of the options `objects` and `refused`. Pure.

    Raises:
        InvalidParameter: one is no SCHEMA.NAME, or is given twice.
    """
    found: tuple[list[Object], list[Object]] = ([], [])
    for parameter, names, those in zip(("objects", "refused"), (objects, refused), found, strict=True):
        for number, name in enumerate(names):
            each = checked_object(f"{parameter}[{number}]", name)
            if each in found[0] or each in found[1]:
                raise InvalidParameter(f"{parameter}[{number}]", name, "it is given twice", "Give it once.")
            those.append(each)
    return found


def survey(session: Session, objects: Sequence[Object], refused: Sequence[Object]) -> dict[str, object]:
    """Return the facts that module `oracle_access_info` documents.

    Args:
        session: of the account that it is about.
        objects: what it shall be able to read.
        refused: what it shall not be able to read.

    Raises:
        Problem: it did not get in, or the connection broke.
    """
    version = session.version
    ((user, expires, now, protocol, service),) = session.rows(_ACCOUNT)
    roles = {role for (role,) in session.rows("SELECT role FROM session_roles")}
    given = {role for (role,) in session.rows("SELECT granted_role FROM user_role_privs")}
    access = read_access(session, str(user), version)
    return {
        "user": user,
        "version": ".".join(map(str, version)),
        "connection": {"protocol": protocol, "service": service},
        "expires_in_days": None if expires is None else (expires - now).days,
        "objects": {shown(*each): wanted(try_reading(session, each)) for each in objects},
        "refused": {shown(*each): unwanted(try_reading(session, each)) for each in refused},
        **conclusions(access),
        "system_privileges": sorted(name for (name,) in session.rows("SELECT privilege FROM session_privs")),
        "roles": sorted(roles),
        "roles_not_enabled": sorted(given - roles),
    }


def read_access(session: Session, user: str, version: Sequence[int]) -> Access:
    """Return what the account might read, what of it it cannot, and what else it may do. Raises as `survey`."""
    oracle = _ORACLE if tuple(version) >= _MAINTAINED_FROM else _ORACLE_11G
    grants = _GRANTS.replace("{oracle}", oracle)
    whole = session.rows(grants.replace("{view}", "all_tab_privs").replace("{column}", ""))
    columns = session.rows(grants.replace("{view}", "all_col_privs").replace("{column}", ", column_name"))
    access = Access(
        user,
        frozenset((owner, name) for owner, name in session.rows(_OBJECTS.replace("{oracle}", oracle))),
        frozenset(name for (name,) in session.rows(_OWN)),
        frozenset(
            Privilege(schema, name, privilege, grantable == "YES", column[0] if column else None)
            for schema, name, privilege, grantable, *column in (*whole, *columns)
        ),
    )
    failed = unreadable(session, access.candidates)
    return Access(access.user, access.seen, access.own, access.privileges, failed)


def try_reading(session: Session, target: Object) -> Answer:
    """Return what comes of reading a row of an object, with all its columns. Raises ConnectionLost."""
    try:
        found = session.rows(" ".join(("SELECT * FROM", quoted(*target), "WHERE ROWNUM <= 1")))
    except SqlProblem as problem:
        return _failed(problem)
    return Answer(bool(found))


def unreadable(session: Session, candidates: Sequence[Object]) -> dict[Object, Answer]:
    """Return the objects that cannot be read, and why. No row is fetched: the server checks the right to read, and that
    the view is valid, when it parses a query. Raises ConnectionLost.
    """
    failed: dict[Object, Answer] = {}
    waiting = [candidates[first : first + _TOGETHER] for first in range(0, len(candidates), _TOGETHER)]
    while waiting:
        some = waiting.pop()
        try:
            session.rows(" UNION ALL ".join(" ".join(("SELECT 1 FROM", quoted(*each), "WHERE 1 = 0")) for each in some))
        except SqlProblem as problem:
            # one that fails hides nothing of the others: each half is tried alone
            if len(some) == 1:
                failed[some[0]] = _failed(problem)
            else:
                waiting += [some[: len(some) // 2], some[len(some) // 2 :]]
    return failed


def _failed(problem: SqlProblem) -> Answer:
    return Answer(number=problem.number, error=str(problem.found))


def wanted(answer: Answer) -> dict[str, Any]:
    """Return what is said of an object that shall be readable. Pure."""
    return {"readable": answer.number is None, "populated": answer.populated, "error": answer.error}


def unwanted(answer: Answer) -> dict[str, Any]:
    """Return what is said of an object that shall not be readable: an error that is no refusal proves nothing. Pure."""
    refused = None if answer.number is not None and answer.number not in REFUSALS else answer.number is not None
    return {"refused": refused, "populated": answer.populated, "error": answer.error}


def conclusions(access: Access) -> dict[str, list[str]]:
    """Return what the account can read, what it might and cannot, and what else it may do with objects. Pure."""
    unclear = {
        each: answer.error
        for each, answer in access.failed.items()
        # of what it merely knows of, a refusal is the answer; what it was given and cannot read is none
        if each in access.granted or answer.number not in REFUSALS
    }
    others = (each for each in access.privileges if each.name not in _READING or each.grantable)
    return {
        "readable": sorted(shown(*each) for each in access.candidates if each not in access.failed),
        "unclear": sorted(f"{shown(*each)}: {error}" for each, error in unclear.items()),
        "writable": sorted([*(f"ALL on {shown(access.user, each)}" for each in access.own), *map(str, others)]),
    }
