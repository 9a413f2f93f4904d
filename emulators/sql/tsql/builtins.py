# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions of Transact-SQL: what each takes and returns. One that is not here is error 195, by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.bind import Binder, literal
from emulators.sql.engine.collations import order_of
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.functions import call, spell
from emulators.sql.engine.scope import AGGREGATE_NAMES, Bound, Scope
from emulators.sql.engine.types import (
    BIGINT,
    BINARIES,
    DATES,
    INT,
    MAX,
    SYSNAME,
    SqlType,
    declared,
    nvarchar,
    unify,
)
from emulators.sql.tsql.aggregates import TEXT, aggregate, check_count
from emulators.sql.tsql.date_functions import date_part

VARIANT = SqlType("sql_variant")


_VARCHAR = SqlType("varchar", 8000)


_DATETIME2 = SqlType("datetime2", scale=7)


# Functions on strings: how many arguments (least, most), and the result: a type, or "first" for that of the first
# argument.
_STRINGS: dict[str, tuple[int, int, SqlType | str]] = {
    "LEN": (1, 1, INT), "UPPER": (1, 1, "first"), "LOWER": (1, 1, "first"), "LTRIM": (1, 1, "first"), "RTRIM": (1, 1,
    "first"),
    "TRIM": (1, 1, "first"), "REVERSE": (1, 1, "first"), "LEFT": (2, 2, "first"), "RIGHT": (2, 2, "first"),
    "SUBSTRING": (3, 3, "first"), "CHARINDEX": (2, 3, INT), "REPLACE": (3, 3, "long"), "REPLICATE": (2, 2, "long"),
    "STUFF": (4, 4, "long"), "QUOTENAME": (1, 2, nvarchar(258)), "ASCII": (1, 1, INT), "UNICODE": (1, 1, INT),
}  # fmt: skip


_OF_NUMBERS = {"SPACE": _VARCHAR, "CHAR": SqlType("char", 1), "NCHAR": SqlType("nchar", 1)}


# What the session knows: argument types, result.
SESSION: dict[str, tuple[tuple[SqlType, ...], SqlType]] = {
    "DB_NAME": ((INT,), SYSNAME), "DB_ID": ((SYSNAME,), SqlType("smallint")), "OBJECT_ID": ((TEXT, SYSNAME), INT),
    "OBJECT_NAME": ((INT, INT), SYSNAME), "OBJECT_SCHEMA_NAME": ((INT, INT), SYSNAME), "SCHEMA_NAME": ((INT,), SYSNAME),
    "SCHEMA_ID": ((SYSNAME,), INT), "SUSER_SNAME": ((SqlType("varbinary", 85),), SYSNAME), "SUSER_NAME": ((INT,),
    SYSNAME),
    "ORIGINAL_LOGIN": ((), SYSNAME), "SYSTEM_USER": ((), SYSNAME), "SUSER_SID": ((SYSNAME,), SqlType("varbinary", 85)),
    "USER_NAME": ((INT,), SYSNAME), "CURRENT_USER": ((), SYSNAME), "SESSION_USER": ((), SYSNAME), "USER": ((), SYSNAME),
    "USER_ID": ((SYSNAME,), INT), "DATABASE_PRINCIPAL_ID": ((SYSNAME,), INT), "HOST_NAME": ((), SYSNAME),
    "APP_NAME": ((), SYSNAME),
    "IS_SRVROLEMEMBER": ((SYSNAME, SYSNAME), INT), "IS_MEMBER": ((SYSNAME,), INT), "IS_ROLEMEMBER": ((SYSNAME,
    SYSNAME), INT),
    "HAS_PERMS_BY_NAME": ((SYSNAME, SYSNAME, SYSNAME), INT), "HAS_DBACCESS": ((SYSNAME,), INT),
    "COLLATIONPROPERTY": ((SYSNAME, SYSNAME), VARIANT),
    "SERVERPROPERTY": ((SYSNAME,), VARIANT), "DATABASEPROPERTYEX": ((SYSNAME, SYSNAME), VARIANT),
    "CONNECTIONPROPERTY": ((SYSNAME,), VARIANT), "LOGINPROPERTY": ((SYSNAME, SYSNAME), VARIANT),
    "SCOPE_IDENTITY": ((), SqlType("numeric", precision=38)), "IDENT_CURRENT": ((SYSNAME,), SqlType("numeric",
    precision=38)),
    "XACT_STATE": ((), SqlType("smallint")), "PWDCOMPARE": ((SYSNAME, SqlType("varbinary", 256)), INT),
    "PWDENCRYPT": ((SYSNAME,), SqlType("varbinary", 128)), "TYPE_NAME": ((INT,), SYSNAME), "NEWID": ((),
    SqlType("uniqueidentifier")),
    "ERROR_NUMBER": ((), INT), "ERROR_MESSAGE": ((), TEXT), "ERROR_SEVERITY": ((), INT), "ERROR_STATE": ((), INT),
    "ERROR_LINE": ((), INT),
    "GETDATE": ((), SqlType("datetime")), "GETUTCDATE": ((), SqlType("datetime")), "CURRENT_TIMESTAMP": ((),
    SqlType("datetime")),
    "SYSDATETIME": ((), _DATETIME2), "SYSUTCDATETIME": ((), _DATETIME2), "SYSDATETIMEOFFSET": ((),
    SqlType("datetimeoffset", scale=7)),
    "OBJECTPROPERTY": ((INT, SYSNAME), INT), "COLUMNPROPERTY": ((INT, SYSNAME, SYSNAME), INT), "COL_NAME": ((INT,
    INT), SYSNAME),
    "FULLTEXTSERVICEPROPERTY": ((SYSNAME,), INT),
}  # fmt: skip


