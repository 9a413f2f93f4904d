# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An estate that is not as the plan has it is adopted as it is, and left alone by the inventory that comes of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulators.estate.estate import ROOT
from tests.integration.playbooks.isolated import Isolated, Rehearsed, ask_hub, changed, files, report
from tests.unit.inventories.test_inventories import of_environment

NETWORK_OF_SEEDED = "127.49"
SERVERS, DATABASE = "stages/servers.yml", "stages/database.yml"
HUB, CONNECT, CALSYNC = "stages/hub.yml", "stages/connect.yml", "stages/calsync.yml"
LOOKED_AT = "dns,https,sql_server,exam_scheduler,connect,calsync,eugex"

PLAN = of_environment("live")
BY_HAND: dict[str, Any] = {
    "dns_records": [
        {"name": "es-live", "type": "A", "values": ["192.0.2.99"], "ttl": 300},
        {"name": "sql-live", "type": "A", "values": ["192.0.2.98"], "ptr": False},
        {"name": "scheduler", "type": "A", "values": ["192.0.2.97"], "ptr": False},
        {"name": "timetables", "type": "CNAME", "values": ["web1-live"]},
    ],
    "sql_server_settings": {"max degree of parallelism": 8},
    "exam_scheduler_database": {
        "name": "ES",
        "collation": "Latin1_General_CI_AS",
        "recovery_model": "simple",
        "read_committed_snapshot": True,
        "owner": "sa",
    },
    "exam_scheduler_accounts": [
        {
            "name": "EXAMS\\svc-exam-scheduler",
            "databases": [
                {
                    "name": "ES",
                    "roles": ["db_datareader", "db_ddladmin"],
                    "permissions": [{"permissions": ["SELECT"], "schema": "dbo", "object": "Exams"}],
                }
            ],
        }
    ],
    "eugex_views": PLAN["eugex_views"] | {"only_signed_off": False},
    "eugex_account": PLAN["eugex_account"]
    | {
        "profile_limits": PLAN["eugex_account"]["profile_limits"] | {"FAILED_LOGIN_ATTEMPTS": 5},
        "system_privileges": ["CREATE SESSION", "CREATE SYNONYM"],
    },
    "connect_configuration": PLAN["connect_configuration"]
    | {
        "transformations": [
            *PLAN["connect_configuration"]["transformations"][:-1],
            PLAN["connect_configuration"]["transformations"][-1] | {"value": "https://by-hand.exams.example/"},
        ]
    },
    "calsync_template": PLAN["calsync_template"]
    | {"transformations": [{"file": "exam.xml", "xpath": "/template/link/@href", "value": "https://by-hand.example/"}]},
    "calsync_account": PLAN["calsync_account"]
    | {
        "recipient_filter": "("  # as Exchange writes it
        + " -or ".join(f"(UserPrincipalName -eq '{each}')" for each in reversed(PLAN["calsync_mailboxes"]["tests"]))
        + ")"
    },
}

KEYS_ELSEWHERE = ("connect-live", "web2-live")
"""Hosts whose certificates somebody else has made: their keys are not in the state directory."""


def what_is_there(isolated: Isolated) -> list[object]:
    parts = ("windows/hosts", "sql-server", "hosts/web1-live/etc", "hosts/web2-live/etc")
    hub = ask_hub(isolated, "SELECT owner, object_name FROM dba_objects", "SELECT username, profile FROM dba_users")
    tenant = (isolated.directory / "graph/tenant.json").read_bytes()
    return [*(files(isolated.directory / part) for part in parts), tenant, hub]


def build_by_hand(isolated: Isolated, place: Path) -> None:
    """Make the rehearsed estate other than the plan has it."""
    views = place / "views"
    views.mkdir()
    for source in (ROOT / "roles/eugex/files/views").glob("*.sql"):
        text = source.read_text(encoding="utf-8")
        (views / source.name).write_text(text.replace("s.status = 'C'", "s.status IN ('C', 'L')"), encoding="utf-8")
    overlay = place / "by_hand"
    (overlay / "group_vars" / "all").mkdir(parents=True)
    (overlay / "hosts.yml").write_text("all: {}\n", encoding="utf-8")
    variables = yaml.safe_dump(BY_HAND | {"eugex_view_sources": [str(views)]})
    (overlay / "group_vars/all/by_hand.yml").write_text(variables, encoding="utf-8")
    assert changed(isolated.play(SERVERS, "-i", str(overlay), "--tags", "dns,sql_server")) == 2
    for stage, changes in ((DATABASE, 2), (HUB, 2), (CONNECT, 1), (CALSYNC, 2)):
        assert changed(isolated.play(stage, "-i", str(overlay))) == changes, stage
    for host in KEYS_ELSEWHERE:
        shutil.move(isolated.directory / "state/https" / host, place / host)


