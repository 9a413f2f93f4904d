# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""mssql_table_data when something breaks: the target is as before, or as declared, and the message says which."""

from __future__ import annotations

import itertools
import signal
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql import table_writer
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session
from tests.integration.sql.conftest import Emulator, Opener, Runner, rows
from tests.integration.sql.table_data.conftest import TABLES
from tests.integration.sql.table_data.conftest import content as content_of_all

pytestmark = pytest.mark.usefixtures("no_fault_afterwards")
ROOMS, SITES = r"INSERT INTO \[dbo\]\.\[rooms\]", r"INSERT INTO \[dbo\]\.\[sites\]"


@pytest.fixture
def declared(run: Runner, open_connection: Opener, database: str, tmp_path: Path) -> dict[str, Any]:
    """Return a task that brings three rows of two tables, and takes one away."""
    statements = [
        "CREATE TABLE dbo.sites (id int PRIMARY KEY, name nvarchar(20))",
        "CREATE TABLE dbo.rooms (id int PRIMARY KEY, site int REFERENCES dbo.sites, parent int REFERENCES dbo.rooms)",
        "INSERT INTO dbo.sites VALUES (1, N'A'), (2, N'B')",
        "INSERT INTO dbo.rooms VALUES (1, 2, NULL), (2, 1, 1)",
    ]
    changes = ["DELETE FROM dbo.rooms", "DELETE FROM dbo.sites WHERE id = 2", "INSERT INTO dbo.sites VALUES (3, N'C')"]
    with closing(open_connection(database=database)) as connection:
        for each in statements:
            connection.execute(each)
        artefact = {"tables": ["dbo.rooms", "dbo.sites"], "artefact": str(tmp_path / "artefact"), "database": database}
        assert run("mssql_table_data", **artefact, state="exported")["changed"] is True
        for each in changes:
            connection.execute(each)
    run("mssql_database", name=database, extended_properties={"exam_scheduling_service": "pre_live"})
    return artefact


def content(open_connection: Opener, database: str) -> list[list[tuple[Any, ...]]]:
    queries = ("SELECT id, name FROM dbo.sites ORDER BY id", "SELECT id, site, parent FROM dbo.rooms ORDER BY id")
    with closing(open_connection(database=database)) as connection:
        return [rows(connection.execute(query)) for query in queries]


BEFORE = [[(1, "A"), (3, "C")], []]
AFTER = [[(1, "A"), (2, "B")], [(1, 2, None), (2, 1, 1)]]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"kind": "error", "number": 1101, "match": ROOMS}, "Make room on the disk that is named"),
        ({"kind": "error", "number": 9002, "match": "DELETE FROM"}, "Back up the transaction log"),
        ({"kind": "error", "number": 1205, "match": ROOMS}, "See who else writes to these tables"),
        ({"kind": "error", "number": 1222, "match": SITES}, "Somebody has held a lock for more than 60 seconds"),
        ({"kind": "drop", "match": ROOMS, "rows": 1}, "the tables are as they were"),
        ({"kind": "lose", "match": SITES, "times": 1}, "the tables are as they were"),
        ({"kind": "lose", "match": "WITH CHECK CHECK"}, "the tables are as they were"),
    ],
)
def test_that_what_breaks_leaves_everything_as_it_was(
    emulator: Emulator,
    run: Runner,
    open_connection: Opener,
    declared: dict[str, Any],
    *,
    fault: dict[str, Any],
    message: str,
) -> None:
    emulator.faults(fault)
    broken = run("mssql_table_data", **declared)
    assert broken["failed"] is True
    assert message in broken["msg"]
    assert "Nothing was applied; running again starts afresh." in broken["msg"]
    emulator.faults()
    assert content(open_connection, declared["database"]) == BEFORE
    assert run("mssql_table_data", **declared)["changed"] is True
    assert content(open_connection, declared["database"]) == AFTER