def function(binder: Binder, node: tree.Call, scope: Scope) -> Bound:
    """Return a function bound to its arguments. Raises SqlError 174 or 195."""
    name = node.name
    if name in AGGREGATE_NAMES or node.window is not None:
        return aggregate(binder, node, scope)
    if node.distinct or node.within:
        raise refused(f"{name} with DISTINCT or WITHIN GROUP")
    if name in ("DATEADD", "DATEDIFF", "DATEPART"):
        return _date(binder, node, scope)
    if name in SESSION:
        return _session(binder, node, scope)
    bounds = [binder.value(each, scope) for each in node.arguments]
    if name in _STRINGS:
        return _string(binder, name, bounds)
    if (maker := _OTHERS.get(name)) is not None:
        return maker(binder, name, bounds)
    if name in _OF_NUMBERS:
        check_count(name, bounds, 1, 1)
        return Bound(call("text", (name,), binder.coerce(bounds[0], INT).sql), _OF_NUMBERS[name])
    if name in ("ABS", "FLOOR", "CEILING", "SIGN", "ROUND"):
        check_count(name, bounds, 1, 2 if name == "ROUND" else 1)
        first = bounds[0] if bounds[0].type.is_number else binder.coerce(bounds[0], SqlType("float"))
        kind = (
            replace(first.type, scale=0)
            if name in ("FLOOR", "CEILING") and first.type.name in ("decimal", "numeric")
            else first.type
        )
        rest = [binder.coerce(each, INT).sql for each in bounds[1:]]
        return Bound(call("number", (name, spell(kind)), first.sql, *rest), kind)
    raise SqlError(195, f"'{name}' is not a recognized built-in function name.", severity=15)


def _string(binder: Binder, name: str, bounds: list[Bound]) -> Bound:
    least, most, result = _STRINGS[name]
    check_count(name, bounds, least, most)
    arguments = []
    for number, each in enumerate(bounds):
        is_text = number == 0 or (
            name in ("CHARINDEX", "REPLACE", "QUOTENAME") and number < 3 and not (name == "CHARINDEX" and number == 2)
        )
        is_text = is_text or (name == "STUFF" and number == 3)
        if not is_text:
            arguments.append(binder.coerce(each, INT))
        elif each.type.is_string:
            arguments.append(each)
        elif each.type.name in BINARIES and name == "SUBSTRING":
            length = binder.coerce(bounds[2], INT).sql
            sql = f"substr({each.sql}, {binder.coerce(bounds[1], INT).sql}, {length})"
            return Bound(sql, replace(each.type, name="varbinary", length=each.type.bytes))
        else:
            arguments.append(binder.coerce(each, _VARCHAR))
    order = order_of(arguments[0].type.collation or binder.catalogue.collation)
    first = arguments[0].type
    if isinstance(result, str):
        name_of = {"char": "varchar", "nchar": "nvarchar"}.get(first.name, first.name)
        longest = MAX if first.length == MAX else 8000 if name_of == "varchar" else 4000
        kind = replace(first, name=name_of, length=longest if result == "long" else first.length)
    else:
        kind = result
    return Bound(call("text", (name, order), *(each.sql for each in arguments)), kind)


