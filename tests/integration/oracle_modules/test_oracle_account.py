# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account with exact rights; passwords verified once, set only after ORA-01017, rotated without an outage."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import oracledb
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import LoginRejected
from tests.integration.oracle_modules.databases import Accounts, Emulator, Runner, execute, rows

PASSWORD, OTHER = "First-one-123", "Second-one-456"


@pytest.fixture
def name(emulator: Emulator, system: oracledb.Connection) -> Iterator[str]:
    """Return the name of an account that is not there, and is dropped afterwards."""
    found = f"EXAM_CONNECT_{secrets.token_hex(3)}".upper()
    yield found
    emulator.faults()
    if rows(system, "SELECT 1 FROM all_users WHERE username = :1", found):
        execute(system, f"DROP USER {found} CASCADE")


Keeper = Callable[..., dict[str, Any]]


@pytest.fixture
def keep(run: Runner, name: str, tmp_path: Path) -> Keeper:
    """Return what runs the module about the account."""

    def keeper(*, check: bool = False, **arguments: Any) -> dict[str, Any]:
        memory = {"rejected_logins": str(tmp_path / "rejected")}
        given = {"name": name, "system_privileges": ["CREATE SESSION"], **memory, **arguments}
        return run("oracle_account", "SYSTEM", check=check, **given)

    return keeper


def items(result: dict[str, Any], name: str) -> list[str]:
    assert not result.get("failed"), result["msg"]
    assert PASSWORD not in str(result["changes"])
    return [f"{each['action']}{each['item'].removeprefix(f'account {name}')}" for each in result["changes"]]


def test_that_an_account_can_read_what_is_declared_and_nothing_else(
    emulator: Emulator, keep: Keeper, name: str, hub: str, system: oracledb.Connection
) -> None:
    arguments = {
        "state": "exact",
        "password": PASSWORD,
        "quotas": {"USERS": "10M"},
        "object_privileges": [{"object": f"{hub}.EXAMS", "privileges": ["SELECT"]}],
    }
    expected = ["create", "create system privilege CREATE SESSION", f"create object privilege SELECT on {hub}.EXAMS"]
    predicted = keep(check=True, **arguments)
    assert items(predicted, name) == expected
    assert keep(**arguments)["changes"] == predicted["changes"]
    assert items(keep(**arguments), name) == []
    emulator.passwords[name] = PASSWORD
    with emulator.connect(name) as own:
        assert rows(own, f"SELECT code FROM {hub}.exams") == []
        with pytest.raises(oracledb.DatabaseError, match="ORA-00942"):
            rows(own, f"SELECT uun FROM {hub}.enrolments")
    execute(system, f"GRANT SELECT ON {hub}.enrolments TO {name}", f"GRANT CREATE TABLE TO {name}",
            f"GRANT SELECT ON {hub}.exams TO {name} WITH GRANT OPTION",
            f"GRANT CREATE SESSION TO {name} WITH ADMIN OPTION")  # fmt: skip
    predicted = keep(check=True, **arguments)
    assert len(items(predicted, name)) == 6
    assert keep(**arguments)["changes"] == predicted["changes"]
    assert items(keep(**arguments), name) == []
    assert items(keep(**{**arguments, "state": "present", "object_privileges": []}), name) == []
    assert items(keep(**{**arguments, "object_privileges": []}), name) == [
        f"delete object privilege SELECT on {hub}.EXAMS"
    ]


def test_that_a_password_is_set_only_if_the_server_says_that_it_is_another(
    emulator: Emulator, keep: Keeper, name: str, system: oracledb.Connection
) -> None:
    keep(password=PASSWORD)
    for _time in range(12):  # FAILED_LOGIN_ATTEMPTS is 10
        assert items(keep(check=True, password=OTHER), name) == ["update password"]
    assert rows(system, "SELECT account_status FROM dba_users WHERE username = :1", name) == [("OPEN",)]
    result = keep(password=OTHER)
    assert items(result, name) == ["update password"]
    assert OTHER not in str({key: value for key, value in result.items() if key != "invocation"})
    assert items(keep(password=OTHER), name) == []
    emulator.passwords[name] = PASSWORD
    with pytest.raises(LoginRejected):
        emulator.connect(name)


@pytest.mark.parametrize("number", [28001, 1033, 12528, 3113])
def test_that_no_other_refusal_sets_a_password(emulator: Emulator, keep: Keeper, name: str, number: int) -> None:
    keep(password=PASSWORD)
    emulator.faults({"kind": "login", "login": name, "number": number, "message": "as asked for"})
    result = keep(password=PASSWORD)
    emulator.faults()
    assert result["failed"]
    assert "Nothing was touched" in result["msg"]
    assert items(keep(password=PASSWORD), name) == []


