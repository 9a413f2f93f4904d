# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections: what is refused before anything is sent, and what is said of a refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle import rejected_logins
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.arguments import (
    CONNECTION_ARGUMENTS,
    server_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.failures import is_lost, refused
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import (
    checked_name,
    checked_object,
    quoted,
    shown,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.refusals import refusal
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import (
    LoginRejected,
    Server,
    ServiceUnknown,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.statements import Text, assembled, position_in
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    InvalidParameter,
    Problem,
    Unreachable,
)

GIVEN = {"server": "db.exams.example", "service_name": "eugex", "login_user": "ME", "login_password": "Secret-1"}


def params(**changes: Any) -> dict[str, Any]:
    return {**{key: each.get("default") for key, each in CONNECTION_ARGUMENTS.items()}, **GIVEN, **changes}


def test_that_arguments_become_a_server() -> None:
    server = server_from(params(connect_address="127.0.0.9"))
    assert str(server) == "Oracle db.exams.example at 127.0.0.9 port 2484 service eugex"
    assert "Secret-1" not in repr(server)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"server": None}, "server=None is refused"),
        ({"service_name": "(x)"}, "service_name"),
        ({"server": "a/b"}, "it is no DNS name"),
        ({"descriptor": "(DESCRIPTION=…)"}, "the descriptor says it"),
        ({"port": 0}, "port=0"),
        ({"timeout": 0}, "timeout=0"),
        ({"login_password": None}, "login_password=None is refused"),
        ({"login_password": 'a"b'}, r"login_password='\*+' is refused"),
        ({"ca_certificates": "/not/there"}, "there is nothing of the kind"),
        ({"client_directory": "/"}, "thin mode has no client libraries"),
        ({"thick_mode": True, "connect_address": "127.0.0.1"}, "thick mode verifies by its wallet"),
        ({"login_user": None, "login_password": None, "wallet_directory": "/"}, "nobody is said to log in"),
    ],
)
def test_that_what_cannot_be_meant_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameter, match=message) as caught:
        server_from(params(**changes))
    assert "Secret-1" not in str(caught.value)


@pytest.mark.parametrize(
    ("message", "kind", "number"),
    [
        ("ORA-01017: invalid credential or not authorized", LoginRejected, 1017),
        ("ORA-28000: The account is locked.", LoginRejected, 28000),
        ("ORA-28001: The account has expired", LoginRejected, 28001),
        ("ORA-01045: Login denied. User X does not have CREATE SESSION privilege.", LoginRejected, 1045),
        ('DPY-6001: Service "x" is not registered with the listener', ServiceUnknown, 0),
        ("ORA-12514: cannot connect to database", ServiceUnknown, 0),
        ("DPY-6005: cannot connect to database\nConnection refused", Unreachable, 0),
    ],
)
def test_that_refusals_are_told_apart(message: str, kind: type[Problem], number: int) -> None:
    problem = refusal(Server("db", service="x", user="ME"), message)
    assert type(problem) is kind
    assert getattr(problem, "number", 0) == number


def test_that_names_are_folded_unless_they_are_quoted() -> None:
    assert checked_name("x", "Exam_Connect") == "EXAM_CONNECT"
    assert checked_name("x", '"Exam Connect"') == "Exam Connect"
    assert checked_object("x", 'hub."My Table"') == ("HUB", "My Table")
    assert shown("HUB", "My Table") == 'HUB."My Table"'
    for wrong in ("", "1a", "a b", 'a"b', '""', '"a""b"', "a" * 129, "a;drop"):
        with pytest.raises(InvalidParameter):
            checked_name("x", wrong)


@given(st.text())
def test_that_whatever_is_quoted_is_one_identifier(text: str) -> None:
    found = quoted(text)
    assert found[0] == found[-1] == '"'
    assert '"' not in found[1:-1]


def test_that_a_block_holds_statements_and_no_secret() -> None:
    block, binds = assembled([["DROP VIEW X"], ['ALTER USER X IDENTIFIED BY "', Text("Secret-1"), '"']])
    assert block.splitlines()[1:3] == ["EXECUTE IMMEDIATE :s1_0;", "EXECUTE IMMEDIATE :s2_0 || :s2_1 || :s2_2;"]
    assert "Secret-1" not in block
    assert binds["s2_1"] == "Secret-1"


def test_that_the_statement_that_failed_is_found() -> None:
    assert position_in("ORA-00942: table or view does not exist\nORA-06512: at line 3") == 1
    nested = 'ORA-20000: no\nORA-06512: at "HUB.TRIGGER", line 12\nORA-06512: at line 9\nORA-06512: at line 2'
    assert position_in(nested) == 0


def test_that_a_rejected_password_is_remembered_until_it_changes(tmp_path: Path) -> None:
    server = Server("db", service="x", user="ME", password="Wrong-1", rejected_logins=str(tmp_path / "memory"))
    rejected_logins.check(server)
    rejected_logins.remember(server)
    with pytest.raises(LoginRejected, match="is not tried again"):
        rejected_logins.check(server)
    (path,) = (tmp_path / "memory").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert "Wrong-1" not in path.read_text()
    for other in ({"password": "Wrong-2"}, {"user": "OTHER"}, {"service": "y"}, {"rejected_logins": None}):
        rejected_logins.check(Server(**{**vars(server), **other}))
    rejected_logins.forget(server)
    rejected_logins.check(server)
    path.write_text("no JSON")
    with pytest.raises(Problem, match="cannot be read which password was rejected"):
        rejected_logins.check(server)


def test_that_a_broken_connection_is_told_from_a_refusal() -> None:
    assert is_lost(TimeoutError("timed out"))
    assert not is_lost(ValueError("no"))
    problem = refused("ORA-00054: resource busy\nORA-06512: at line 4\nHelp: https://docs.example/", "here")
    assert (problem.number, problem.position) == (54, 2)
    assert problem.found == "ORA-00054: resource busy"
    assert "ddl_lock_timeout" in str(problem.remedy)