def _date(binder: Binder, node: tree.Call, scope: Scope) -> Bound:
    first, *rest = node.arguments
    if not isinstance(first, tree.Column) or len(first.name) != 1:
        raise SqlError(1023, f"Invalid parameter 1 specified for {node.name.lower()}.", severity=15)
    part = date_part(first.name[0])
    bounds = [binder.value(each, scope) for each in rest]
    check_count(node.name, bounds, 1 if node.name == "DATEPART" else 2, 1 if node.name == "DATEPART" else 2)
    if node.name == "DATEADD":
        count, moment = binder.coerce(bounds[0], INT), _moment(binder, bounds[1])
        return Bound(call("dateadd", (part, spell(moment.type)), count.sql, moment.sql), moment.type)
    moments = [_moment(binder, each) for each in bounds]
    words = (part, *(spell(each.type) for each in moments))
    return Bound(call(node.name.lower(), words, *(each.sql for each in moments)), INT)


def _moment(binder: Binder, bound: Bound) -> Bound:
    return (
        bound
        if bound.type.name in DATES
        else binder.coerce(bound, _DATETIME2 if bound.type.is_string else SqlType("datetime"))
    )


def _session(binder: Binder, node: tree.Call, scope: Scope) -> Bound:
    types, result = SESSION[node.name]
    bounds = [binder.value(each, scope) for each in node.arguments]
    check_count(node.name, bounds, 0, len(types))
    arguments = [binder.coerce(each, kind).sql for each, kind in zip(bounds, types, strict=False)]
    return Bound(f"session_call({', '.join([literal(node.name), *arguments])})", result)


def _isnull(binder: Binder, name: str, bounds: list[Bound]) -> Bound:
    check_count(name, bounds, 2, 2)
    first = bounds[1].type if bounds[0].type.name == "null" else bounds[0].type
    second = binder.coerce(bounds[1], first)
    return Bound(f"ifnull({bounds[0].sql}, {second.sql})", first, second.nullable)


def _coalesce(binder: Binder, name: str, bounds: list[Bound]) -> Bound:
    check_count(name, bounds, 2, 1000)
    same, kind = binder.same_type(*bounds)
    return Bound(f"coalesce({', '.join(each.sql for each in same)})", kind, all(each.nullable for each in same))


def _nullif(binder: Binder, name: str, bounds: list[Bound]) -> Bound:
    check_count(name, bounds, 2, 2)
    return Bound(f"(CASE WHEN {binder.compare('=', *bounds)} THEN NULL ELSE {bounds[0].sql} END)", bounds[0].type)


def _concat(binder: Binder, name: str, bounds: list[Bound]) -> Bound:
    check_count(name, bounds, 2, 254)
    texts = [each if each.type.is_string else binder.coerce(each, _VARCHAR) for each in bounds]
    kind = SqlType("varchar", 1)
    for each in texts:
        kind = unify(kind, each.type)
    length = MAX if kind.length == MAX else 4000 if kind.name.startswith("n") else 8000
    kind = SqlType("nvarchar" if kind.name.startswith("n") else "varchar", length, collation=kind.collation)
    return Bound(
        call("concat", ("separated",) if name == "CONCAT_WS" else (), *(each.sql for each in texts)),
        kind,
        nullable=False,
    )


def _datalength(_binder: Binder, name: str, bounds: list[Bound]) -> Bound:
    check_count(name, bounds, 1, 1)
    return Bound(
        call("datalength", (spell(bounds[0].type),), bounds[0].sql), BIGINT if bounds[0].type.length == MAX else INT
    )


def _hashbytes(binder: Binder, name: str, bounds: list[Bound]) -> Bound:
    check_count(name, bounds, 2, 2)
    value = bounds[1]
    if not (value.type.is_string or value.type.name in BINARIES):
        raise SqlError(8116, f"Argument data type {value.type.name} is invalid for argument 2 of hashbytes function.")
    return Bound(
        call("hashbytes", (spell(value.type),), binder.coerce(bounds[0], SYSNAME).sql, value.sql),
        SqlType("varbinary", 8000),
    )


def _part(binder: Binder, name: str, bounds: list[Bound]) -> Bound:
    check_count(name, bounds, 1, 1)
    moment = _moment(binder, bounds[0])
    return Bound(call("datepart", (name, spell(moment.type)), moment.sql), INT)


def _power(binder: Binder, name: str, bounds: list[Bound]) -> Bound:
    check_count(name, bounds, 1, 1)
    return Bound(f"sqrt({binder.coerce(bounds[0], declared('float')).sql})", declared("float"))


_OTHERS: dict[str, Callable[[Binder, str, list[Bound]], Bound]] = {
    "ISNULL": _isnull, "COALESCE": _coalesce, "NULLIF": _nullif, "CONCAT": _concat, "CONCAT_WS": _concat,
    "SQRT": _power,
    "DATALENGTH": _datalength, "HASHBYTES": _hashbytes, "YEAR": _part, "MONTH": _part, "DAY": _part,
}  # fmt: skip
