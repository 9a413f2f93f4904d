# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What drivers ask about parameters and types before they send values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.sql.engine.bind_changes import ChangeBinder
from emulators.sql.engine.errors import refused
from emulators.sql.engine.scope import Bound
from emulators.sql.engine.types import INT, SYSNAME, SYSTEM_TYPE_IDS, UNKNOWN, SqlType, Value, nvarchar
from emulators.sql.tds.types import TOKENS
from emulators.sql.tsql import rows
from emulators.sql.tsql.batch import Batch, parse
from emulators.sql.tsql.catalogue import SessionCatalogue

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session

_SMALL, _TINY, _BIT = SqlType("smallint"), SqlType("tinyint"), SqlType("bit")


def _columns(text: str, types: dict[str, SqlType]) -> tuple[Bound, ...]:
    return tuple(
        Bound("", types[kind], name=name) for name, _unused, kind in (each.partition(":") for each in text.split())
    )


_TYPES = {"i": INT, "n": SYSNAME, "x": nvarchar(256), "s": _SMALL, "t": _TINY, "b": _BIT}
_PARAMETERS = _columns(
    "parameter_ordinal:i name:n suggested_system_type_id:i suggested_system_type_name:x suggested_max_length:s "
    "suggested_precision:t"
    " suggested_scale:t suggested_user_type_id:i suggested_user_type_database:n suggested_user_type_schema:n "
    "suggested_user_type_name:n"
    " suggested_assembly_qualified_type_name:x suggested_xml_collection_id:i suggested_xml_collection_database:n"
    " suggested_xml_collection_schema:n suggested_xml_collection_name:n suggested_is_xml_document:b "
    "suggested_is_case_sensitive:b"
    " suggested_is_fixed_length_clr_type:b suggested_is_input:b suggested_is_output:b formal_parameter_name:n "
    "suggested_tds_type_id:i"
    " suggested_tds_length:i",
    _TYPES,
)
_DATATYPES = _columns(
    "TYPE_NAME:n DATA_TYPE:s PRECISION:i LITERAL_PREFIX:x LITERAL_SUFFIX:x CREATE_PARAMS:x NULLABLE:s "
    "CASE_SENSITIVE:s SEARCHABLE:s"
    " UNSIGNED_ATTRIBUTE:s MONEY:s AUTO_INCREMENT:s LOCAL_TYPE_NAME:n MINIMUM_SCALE:s MAXIMUM_SCALE:s SQL_DATA_TYPE:s"
    " SQL_DATETIME_SUB:s NUM_PREC_RADIX:i INTERVAL_PRECISION:s USERTYPE:s",
    _TYPES,
)
# ODBC's number of a type: name, size, usertype
_ODBC_TYPES: dict[int, tuple[str, int, int]] = {
    -9: ("nvarchar", 4000, 0), -8: ("nchar", 4000, 0), 12: ("varchar", 8000, 2), 1: ("char", 8000, 1), -2: ("binary",
    8000, 3),
    -3: ("varbinary", 8000, 4), 93: ("datetime2", 27, 0), 11: ("datetime", 23, 12), 91: ("date", 10, 0), 4: ("int",
    10, 7),
    5: ("smallint", 5, 6), -5: ("bigint", 19, 0), -6: ("tinyint", 3, 5), -7: ("bit", 1, 16), 6: ("float", 53, 8),
    7: ("real", 24, 23),
    3: ("decimal", 38, 24), 2: ("numeric", 38, 10), -11: ("uniqueidentifier", 36, 0), -10: ("nvarchar(max)",
    2**30 - 1, 0),
    -1: ("varchar(max)", 2**31 - 1, 0), -4: ("varbinary(max)", 2**31 - 1, 0), -152: ("xml", 0, 0), -154: ("time", 16,
    0),
    -155: ("datetimeoffset", 34, 0),
}  # fmt: skip


def undeclared_parameters(session: Session, text: str) -> None:
    """Send the types that the parameters of a statement must have. Raises SqlError 11501 if one cannot be found."""
    variables: list[str] = []
    for token in Batch(text).tokens:
        if token.kind == "variable" and not token.value.startswith("@@") and token.value not in variables:
            variables.append(token.value)
    before, session.variables = session.variables, dict.fromkeys(variables, (UNKNOWN, None))
    inferred: dict[str, SqlType] = {}
    try:
        for each in parse(text):
            if each.node is None:
                raise refused(f"parameters of {each.name} whose types are not declared")
            binder = ChangeBinder(SessionCatalogue(session))
            rows.bind(session, each.node, binder)
            inferred |= binder.inferred
    finally:
        session.variables = before
    session.output.columns(_PARAMETERS)
    session.output.rows(
        [_described(n, name, inferred.get(name, nvarchar(4000))) for n, name in enumerate(variables, start=1)]
    )
    session.output.done(len(variables), "SELECT")


def _described(number: int, name: str, kind: SqlType) -> tuple[Value, ...]:
    system = SYSTEM_TYPE_IDS[kind.name]
    tds_length = 0xFFFF if kind.length == -1 or kind.name == "xml" else kind.bytes
    return (
        number, name, system, str(kind), kind.bytes, kind.declared_precision, kind.declared_scale, None, None, None,
        None, None,
        None, None, None, None, 0, 0, 0, 1, 0, None, TOKENS[kind.name], tds_length,
    )  # fmt: skip


def datatype_info(session: Session, wanted: int) -> None:
    """Send what SQLGetTypeInfo wants to know of a type by ODBC's number, or of all for 0."""
    found = [(number, *each) for number, each in _ODBC_TYPES.items() if wanted in (0, number)]
    session.output.columns(_DATATYPES)
    session.output.rows([
        (name, number, size, None, None, None, 1, 0, 3, None, 0, 0, name, None, None, number, None, None, None,
        usertype)
        for number, name, size, usertype in found
    ])  # fmt: skip
    session.output.done(len(found), "SELECT")