def test_that_a_source_that_breaks_off_leaves_everything_as_it_was_and_is_named(
    emulator: Emulator, run: Runner, open_connection: Opener, origin: dict[str, Any], *, source: str, target: str
) -> None:
    copied = {"database": target, "tables": TABLES, "source": origin}
    emulator.faults({"kind": "drop", "match": r"FROM \[dbo\]\.\[rooms\] ORDER BY", "rows": 1, "times": 1})
    broken = run("mssql_table_data", **copied)
    assert f"database {source}: the connection broke before anything was committed" in broken["msg"]
    assert "the tables are as they were" in broken["msg"]
    assert "Nothing was applied; running again starts afresh." in broken["msg"]
    emulator.faults()
    assert content_of_all(open_connection, target) == [[], [], []]
    assert run("mssql_table_data", **copied)["changed"] is True
    assert content_of_all(open_connection, target) == content_of_all(open_connection, source)


def test_that_a_deadlock_victim_is_repeated(
    emulator: Emulator, run: Runner, open_connection: Opener, declared: dict[str, Any]
) -> None:
    emulator.faults({"kind": "error", "number": 1205, "match": ROOMS, "times": 2})
    done = run("mssql_table_data", **declared)
    assert done["changed"] is True, done
    for number in (1, 2):
        told = f"{declared['database']}: the transaction was a deadlock's victim, and is repeated ({number} of 2)."
        assert told in str(done["warnings"])
    assert content(open_connection, declared["database"]) == AFTER


class Cancels:
    """Ctrl-C, as the process gets it, when one of the session's methods is called; before or after what it does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, method: str, match: str, *, afterwards: bool = False) -> None:
        plain = getattr(Session, method)

        def method_with_signal(session: Session, *arguments: Any, **named: Any) -> Any:
            if match not in str(arguments):
                return plain(session, *arguments, **named)
            if not afterwards:
                signal.raise_signal(signal.SIGINT)
            result = plain(session, *arguments, **named)
            if afterwards:
                signal.raise_signal(signal.SIGINT)
            return result

        monkeypatch.setattr(Session, method, method_with_signal)


AS_THEY_WERE = "it was cancelled, and everything was rolled back: the tables are as they were. Run again when it suits."


CANCELLED = [
    ("rows", "sys.tables", "it was cancelled. Nothing was touched."),
    ("stream", "[sites]", "it was cancelled. Nothing was touched."),
    ("call_many", "INSERT INTO [dbo].[sites]", AS_THEY_WERE),
    ("call_many", "INSERT INTO [dbo].[rooms]", AS_THEY_WERE),
    ("call", "WITH CHECK CHECK", AS_THEY_WERE),
]


def test_that_a_cancelled_run_leaves_everything_as_it_was(
    run: Runner, open_connection: Opener, declared: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for (method, match, message), afterwards in itertools.product(CANCELLED, (False, True)):
        with monkeypatch.context() as patched:
            Cancels(patched, method, match, afterwards=afterwards)
            broken = run("mssql_table_data", **declared)
        assert broken["failed"] is True, (match, afterwards)
        assert message in broken["msg"]
        assert content(open_connection, declared["database"]) == BEFORE, (match, afterwards)


@pytest.mark.parametrize("afterwards", [False, True])
def test_that_a_run_cancelled_at_its_commit_is_as_declared_and_says_so(
    run: Runner, open_connection: Opener, declared: dict[str, Any], *, monkeypatch: pytest.MonkeyPatch, afterwards: bool
) -> None:
    with monkeypatch.context() as patched:
        Cancels(patched, "_commit", "", afterwards=afterwards)
        done = run("mssql_table_data", **declared)
    assert done["changed"] is True, done
    assert "it was cancelled after everything was committed: the tables are as declared." in str(done["warnings"])
    assert content(open_connection, declared["database"]) == AFTER
    assert run("mssql_table_data", **declared)["changed"] is False
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_that_what_is_not_equal_afterwards_is_rolled_back(
    run: Runner, open_connection: Opener, declared: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    prove = table_writer._prove

    def disturbed(session: Any, table: Any, delta: Any) -> None:
        session.call("UPDATE dbo.sites SET name = N'trigger' WHERE id = 2")
        prove(session, table, delta)

    monkeypatch.setattr(table_writer, "_prove", disturbed)
    broken = run("mssql_table_data", **declared)
    assert "not equal to the source after the copy, and everything was rolled back" in broken["msg"]
    assert content(open_connection, declared["database"]) == BEFORE
