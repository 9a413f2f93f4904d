# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the services sign in with is rotated without an outage, on the rehearsed LIVE, which is left as it was."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulators.estate.estate import ROOT
from tests.integration.playbooks.isolated import Isolated, Rehearsed, ask_hub, changed, journalled, report
from tests.unit.inventories.test_inventories import of_environment

RIGHTS = [{"name": "ES", "permissions": [{"permissions": ["SELECT"], "schema": "dbo"}]}]
BEFORE, NOW = "timetables_a", "timetables_b"
AUTOMATION = "svc-exam-automation"
KEY = "calsync_certificate_generation"
DISABLED = "SELECT name FROM sys.sql_logins WHERE is_disabled = 1 AND name LIKE 'timetables%'"
READ = "SELECT COUNT(*) FROM eugex.exam_timetabling_exams"
SESSION = """
import sys, pytds
from emulators.estate.estate import Estate
estate = Estate(sys.argv[1])
address = estate.address(estate.seed.addresses()["sql-live"])
root = str(estate.directory / "certification-authority/root.pem")
with pytds.connect(address, "master", sys.argv[2], sys.stdin.readline().strip(), cafile=root, validate_host=False):
    print("ready", flush=True)
    sys.stdin.read()
"""
"""A program that is logged in until its input ends."""


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_that_what_is_new_is_accepted_beside_what_was_before_until_that_is_ended(
    rehearsed: Rehearsed, tmp_path: Path
) -> None:
    isolated = rehearsed.isolated
    password = isolated.directory / "secrets/eugex_account_password"
    old, new, first, second = password.read_text(encoding="utf-8"), *(secrets.token_urlsafe(24) for _ in range(3))
    pair = {"login": NOW, "password": second, "before": BEFORE, "databases": RIGHTS}
    declared = tmp_path / "declared.json"
    declared.write_text(json.dumps({"sql_server_rotated_logins": [pair]}), encoding="utf-8")
    as_automation(isolated, f"CREATE LOGIN {BEFORE} WITH PASSWORD = '{first}'")
    password.write_text(new, encoding="utf-8")

    # what Connect uses stays accepted: for an account that was adopted without a time, and a profile that lost it
    ask_hub(isolated, "ALTER PROFILE exam_application LIMIT PASSWORD_ROLLOVER_TIME 0")
    adopted = of_environment("live")["eugex_account"] | {"profile_limits": {}}
    without = ("--tags", "exam_connect", "-e", json.dumps({"eugex_account": adopted}))
    refused = " ".join(isolated.play("rotate.yml", *without, succeeds=False).split())
    assert "would refuse its password of before at once" in refused

    rotated = isolated.play("rotate.yml", "-e", f"@{declared}", "-e", f"{KEY}=2", "-v")
    # CalSync is held, which is why it has not signed in with what is new
    assert report(rotated)["4.4"] == "proven in part"
    state = isolated.directory / "state"
    assert journalled(state)[0] == "rotate"
    written = rotated + "".join(path.read_text(encoding="utf-8") for path in (state / "journal").iterdir())
    assert not [secret for secret in (old, new, second) if secret in written]
    assert changed(rotated) == 10
    for accepted in (new, old):
        password.write_text(accepted, encoding="utf-8")
        assert isinstance(connect_reads(isolated), list), "both passwords are accepted"
    password.write_text(new, encoding="utf-8")
    assert keys(isolated) == ["office365-2"]
    assert "Connect.exe.config" in isolated.play("stages/connect.yml", "--diff"), "it gets the new password"

    ends = ("-e", f"@{declared}", "-e", "exam_end_overlap=true")
    with logged_in(isolated, BEFORE, first):
        in_use = isolated.play("rotate.yml", *ends, "--tags", "sql_logins", succeeds=False)
        assert f"{BEFORE} is logged in: session" in in_use
    isolated.play("rotate.yml", *ends)  # with the first key again, as it is declared
    assert keys(isolated) == ["office365-1"]
    password.write_text(old, encoding="utf-8")
    assert "ORA-01017" in str(connect_reads(isolated))

    # one that leaked is refused after one run, with the flag, and a login of which it is not known who uses it is named
    leaked, newest = new, secrets.token_urlsafe(24)
    password.write_text(newest, encoding="utf-8")
    assert changed(isolated.play("rotate.yml", *ends, "--tags", "exam_connect", "--check")) == 2
    assert changed(isolated.play("rotate.yml", *ends, "--tags", "exam_connect")) == 2
    password.write_text(leaked, encoding="utf-8")
    assert "ORA-01017" in str(connect_reads(isolated))
    password.write_text(new, encoding="utf-8")  # which Connect was given
    isolated.play("rotate.yml", *ends, "--tags", "exam_connect")
    declared.write_text(json.dumps({"sql_server_rotated_logins": [pair | {"before": AUTOMATION}]}), encoding="utf-8")
    not_seen = isolated.play("rotate.yml", *ends, "--tags", "sql_logins", succeeds=False)
    assert "it is refused to disable the login that this task uses" in not_seen
    drop = (f"DROP LOGIN {BEFORE}", "USE ES", f"DROP USER {NOW}", f"DROP LOGIN {NOW}")
    assert as_automation(isolated, DISABLED, *drop) == f'[["{BEFORE}"]]'


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_that_a_password_of_the_hub_is_put_back_and_no_third_one_is_set_meanwhile(rehearsed: Rehearsed) -> None:
    isolated = rehearsed.isolated
    password = isolated.directory / "secrets/eugex_account_password"
    old, new, third = password.read_text(encoding="utf-8"), *(secrets.token_urlsafe(24) for _ in range(2))

    def said(*options: str, succeeds: bool = True) -> str:
        return " ".join(isolated.play("rotate.yml", "--tags", "exam_connect", *options, succeeds=succeeds).split())

    password.write_text(new, encoding="utf-8")
    assert "The one before is accepted for 2 days" in said()
    password.write_text(third, encoding="utf-8")
    assert "has two passwords already" in said(succeeds=False)
    for options in ((), ("--check",)):
        stage = isolated.play("stages/hub.yml", *options, succeeds=False)
        assert "has two passwords already" in " ".join(stage.split()), "the stage sets none either"
    password.write_text(old, encoding="utf-8")
    assert "run this again now with -e exam_end_overlap=true" in said()
    assert changed(said("-e", "exam_end_overlap=true")) == 1
    assert isinstance(connect_reads(isolated), list)
    password.write_text(new, encoding="utf-8")
    assert "ORA-01017" in str(connect_reads(isolated))
    password.write_text(old, encoding="utf-8")