def test_that_an_expired_password_needs_a_new_one(keep: Keeper, name: str, system: oracledb.Connection) -> None:
    keep(password=PASSWORD)
    execute(system, f"ALTER USER {name} PASSWORD EXPIRE")
    result = keep(password=PASSWORD)
    assert "Put a new password into the vault" in result["msg"]
    assert items(keep(password=OTHER), name) == ["update password"]
    assert items(keep(password=OTHER), name) == []


def test_that_a_locked_account_is_left_so_or_unlocked_with_the_password_proven(
    keep: Keeper, name: str, system: oracledb.Connection
) -> None:
    keep(password=PASSWORD)
    execute(system, f"ALTER USER {name} ACCOUNT LOCK")
    left = keep(password=OTHER)
    assert items(left, name) == []
    assert "was not verified, because the account is locked" in str(left["warnings"])
    for password in (PASSWORD, OTHER):
        execute(system, f"ALTER USER {name} ACCOUNT LOCK")
        predicted = keep(check=True, password=password, locked=False)
        assert items(predicted, name) == ["update locked", "update password"]
        assert keep(password=password, locked=False)["changes"] == predicted["changes"]
        assert items(keep(password=password, locked=False), name) == []


def test_that_a_password_is_rotated_while_the_one_before_is_still_accepted(
    emulator: Emulator, keep: Keeper, name: str, system: oracledb.Connection
) -> None:
    arguments = {"profile": f"P_{name}", "profile_limits": {"PASSWORD_ROLLOVER_TIME": 1}}
    first = keep(password=PASSWORD, **arguments)
    assert items(first, name)[0] == f"createprofile P_{name}"
    assert items(keep(password=OTHER, end_rollover=True, **arguments), name) == ["update password"]
    for password in (PASSWORD, OTHER):
        emulator.passwords[name] = password
        emulator.connect(name).close()
    warned = keep(password=OTHER, **arguments)
    assert items(warned, name) == []
    assert "in its rollover period" in str(warned["warnings"])
    assert items(keep(password=OTHER, end_rollover=True, **arguments), name) == ["update password rollover"]
    assert items(keep(password=OTHER, end_rollover=True, **arguments), name) == []
    emulator.passwords[name] = PASSWORD
    with pytest.raises(LoginRejected):
        emulator.connect(name)
    execute(system, f"DROP USER {name}", f"DROP PROFILE P_{name}")


def test_that_a_password_that_was_put_back_is_the_one_that_stays_when_the_rollover_is_ended(
    emulator: Emulator, keep: Keeper, name: str, system: oracledb.Connection
) -> None:
    arguments = {"profile": f"P_{name}", "profile_limits": {"PASSWORD_ROLLOVER_TIME": 1}}
    for password in (PASSWORD, OTHER):
        keep(password=password, **arguments)
    put_back = {"password": PASSWORD, **arguments}
    left = keep(**put_back)
    assert items(left, name) == []
    assert "If the declared one is the one before, put back, end the period now" in str(left["warnings"])
    predicted = keep(check=True, end_rollover=True, **put_back)
    assert items(predicted, name) == ["update password rollover"]
    assert keep(end_rollover=True, **put_back)["changes"] == predicted["changes"]
    assert rows(system, "SELECT account_status FROM dba_users WHERE username = :1", name) == [("OPEN",)]
    emulator.passwords[name] = PASSWORD
    emulator.connect(name).close()
    emulator.passwords[name] = OTHER
    with pytest.raises(LoginRejected):
        emulator.connect(name)
    assert items(keep(end_rollover=True, **put_back), name) == []
    execute(system, f"DROP USER {name}", f"DROP PROFILE P_{name}")


def test_that_no_password_is_set_that_would_end_the_one_in_use(
    emulator: Emulator, keep: Keeper, name: str, system: oracledb.Connection
) -> None:
    arguments = {"profile": f"P_{name}", "require_rollover": True}
    limits = {"profile_limits": {"PASSWORD_ROLLOVER_TIME": 1}}
    first = keep(password=PASSWORD, **arguments, profile_limits={"PASSWORD_LIFE_TIME": 90})
    assert items(first, name)[:2] == [f"createprofile P_{name}", "create"]
    for check in (True, False):
        refused = keep(check=check, password=OTHER, **arguments)
        assert "would refuse its password of before at once" in refused["msg"]
        assert "Nothing was touched" in refused["msg"]
    assert items(keep(password=OTHER, **arguments, **limits), name) == [f"updateprofile P_{name}", "update password"]
    for check in (True, False):
        assert "has two passwords already" in keep(check=check, password="Third-one-789", **arguments, **limits)["msg"]
    for password in (PASSWORD, OTHER):
        emulator.passwords[name] = password
        emulator.connect(name).close()
    execute(system, f"DROP USER {name}", f"DROP PROFILE P_{name}")


