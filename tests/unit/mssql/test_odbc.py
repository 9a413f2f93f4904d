# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which driver is chosen, what the connection string says, and what is never said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql import _odbc
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql._odbc import (
    Driver,
    connection_string,
    find_driver,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.refusals import refusal
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import (
    Authentication,
    DatabaseRefused,
    LoginRejected,
    Server,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, Unreachable

WHEEL = Driver("/somewhere/libmsodbcsql-18.so", "wheel")
EIGHTEEN, SEVENTEEN = _odbc.INSTALLED


def installed(monkeypatch: pytest.MonkeyPatch, *names: str, wheel: str | None = "/wheel/libmsodbcsql.so") -> None:
    monkeypatch.setattr(_odbc.pyodbc, "drivers", lambda: list(names))
    monkeypatch.setattr(_odbc, "_library_of_wheel", lambda: wheel)


@pytest.mark.parametrize(
    ("names", "wheel", "expected"),
    [
        ([SEVENTEEN, EIGHTEEN, "FreeTDS"], "/w", Driver(EIGHTEEN, "installed")),
        ([SEVENTEEN, "FreeTDS"], "/w", Driver(SEVENTEEN, "installed")),
        (["FreeTDS"], "/w", Driver("/w", "wheel")),
        (["FreeTDS"], None, Driver("FreeTDS", "freetds")),
    ],
)
def test_the_order_in_which_drivers_are_looked_for(
    monkeypatch: pytest.MonkeyPatch, names: list[str], wheel: str | None, expected: Driver
) -> None:
    installed(monkeypatch, *names, wheel=wheel)
    assert find_driver() == expected


def test_that_a_configured_driver_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed(monkeypatch, EIGHTEEN, "FreeTDS")
    assert find_driver("FreeTDS") == Driver("FreeTDS", "configured")
    library = tmp_path / "libtdsodbc.so"
    library.touch()
    assert find_driver(str(library)) == Driver(str(library), "configured")


def test_that_a_configured_driver_that_is_missing_is_named_with_those_that_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed(monkeypatch, EIGHTEEN)
    with pytest.raises(Problem, match=r"'ODBC Driver 99'.*found ODBC Driver 18"):
        find_driver("ODBC Driver 99")


def test_that_no_driver_at_all_names_the_command_that_installs_one(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, wheel=None)
    with pytest.raises(Problem, match="python -m pip install mssql-python-odbc"):
        find_driver()


def test_that_the_wheel_has_a_library_for_this_system() -> None:
    library = _odbc._library_of_wheel()
    assert library is not None
    assert Path(library).is_file()


def test_that_the_report_says_how_the_driver_was_chosen() -> None:
    assert str(WHEEL) == "/somewhere/libmsodbcsql-18.so (of the wheel mssql-python-odbc)"


def test_that_encryption_and_verification_are_always_on() -> None:
    text = connection_string(Server("sql.exams.example", user="sa", password="x"), WHEEL)
    for part in (
        "Encrypt={yes}",
        "TrustServerCertificate={no}",
        "HostNameInCertificate={sql.exams.example}",
        "ConnectRetryCount={0}",
    ):
        assert part in text.split(";")


def test_that_another_address_leaves_the_name_to_be_verified() -> None:
    text = connection_string(Server("sql.exams.example", 14330, connect_address="127.62.0.1"), WHEEL)
    assert "SERVER={tcp:127.62.0.1,14330}" in text
    assert "HostNameInCertificate={sql.exams.example}" in text


def test_that_windows_authentication_names_the_service_and_gives_no_password() -> None:
    text = connection_string(
        Server("sql.exams.example", connect_address="127.62.0.1", authentication="windows", password="x"), WHEEL
    )
    assert "Trusted_Connection={yes}" in text
    assert "ServerSPN={MSSQLSvc/sql.exams.example:1433}" in text
    assert "PWD" not in text


@pytest.mark.parametrize(
    ("authentication", "option"),
    [
        ("entra_password", "ActiveDirectoryPassword"),
        ("entra_service_principal", "ActiveDirectoryServicePrincipal"),
        ("entra_managed_identity", "ActiveDirectoryMsi"),
    ],
)
def test_that_an_account_of_entra_is_left_to_the_driver(authentication: Authentication, option: str) -> None:
    managed = option == "ActiveDirectoryMsi"
    password = None if managed else "S3cret!"
    server = Server("sql.exams.example", authentication=authentication, user="exams", password=password)
    parts = connection_string(server, WHEEL).split(";")
    assert f"Authentication={{{option}}}" in parts
    assert "UID={exams}" in parts
    assert ("PWD={S3cret!}" in parts) is not managed
    assert not any(each.startswith("Trusted_Connection") for each in parts)


def test_that_freetds_is_refused_because_it_would_not_verify() -> None:
    with pytest.raises(Problem, match="FreeTDS"):
        connection_string(Server("sql.exams.example"), Driver("FreeTDS", "configured"))


@given(st.text(min_size=1))
def test_that_a_password_may_hold_any_character(password: str) -> None:
    text = connection_string(Server("sql.exams.example", user="sa", password=password), WHEEL)
    (value,) = (part for part in [text.partition("PWD={")[2]])
    assert value.endswith("}")
    assert value[:-1].replace("}}", "}") == password


def test_that_no_text_of_a_server_holds_its_password() -> None:
    server = Server("sql.exams.example", user="sa", password="S3cret!")
    assert "S3cret!" not in f"{server} {server!r}"


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Login failed for user 'sa'. (18456) (SQLDriverConnect)", LoginRejected),
        ("the account is currently locked out (18486)", LoginRejected),
        (
            'Cannot open database "X" requested by the login. The login failed. (4060); Login failed (18456)',
            DatabaseRefused,
        ),
        ("TCP Provider: Error code 0x274D (10061)", Unreachable),
        (
            "[FA004] Failed to authenticate the user 'a@b.example' in Active Directory (Authentication option is "
            "'ActiveDirectoryPassword'). Error code 0xA190; state 41360 (0)",
            LoginRejected,
        ),
    ],
)
def test_what_a_refusal_is(message: str, kind: type[Problem]) -> None:
    found = refusal(Server("sql.exams.example", user="sa"), "the driver (installed)", message)
    assert type(found) is kind
    assert "sql.exams.example" in str(found)


@pytest.mark.parametrize(
    "said",
    [
        "Preauthentication failed",
        "Client's credentials have been revoked",
        "Client 'batch@EXAMS.EXAMPLE' not found in Kerberos database",
    ],
)
def test_that_a_keytab_that_the_domain_does_not_accept_is_told_from_a_missing_ticket(said: str) -> None:
    message = (
        "[HY000] [Microsoft][ODBC Driver 18 for SQL Server]SSPI Provider: No credentials were supplied, or the "
        f"credentials were unavailable or inaccessible. {said} (458752) (SQLDriverConnect)"
    )
    found = refusal(Server("sql.exams.example", authentication="windows"), "the driver (installed)", message)
    assert found.what == "the domain does not accept the keytab of the account that runs this"
    assert found.expected == "a ticket for MSSQLSvc/sql.exams.example:1433"


def test_that_a_missing_driver_manager_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_odbc, "_WHY", "libodbc.so.2: cannot open shared object file")
    with pytest.raises(Problem, match="unixodbc on Debian"):
        _odbc.require_pyodbc()