@pytest.mark.thorough
@pytest.mark.timeout(2400)
def test_that_what_was_built_by_hand_is_adopted_and_then_left_alone(rehearsed: Rehearsed, tmp_path: Path) -> None:
    isolated = rehearsed.isolated
    build_by_hand(isolated, tmp_path)
    before = what_is_there(isolated)

    told = isolated.play("adopt.yml")
    assert what_is_there(isolated) == before, "it reads, and no more"
    assert set(report(told).values()) == {"not in this run"}, "what is read is neither applied nor proven"
    for what in (
        "scheduler.exams.example. CNAME",
        "max degree of parallelism",
        "certificate of web2-live",
        "connect_configuration: Connect.exe.config",
        "calsync_exam_template: exam.xml",
        "access of CalSync LIVE to calendars",
        "view EUGEX.EXAM_TIMETABLING_EXAMS",
        "account EXAM_CONNECT",
    ):
        assert what in told
    assert "S2Unified CalSync: CalSync" not in told, "that it is held is no difference"
    place = isolated.directory / "state" / "adopted"
    text = (place / "group_vars" / "all" / "adopted.yml").read_text(encoding="utf-8")
    adopted = yaml.safe_load(text)
    assert_servers_are_adopted(adopted)
    assert_the_rest_is_adopted(adopted, isolated.directory / "state" / "adopted_views")
    secrets = [path.read_text(encoding="utf-8").strip() for path in (isolated.directory / "secrets").glob("*")]
    assert not [secret for secret in secrets if secret in text]

    assert changed(isolated.play("live.yml", "-i", str(place), "--check", "--tags", LOOKED_AT)) == 0
    for host in KEYS_ELSEWHERE:
        shutil.move(tmp_path / host, isolated.directory / "state/https" / host)
    assert changed(isolated.play("live.yml", "--tags", LOOKED_AT)) == 9


def assert_servers_are_adopted(adopted: dict[str, Any]) -> None:
    records = {(record["name"], record["type"]): record for record in adopted["dns_records"]}
    assert records["es-live", "A"] == BY_HAND["dns_records"][0], "its PTR record is as it is derived"
    assert records["sql-live", "A"]["values"] == ["192.0.2.98"]
    assert records["sql-live", "A"]["ptr"] is False
    assert records["timetables.exams.example.", "CNAME"]["values"] == ["web1-live.exams.example."]
    assert not {("scheduler", "CNAME"), ("timetables", "A"), ("timetables", "CAA")} & records.keys()
    assert records["web1-live", "AAAA"]["values"] == ["2001:db8:0:1::30"], "as the plan has it"
    left = {entry["host"]: entry["names"] for entry in adopted["https_certificates"] if "deployed" in entry}
    assert left == {
        entry["host"]: entry["names"] for entry in PLAN["https_certificates"] if entry["host"] in KEYS_ELSEWHERE
    }
    assert adopted["sql_server_settings"]["max degree of parallelism"] == 8
    assert adopted["connect_connector"]["version"] == "1.7.0"
    assert adopted["calsync_product"]["services"] == PLAN["calsync_product"]["services"]


def assert_the_rest_is_adopted(adopted: dict[str, Any], views: Path) -> None:
    assert adopted["exam_scheduler_database"]["recovery_model"] == "simple"
    (user,) = adopted["exam_scheduler_accounts"][0]["databases"]
    assert (user["roles"], user["permissions"]) == (
        ["db_datareader", "db_ddladmin"],
        [{"permissions": ["SELECT"], "schema": "dbo", "object": "Exams"}],
    )
    assert {str(path) for path in views.iterdir()} == {*adopted["eugex_view_sources"]}
    assert all("s.status IN ('C', 'L')" in path.read_text(encoding="utf-8") for path in views.iterdir())
    assert adopted["eugex_views"]["digest"] != PLAN["eugex_views"]["digest"]
    assert adopted["eugex_account"]["system_privileges"] == ["CREATE SESSION", "CREATE SYNONYM"]
    assert adopted["eugex_account"]["profile_limits"]["FAILED_LOGIN_ATTEMPTS"] == "5"
    assert (adopted["connect_configuration"]["deployed"], adopted["calsync_template"]["deployed"]) == (False, False)
    assert adopted["calsync_account"] == BY_HAND["calsync_account"]


@pytest.fixture
def seeded() -> Iterator[Isolated]:
    """An estate on its first day: what vendors and other teams have left there, and nothing of this collection."""
    isolated = Isolated(NETWORK_OF_SEEDED)
    try:
        isolated.estate("reset")
        yield isolated
    finally:
        isolated.close()
        shutil.rmtree(isolated.directory, ignore_errors=True)


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_that_what_installers_have_left_is_adopted_and_then_left_alone(seeded: Isolated, tmp_path: Path) -> None:
    place = seeded.directory / "state" / "adopted"
    silent = tmp_path / "silent"
    (silent / "host_vars").mkdir(parents=True)
    (silent / "hosts.yml").write_text("all: {}\n", encoding="utf-8")
    (silent / "host_vars" / "es-live.yml").write_text("ansible_port: 9\n", encoding="utf-8")
    assert "UNREACHABLE" in seeded.play("adopt.yml", "-i", str(silent), "--tags", "https", succeeds=False)
    assert not place.exists(), "a host that does not answer ends it"

    tags = ("--tags", "dns,https,connect")
    seeded.play("adopt.yml", *tags)
    adopted = yaml.safe_load((place / "group_vars/all/adopted.yml").read_text(encoding="utf-8"))
    assert adopted["dns_records"] == []
    assert [entry["deployed"] for entry in adopted["https_certificates"]] == [False] * 5
    assert adopted["connect_configuration"]["deployed"] is False
    assert changed(seeded.play("live.yml", "-i", str(place), "--check", *tags)) == 0
