# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an emulated server has when it is started for the first time, the rehearsal's above all."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulators.estate.sql_server import SEED
from emulators.sql.engine.instance import Instance
from emulators.sql.seed import SeedError, apply_seed, load_seed, run_as_sa
from emulators.sql.tsql import statements  # noqa: F401 (the grammar registers itself)
from emulators.sql.tsql.installation import fresh_state
from emulators.sql.tsql.security import password_matches


def instance(directory: Path) -> Instance:
    return Instance(directory, name="SQL-LIVE", collation="Latin1_General_CI_AS", make_state=fresh_state)


def test_that_the_rehearsal_s_server_has_its_database_and_its_login(tmp_path: Path) -> None:
    (tmp_path / "sql_server_login_password").write_text("generated\n", encoding="utf-8")
    seed = load_seed(SEED, secrets=tmp_path)
    server = instance(tmp_path / "state")
    apply_seed(server, seed)
    login = server.state.login("svc-exam-automation")
    assert login is not None
    assert password_matches("generated", login.password_hash)
    assert (server.state.edition, server.state.collation) == ("Standard Edition (64-bit)", "Latin1_General_CI_AS")
    database = server.state.database("ES")
    assert database is not None
    assert [file.physical for file in database.files] == ["D:\\Data\\ES.mdf", "L:\\Log\\ES_log.ldf"]
    run_as_sa(server, "INSERT INTO dbo.Tags (Name) VALUES (N'kept')", database="ES")

    again = instance(tmp_path / "state")
    apply_seed(again, seed)
    with pytest.raises(SeedError, match="2627"):
        run_as_sa(again, "INSERT INTO dbo.Tags (Name) VALUES (N'kept')", database="ES")


def test_that_an_unknown_property_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="there is no property cores"):
        apply_seed(instance(tmp_path), {"properties": {"cores": 4}})