def test_that_an_old_account_is_locked_when_nobody_uses_it(
    emulator: Emulator, keep: Keeper, name: str, system: oracledb.Connection
) -> None:
    keep(password=PASSWORD)
    emulator.passwords[name] = PASSWORD
    with emulator.connect(name):
        used = keep(quiet_days=1)
        assert items(used, name) == []
        assert used["account_before"]["quiet"] is False
        assert len(used["account_before"]["sessions"]) == 1
    assert items(keep(quiet_days=1), name) == []  # used today
    assert "quiet no longer" in keep(quiet_days=1, password=PASSWORD)["msg"]
    assert rows(system, "SELECT account_status FROM dba_users WHERE username = :1", name) == [("OPEN",)]


def test_that_an_account_that_has_been_quiet_for_long_enough_is_locked(
    run: Runner, system: oracledb.Connection
) -> None:
    arguments = {"name": "QUIET_ACCOUNT"}
    assert items(run("oracle_account", "SYSTEM", quiet_days=60, **arguments), "QUIET_ACCOUNT") == []
    predicted = run("oracle_account", "SYSTEM", check=True, quiet_days=30, **arguments)
    assert items(predicted, "QUIET_ACCOUNT") == ["update locked"]
    assert run("oracle_account", "SYSTEM", quiet_days=30, **arguments)["changes"] == predicted["changes"]
    assert items(run("oracle_account", "SYSTEM", quiet_days=30, **arguments), "QUIET_ACCOUNT") == []
    assert rows(system, "SELECT account_status FROM dba_users WHERE username = 'QUIET_ACCOUNT'") == [("LOCKED",)]


def test_that_removal_is_refused_while_it_owns_something(emulator: Emulator, keep: Keeper, name: str, hub: str) -> None:
    keep(password=PASSWORD)
    gone: dict[str, Any] = {"state": "absent", "system_privileges": []}
    assert "owns something" in keep(**{**gone, "name": hub})["msg"]
    assert items(keep(**gone), name) == ["delete"]
    assert items(keep(**gone), name) == []


def test_that_a_refused_password_says_why_and_shows_nothing(emulator: Emulator, keep: Keeper, name: str) -> None:
    keep(password=PASSWORD)
    emulator.faults(
        {"kind": "error", "match": "ALTER USER", "number": 28003, "message": "password verification failed"}
    )
    result = keep(password=OTHER)
    emulator.faults()
    assert result["failed"]
    assert "ORA-28003" in result["msg"]
    assert OTHER not in str({key: value for key, value in result.items() if key != "invocation"})
    assert items(keep(password=PASSWORD), name) == []


def test_that_rights_on_what_is_not_there_wait_for_it(keep: Keeper, hub: str) -> None:
    missing = [{"object": f"{hub}.NOT_THERE", "privileges": ["SELECT"]}]
    result = keep(check=True, password=PASSWORD, object_privileges=missing, prerequisite_line="2.3")
    assert result["pending_line"] == "2.3"
    assert result["changes"][-1]["item"].endswith(f"object privilege SELECT on {hub}.NOT_THERE")
    result = keep(password=PASSWORD, object_privileges=missing)
    assert "NOT_THERE" in result["msg"]
    assert "Nothing was touched" in result["msg"]


def test_that_a_right_that_something_else_gives_is_neither_given_nor_taken_away(
    keep: Keeper, name: str, hub: str, system: oracledb.Connection
) -> None:
    elsewhere = [{"object": f"{hub}.EXAMS", "privileges": ["SELECT"], "granted_elsewhere": True}]
    elsewhere.append({"object": f"{hub}.NOT_YET_THERE", "privileges": ["SELECT"], "granted_elsewhere": True})
    arguments = {"password": PASSWORD, "state": "exact", "object_privileges": elsewhere}
    assert items(keep(**arguments), name) == ["create", "create system privilege CREATE SESSION"]
    execute(system, f"GRANT SELECT ON {hub}.exams TO {name}", f"GRANT INSERT ON {hub}.exams TO {name}")
    assert items(keep(**arguments), name) == [f"delete object privilege INSERT on {hub}.EXAMS"]
    again = keep(**arguments)
    assert items(again, name) == []
    assert f"object privilege SELECT on {hub}.EXAMS" in again["account_before"]["rights"]


def test_that_an_account_that_may_not_see_accounts_is_told_what_it_needs(run: Runner, new_account: Accounts) -> None:
    result = run("oracle_account", new_account(), name="SOMEBODY")
    assert "SELECT_CATALOG_ROLE" in result["msg"]
