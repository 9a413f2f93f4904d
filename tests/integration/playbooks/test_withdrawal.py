# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rehearsed LIVE is backed out of, line by line; the last test of these, since nothing of the rehearsal is left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.playbooks.isolated import Rehearsed, ask_hub, changed
from tests.integration.playbooks.test_database import sql


@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_that_a_release_is_backed_out_of_in_reverse(rehearsed: Rehearsed) -> None:
    isolated = rehearsed.isolated
    kept = isolated.directory / "state/artefacts/sql-server-settings-before-sql-live.json"
    settings = json.loads(kept.read_text(encoding="utf-8"))
    assert settings, "the rehearsal has changed some"
    predicted = isolated.play("back_out.yml", "--check")
    done = isolated.play("back_out.yml")
    assert changed(done) == changed(predicted)
    told = " ".join(done.split())
    for line in ("1.3", "1.5", "1.8", "2.1", "2.3", "2.4", "3.3", "4.1", "4.4", "4.5", "4.6", "5"):
        assert f"'{line}': " in told or f"'{line}': " in told.replace('"', "'"), f"{line} is timed"

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
