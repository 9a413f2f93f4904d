# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""mssql_table_data with an artefact: exported, deployed, encrypted, and refused if it was altered."""

from __future__ import annotations

import gzip
import hashlib
import json
import resource
import secrets
from pathlib import Path

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql import table_artefact, table_data
from tests.integration.sql.conftest import Opener, Runner
from tests.integration.sql.table_data.conftest import TABLES, content, counts, execute


def test_that_an_artefact_carries_the_rows(
    run: Runner, open_connection: Opener, source: str, target: str, tmp_path: Path
) -> None:
    path = tmp_path / "golden copy"
    export = {"database": source, "tables": TABLES, "state": "exported", "artefact": str(path)}
    predicted = run("mssql_table_data", check=True, **export)
    assert not path.exists()
    done = run("mssql_table_data", **export)
    assert done["changed"] is True, done
    assert done["changes"] == predicted["changes"]
    assert run("mssql_table_data", **export)["changed"] is False
    assert [each.name for each in tmp_path.iterdir()] == ["golden copy"]
    deploy = {"database": target, "tables": TABLES, "artefact": str(path), "digest": done["digest"]}
    predicted = run("mssql_table_data", check=True, **deploy)
    assert content(open_connection, target) == [[], [], []]
    deployed = run("mssql_table_data", **deploy)
    assert deployed["changed"] is True, deployed
    assert deployed["changes"] == predicted["changes"]
    assert deployed["digest"] == done["digest"]
    assert content(open_connection, target) == content(open_connection, source)
    again = run("mssql_table_data", **deploy)
    assert again["changed"] is False, again
    execute(open_connection, target, "UPDATE dbo.rooms SET name = 'other' WHERE id = 3")
    assert counts(run("mssql_table_data", **deploy)) == {"dbo.rooms": (0, 1, 0)}
    execute(open_connection, source, "DELETE FROM dbo.sittings")
    changed = run("mssql_table_data", **export)
    assert changed["changed"] is True
    unsigned = run("mssql_table_data", **deploy)
    assert "not those that were signed off" in unsigned["msg"]


@pytest.mark.parametrize("damage", ["row", "truncated", "gone", "manifest", "no manifest", "forged"])
def test_that_an_artefact_that_was_altered_is_refused(
    run: Runner, open_connection: Opener, source: str, target: str, *, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "golden"
    run("mssql_table_data", database=source, tables=TABLES, state="exported", artefact=str(path))
    file = next(path.glob("*rooms*"))
    manifest = path / "manifest.json"
    content_before = json.loads(manifest.read_text(encoding="utf-8"))
    if damage == "row":
        file.write_bytes(file.read_bytes() + b"\n")
    elif damage == "truncated":
        file.write_bytes(file.read_bytes()[:-9])
    elif damage == "gone":
        file.unlink()
    elif damage == "manifest":
        content_before["tables"][0]["rows"] += 1
        manifest.write_text(json.dumps(content_before), encoding="utf-8")
    elif damage == "no manifest":
        manifest.write_text("{", encoding="utf-8")
    else:
        file.write_bytes(gzip.compress(gzip.decompress(file.read_bytes()).replace(b"Grand ", b"Grant ")))
        for each in content_before["tables"]:
            if each["file"] == file.name:
                each["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
        manifest.write_text(json.dumps(content_before), encoding="utf-8")
    refused = run("mssql_table_data", database=target, tables=TABLES, artefact=str(path))
    assert "altered" in refused["msg"]
    assert ("Nothing was applied" if damage == "forged" else "Nothing was touched.") in refused["msg"]
    assert content(open_connection, target) == [[], [], []]
    exported = run("mssql_table_data", database=source, tables=TABLES, state="exported", artefact=str(path))
    assert exported["changed"] is True, exported
    assert run("mssql_table_data", database=target, tables=TABLES, artefact=str(path))["changed"] is True
    assert content(open_connection, target) == content(open_connection, source)


def test_that_an_artefact_is_encrypted(
    run: Runner, open_connection: Opener, source: str, target: str, tmp_path: Path
) -> None:
    path, passphrase = str(tmp_path / "golden"), "".join(secrets.token_urlsafe(12))
    export = {"database": source, "tables": TABLES, "state": "exported", "artefact": path}
    plain = run("mssql_table_data", **export)
    sealed = run("mssql_table_data", **export, artefact_passphrase=passphrase)
    assert sealed["changed"] is True, sealed
    assert sealed["digest"] == plain["digest"]
    assert run("mssql_table_data", **export, artefact_passphrase=passphrase)["changed"] is False
    deploy = {"database": target, "tables": TABLES, "artefact": path}
    assert "there is no passphrase" in run("mssql_table_data", **deploy)["msg"]
    wrong = run("mssql_table_data", **deploy, artefact_passphrase=passphrase + "x")
    assert "cannot be decrypted" in wrong["msg"]
    assert passphrase not in str(wrong)
    assert content(open_connection, target) == [[], [], []]
    assert run("mssql_table_data", **deploy, artefact_passphrase=passphrase)["changed"] is True
    assert content(open_connection, target) == content(open_connection, source)


def test_that_an_export_that_fails_keeps_what_was_there(
    run: Runner, open_connection: Opener, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "golden"
    export = {"database": source, "tables": TABLES, "state": "exported", "artefact": str(path)}
    before = run("mssql_table_data", **export)["digest"]
    execute(open_connection, source, "DELETE FROM dbo.sittings WHERE fee = 0")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))  # octets of a file: what a full disk is like
    try:
        broken = run("mssql_table_data", **export)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "the artefact could not be written, and what was there before is as it was" in broken["msg"]
    assert "Nothing was applied" in broken["msg"]
    assert "exception" not in broken

    class Meanwhile(table_artefact.ArtefactWriter):
        def __enter__(self) -> Meanwhile:
            execute(open_connection, source, "DELETE FROM dbo.sittings")
            super().__enter__()
            return self

    monkeypatch.setattr(table_data, "ArtefactWriter", Meanwhile)
    changed = run("mssql_table_data", **export)
    assert "the rows changed while they were exported, and nothing was kept" in changed["msg"]
    assert "table dbo.sittings" in changed["msg"]
    assert [each.name for each in tmp_path.iterdir()] == ["golden"]
    assert table_artefact.read_artefact(path, None).digest == before