def as_automation(isolated: Isolated, *statements: str) -> str:
    """Run statements on the rehearsal's SQL Server and return the rows that they return, a line of JSON for each."""
    network = isolated.environment["EXAM_REHEARSAL_NETWORK"]
    done = isolated.command(sys.executable, "-m", "tests.ask_rehearsed_database", network, *statements)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def connect_reads(isolated: Isolated) -> object:
    """Return what Connect's account reads with the password of the secret's file, or the error of its login."""
    network = isolated.environment["EXAM_REHEARSAL_NETWORK"]
    done = isolated.command(sys.executable, "-m", "tests.ask_rehearsed_hub", network, "EXAM_CONNECT", READ)
    assert done.returncode == 0, done.stderr
    answer: object = json.loads(done.stdout)
    return answer


def keys(isolated: Isolated) -> list[str]:
    return [path.name for path in (isolated.directory / "state/calsync").iterdir()]


@contextmanager
def logged_in(isolated: Isolated, login: str, password: str) -> Iterator[None]:
    """Be logged in to the rehearsal's SQL Server."""
    network = isolated.environment["EXAM_REHEARSAL_NETWORK"]
    words = ["nsenter", "--net", "--target", str(isolated.holder.pid), sys.executable, "-c", SESSION, network, login]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, env=isolated.environment, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as session:
        assert session.stdin is not None
        assert session.stdout is not None
        print(password, file=session.stdin, flush=True)
        assert session.stdout.readline() == "ready\n"
        yield
        session.stdin.close()
