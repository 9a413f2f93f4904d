# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An estate that is not as the plan has it is adopted as it is, and left alone by the inventory that comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.playbooks.isolated import Rehearsed, changed, files

SERVERS, DATABASE = "stages/servers.yml", "stages/database.yml"
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
}


@pytest.mark.thorough
@pytest.mark.timeout(400)
def test_that_what_was_built_by_hand_is_adopted_and_then_left_alone(rehearsed: Rehearsed, tmp_path: Path) -> None:
    isolated = rehearsed.isolated
    (tmp_path / "group_vars" / "all").mkdir(parents=True)
    (tmp_path / "hosts.yml").write_text("all: {}\n", encoding="utf-8")
    (tmp_path / "group_vars/all/by_hand.yml").write_text(yaml.safe_dump(BY_HAND), encoding="utf-8")
    assert changed(isolated.play(SERVERS, "-i", str(tmp_path), "--tags", "dns,sql_server")) == 2
    assert changed(isolated.play(DATABASE, "-i", str(tmp_path))) == 2
    estate = ("windows/hosts", "sql-server", "hosts/web1-live/etc")
    before = [files(isolated.directory / part) for part in estate]

    told = isolated.play("adopt.yml")
    assert [files(isolated.directory / part) for part in estate] == before, "it reads, and no more"
    assert "scheduler.exams.example. CNAME" in told
    assert "max degree of parallelism" in told
    place = isolated.directory / "state" / "adopted"
    text = (place / "group_vars" / "all" / "adopted.yml").read_text(encoding="utf-8")
    adopted = yaml.safe_load(text)
    records = {(record["name"], record["type"]): record for record in adopted["dns_records"]}
    assert records["es-live", "A"] == BY_HAND["dns_records"][0], "its PTR record is as it is derived"
    assert records["sql-live", "A"]["values"] == ["192.0.2.98"]
    assert records["sql-live", "A"]["ptr"] is False
    assert records["timetables.exams.example.", "CNAME"]["values"] == ["web1-live.exams.example."]
    assert not {("scheduler", "CNAME"), ("timetables", "A"), ("timetables", "CAA")} & records.keys()
    assert records["web1-live", "AAAA"]["values"] == ["2001:db8:0:1::30"], "as the plan has it"
    assert adopted["sql_server_settings"]["max degree of parallelism"] == 8
    assert adopted["connect_connector"]["version"] == "1.7.0"
    assert adopted["exam_scheduler_database"]["recovery_model"] == "simple"
    (user,) = adopted["exam_scheduler_accounts"][0]["databases"]
    assert (user["roles"], user["permissions"]) == (
        ["db_datareader", "db_ddladmin"],
        [{"permissions": ["SELECT"], "schema": "dbo", "object": "Exams"}],
    )
    secrets = [path.read_text(encoding="utf-8").strip() for path in (isolated.directory / "secrets").glob("*")]
    assert not [secret for secret in secrets if secret in text]

    looked_at = "dns,sql_server,exam_scheduler,connect,calsync"
    assert changed(isolated.play(SERVERS, "-i", str(place), "--check", "--tags", looked_at)) == 0
    assert changed(isolated.play(DATABASE, "-i", str(place), "--check")) == 0
    assert changed(isolated.play(DATABASE)) == 2
    assert changed(isolated.play(SERVERS, "--tags", "dns,sql_server")) == 2
