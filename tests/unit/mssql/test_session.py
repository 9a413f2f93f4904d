# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How names and values get into statements, what arguments are refused, and what an error of the driver becomes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.arguments import checked_name, server_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import (
    Session,
    SqlProblem,
    Text,
    assembled,
    quoted,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, OutcomeUnknown


@given(st.text())
def test_that_a_quoted_name_is_one_identifier(name: str) -> None:
    text = quoted(name)
    assert text[0] == "["
    assert text[-1] == "]"
    assert text[1:-1].replace("]]", "").count("]") == 0
    assert text[1:-1].replace("]]", "]") == name


@given(st.text(min_size=1))
def test_that_no_value_is_in_the_batch(value: str) -> None:
    batch, values = assembled(["ALTER LOGIN [x] WITH PASSWORD = ", Text(value)])
    assert values == (value,)
    assert batch == assembled(["ALTER LOGIN [x] WITH PASSWORD = ", Text("other")])[0]
    assert batch.count("?") == 1


def test_that_quotes_in_a_name_stay_in_the_name() -> None:
    batch, _values = assembled(["CREATE DATABASE " + quoted("it's]")])
    assert "N'CREATE DATABASE [it''s]]]'" in batch


PARAMETERS: dict[str, Any] = {
    "server": "sql.exams.example", "connect_address": None, "port": 1433, "ca_certificates": None, "timeout": 15,
    "authentication": "sql", "login_user": "sa", "login_password": "S3cret!", "driver": None,
}  # fmt: skip


def test_what_a_connection_is_made_of() -> None:
    assert server_from(PARAMETERS) == Server("sql.exams.example", 1433, user="sa", password="S3cret!")


@pytest.mark.parametrize(
    "changes",
    [
        {"authentication": "windows", "login_user": None, "login_password": None},
        {"authentication": "entra_managed_identity", "login_user": None, "login_password": None},
        {"authentication": "entra_managed_identity", "login_password": None},
        {"authentication": "entra_service_principal"},
    ],
)
def test_who_may_log_in_how(changes: dict[str, Any]) -> None:
    assert server_from({**PARAMETERS, **changes}).authentication == changes["authentication"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"server": " "}, "server=' '"),
        ({"server": "sql\\LIVE"}, "it is no DNS name"),
        ({"port": 0}, "port=0"),
        ({"timeout": -1}, "timeout=-1"),
        ({"ca_certificates": "/nowhere"}, "no such file"),
        ({"login_user": None}, "needs login_user"),
        ({"login_password": ""}, "needs login_password"),
        ({"authentication": "entra_password", "login_user": None}, "needs login_user"),
        ({"authentication": "windows", "login_password": None}, "no login_user"),
        ({"authentication": "entra_managed_identity"}, "takes no login_password"),
    ],
)
def test_connections_that_cannot_be_meant(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameter, match=re.escape(message)) as caught:
        server_from({**PARAMETERS, **changes})
    assert "S3cret!" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "a\nb", "x" * 129, "\U0001f600" * 65])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(InvalidParameter, match="name="):
        checked_name("name", name)


def test_what_is_a_name() -> None:
    assert checked_name("name", "\U0001f600" * 64) == "\U0001f600" * 64


def test_what_an_error_of_the_driver_becomes() -> None:
    session = Session(Server("sql.exams.example", user="sa", password="S3cret!"), secrets=["N3w!"])
    text = "[42000] [Microsoft][ODBC Driver 18 for SQL Server][SQL Server]Not S3cret! or N3w! (15118) (SQLExecDirectW)"
    problem = session._problem(Exception("42000", text))
    assert isinstance(problem, SqlProblem)
    assert problem.number == 15118
    assert str(problem).endswith("found Not ******** or ******** (error 15118)")
    two = "[42000] [M][D][SQL Server]First. (3201); [42000] [M][D][SQL Server]Second. (3013) (SQLExecDirectW)"
    problem = session._problem(Exception("42000", two))
    assert isinstance(problem, SqlProblem)
    assert problem.number == 3201
    assert str(problem).endswith("found First. (error 3201); Second. (error 3013)")
    for state, text in (
        ("08S01", "[08S01] Communication link failure (10054) (SQLExecDirectW)"),
        ("HY000", "[HY000] [M][D][SQL Server]The session is in the kill state. (596) (SQLExecDirectW)"),
    ):
        assert isinstance(session._problem(Exception(state, text)), OutcomeUnknown)
