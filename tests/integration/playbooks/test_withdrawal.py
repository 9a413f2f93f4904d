# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A LIVE that was rehearsed is backed out of, line by line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.integration.playbooks.estate_snapshot import differences, snapshot
from tests.integration.playbooks.isolated import Isolated, ask_hub, changed, journalled
from tests.integration.playbooks.test_database import sql

REMAINS = {
    # who did what, and when
    r"DNS dns\d: [^:]+: _exam-scheduling TXT .*": "the journal of changes of the zone",
    r"Oracle eugex-live: dictionary: parts: object: EUGEX.EXAM_VIEW_HISTORY": "the history of the views",
    r"Oracle eugex-live: rows: .*": "rows of that history; the table of invigilators, which has none",
    r"Windows c\w+-live: files: c:\\program files\\.*\\\.exam_scheduling\\.*": "generations of configuration",
    r"BI host bi-live: var/lib/exam-scheduling-bi(/.*)?": "backups and logs of promotions",
    # what products and servers write by themselves while they run
    r"Windows c\w+-live: files: c:\\programdata\\.*": "logs and state of products",
    r"Windows connect-live: tasks: Student Systems load: last_result": "the job has run",
    r"web web\d-live: var/log/.*": "logs of nginx and of services",
    r"SQL Server: database 5: counters": "identity columns do not count backwards",
    # what others may rely on, or have to decide
    r"Oracle eugex-live: dictionary: parts: object: EUGEX.INVIGILATORS": "empty; others may have rights on it",
    r"Oracle eugex-live: dictionary: parts: (user: EXAM_CONNECT|profile: EXAM_APPLICATION|grants: \d+)":
        "locked, not dropped: its rights stay for whoever looks into what it did",
    r"SQL Server: database 5: model: properties":
        "a database that does not say that it is pre_live counts as live",
    r"Microsoft 365: (exchange_principals|role_assignments|scopes)":
        "they open nothing without the application, which an administrator can restore for 30 days; asked for",
    r"Windows calsync-live: services: CalSync: (start_mode|state)": "held: it may not start before somebody wants it",
    r"Windows laptop-live: (services: RemoteControlAgent|firewall_rules: Remote Control Agent|tasks).*":
        "vendors uninstall by it; it ends by itself with its window",
}  # fmt: skip
"""All that may differ once the release is backed out of, with the reason."""


@pytest.mark.thorough
@pytest.mark.timeout(1500)
def test_that_a_release_is_backed_out_of_in_reverse(isolated: Isolated) -> None:
    isolated.estate("reset")  # what other tests have done with it is not what the release has done
    before = snapshot(isolated)
    isolated.play("live.yml")
    kept = isolated.directory / "state/artefacts/sql-server-settings-before-sql-live.json"
    settings = json.loads(kept.read_text(encoding="utf-8"))
    assert settings, "the rehearsal has changed some"
    predicted = isolated.play("back_out.yml", "--check")
    done = isolated.play("back_out.yml")
    assert changed(done) == changed(predicted)
    procedure, lines = journalled(isolated.directory / "state")
    assert (procedure, None in lines) == ("back_out", True)
    told = " ".join(done.split())
    for line in ("1.3", "1.5", "1.6", "1.8", "1.9", "2.1", "2.3", "2.4", "3.3", "4.1", "4.4", "4.5", "4.6", "5"):
        assert f"'{line}': " in told or f"'{line}': " in told.replace('"', "'"), f"{line} is timed"

    left = differences(before, snapshot(isolated))
    unnamed = {place: left[place] for place in left if not any(re.fullmatch(named, place) for named in REMAINS)}
    assert not unnamed, "a line has left something that is not backed out of"
    idle = [named for named in REMAINS if not any(re.fullmatch(named, place) for place in left)]
    assert not idle, "these are backed out of by now: take them off the list"

    assert (
        sql(isolated, "SELECT (SELECT COUNT(*) FROM dbo.Students), (SELECT COUNT(*) FROM dbo.Locations)") == "[[0, 0]]"
    )
    listed = ", ".join(f"N'{name}'" for name in settings)
    asked = f"SELECT name, CAST(value AS int) FROM sys.configurations WHERE name IN ({listed})"  # noqa: S608 - names that the collection wrote, in a test
    now = sql(isolated, asked)
    assert dict(json.loads(now)) == settings
    assert ask_hub(
        isolated,
        "SELECT account_status FROM dba_users WHERE username = 'EXAM_CONNECT'",
        "SELECT COUNT(*) FROM dba_views WHERE view_name LIKE 'EXAM_TIMETABLING%'",
        "SELECT COUNT(*) FROM eugex.invigilators",
    ) == [[["LOCKED"]], [[0]], [[0]]]
    tenant = json.loads((isolated.directory / "graph/tenant.json").read_text(encoding="utf-8"))
    names = [each["displayName"] for each in tenant["applications"].values()]
    assert "CalSync LIVE" not in names
    handed_over = {path.name for path in Path(isolated.directory / "state/hand-overs").glob("*backing-out*")}
    assert any(name.startswith("1.1-") for name in handed_over)

    again = isolated.play("back_out.yml")
    assert changed(again) == 0
