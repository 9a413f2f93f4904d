# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the Oracle database, by their numbers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

MESSAGES = {
    1: "unique constraint ({}) violated",
    54: "resource busy and acquire with NOWAIT specified or timeout expired",
    60: "deadlock detected while waiting for resource",
    900: "invalid SQL statement",
    902: "invalid datatype",
    903: "invalid table name",
    904: "{}: invalid identifier",
    905: "missing keyword",
    906: "missing left parenthesis",
    907: "missing right parenthesis",
    909: "invalid number of arguments",
    910: "specified length too long for its datatype",
    911: "invalid character",
    913: "too many values",
    918: "column ambiguously defined",
    922: "missing or invalid option",
    923: "FROM keyword not found where expected",
    925: "missing INTO keyword",
    926: "missing VALUES keyword",
    927: "missing equal sign",
    932: "inconsistent datatypes: expected {} got {}",
    933: "SQL command not properly ended",
    934: "group function is not allowed here",
    936: "missing expression",
    937: "not a single-group group function",
    942: "table or view does not exist",
    947: "not enough values",
    955: "name is already used by an existing object",
    957: "duplicate column name",
    969: "missing ON keyword",
    971: "missing SET keyword",
    972: "identifier is too long",
    979: "not a GROUP BY expression",
    988: "missing or invalid password(s)",
    990: "missing or invalid privilege",
    997: "illegal use of LONG datatype",
    1008: "not all variables bound",
    1013: "user requested cancel of current operation",
    1017: "invalid username/password; logon denied",
    1031: "insufficient privileges",
    1036: "illegal variable name/number",
    1045: "user {} lacks CREATE SESSION privilege; logon denied",
    1086: "savepoint '{}' never established in this session or is invalid",
    1400: "cannot insert NULL into ({})",
    1403: "no data found",
    1407: "cannot update ({}) to NULL",
    1422: "exact fetch returns more than requested number of rows",
    1426: "numeric overflow",
    1427: "single-row subquery returns more than one row",
    1430: "column being added already exists in table",
    1435: "user does not exist",
    1438: "value larger than specified precision allowed for this column",
    1439: "column to be modified must be empty to change datatype",
    1440: "column to be modified must be empty to decrease precision or scale",
    1441: "cannot decrease column length because some value is too big",
    1442: "column to be modified to NOT NULL is already NOT NULL",
    1451: "column to be modified to NULL cannot be modified to NULL",
    1453: "SET TRANSACTION must be first statement of transaction",
    1456: "may not perform insert, delete, update operation inside a READ ONLY transaction",
    1476: "divisor is equal to zero",
    1481: "invalid number format model",
    1536: "space quota exceeded for tablespace '{}'",
    1555: "snapshot too old: rollback segment number with name \"\" too small",
    1653: "unable to extend table {} by 128 in tablespace {}",
    1720: "grant option does not exist for '{}'",
    1722: "invalid number",
    1730: "invalid number of column names specified",
    1733: "virtual column not allowed here",
    1749: "you may not GRANT/REVOKE privileges to/from yourself",
    1758: "table must be empty to add mandatory (NOT NULL) column",
    1789: "query block has incorrect number of result columns",
    1790: "expression must have same datatype as corresponding expression",
    1795: "maximum number of expressions in a list is 1000",
    1821: "date format not recognized",
    1830: "date format picture ends before converting entire input string",
    1839: "date not valid for month specified",
    1840: "input value not long enough for date format",
    1841: "(full) year must be between -4713 and +9999, and not be 0",
    1843: "not a valid month",
    1847: "day of month must be between 1 and last day of month",
    1858: "a non-numeric character was found where a numeric was expected",
    1861: "literal does not match format string",
    1917: "user or role '{}' does not exist",
    1918: "user '{}' does not exist",
    1919: "role '{}' does not exist",
    1920: "user name '{}' conflicts with another user or role name",
    1921: "role name '{}' conflicts with another user or role name",
    1922: "CASCADE must be specified to drop '{}'",
    1924: "role '{}' not granted or does not exist",
    1927: "cannot REVOKE privileges you did not grant",
    1932: "ADMIN option not granted for role '{}'",
    1940: "cannot drop a user that is currently connected",
    1950: "no privileges on tablespace '{}'",
    1951: "ROLE '{}' not granted to '{}'",
    1952: "system privileges not granted to '{}'",
    2260: "table can have only one primary key",
    2261: "such unique or primary key already exists in the table",
    2264: "name already used by an existing constraint",
    2270: "no matching unique or primary key for this column-list",
    2273: "this unique/primary key is referenced by some foreign keys",
    2290: "check constraint ({}) violated",
    2291: "integrity constraint ({}) violated - parent key not found",
    2292: "integrity constraint ({}) violated - child record found",
    2293: "cannot validate ({}) - check constraint violated",
    2296: "cannot enable ({}) - null values found",
    2298: "cannot validate ({}) - parent keys not found",
    2299: "cannot validate ({}) - duplicate keys found",
    2379: "profile {} already exists",
    2380: "profile {} does not exist",
    2382: "profile {} has users assigned, cannot drop without CASCADE",
    2391: "exceeded simultaneous SESSIONS_PER_USER limit",
    2396: "exceeded maximum idle time, please connect again",
    2437: "cannot validate ({}) - primary key violated",
    2442: "Cannot drop nonexistent unique key",
    2443: "Cannot drop constraint  - nonexistent constraint",
    2449: "unique/primary keys in table referenced by foreign keys",
    3001: "unimplemented feature",
    4021: "timeout occurred while waiting to lock object {}",
    4043: "object {} does not exist",
    4063: "{} has errors",
    6502: "PL/SQL: numeric or value error{}",
    6512: "at line {}",
    6550: "line {}, column {}:\n{}",
    12899: 'value too large for column {} (actual: {}, maximum: {})',
    12983: "cannot drop all columns in a table",
    12991: "column is referenced in a multi-column constraint",
    12992: "cannot drop parent key column",
    22992: "cannot use LOB locators selected from remote tables",
    26701: "STREAMS process {} does not exist",
    26786: "A row with key {} exists but has conflicting column(s) in table {}",
    28000: "The account is locked.",
    28001: "the password has expired",
    28002: "the password will expire within {} days",
    28003: "password verification for the specified password failed",
    28007: "the password cannot be reused",
    28008: "invalid old password",
    28013: "the password has expired and must be changed",
    28201: "password rollover is not possible",
    30006: "resource busy; acquire with WAIT timeout expired",
    30926: "unable to get a stable set of rows in the source tables",
    38104: "Columns referenced in the ON Clause cannot be updated: {}",
}  # fmt: skip


class OracleError(Exception):
    """An error that the client gets; the session goes on."""

    def __init__(self, number: int, *words: object, position: int = 0, message: str | None = None) -> None:
        """Describe it.

        Args:
            number: as in ORA-00942.
            words: what fills the places of its message.
            position: where in the statement, in characters.
            message: instead of the one that belongs to the number.
        """
        text = MESSAGES.get(number, "a fault that was asked for") if message is None else message
        self.number, self.position = number, position
        self.message = f"ORA-{number:05}: {text.format(*words) if message is None else text}"
        self.rows = 0
        """How many rows of a batch were done before it."""
        super().__init__(self.message)


def refused(what: str, position: int = 0) -> OracleError:
    """Return the error for what Oracle knows and the emulator does not."""
    return OracleError(900, position=position, message=f"invalid SQL statement: the emulator does not know {what}")


def follows(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Decorate what reads or binds statements: nested deeper than it can follow, they are refused."""

    @functools.wraps(function)
    def follow(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
        try:
            return function(*arguments, **named)
        except RecursionError:
            pass
        # outside of the handler, so that nobody keeps the thousand frames that were left
        raise refused("expressions, conditions or queries as deep in each other as these")

    return follow
