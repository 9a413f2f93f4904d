# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real runs of ansible-playbook: against an estate that is only seeded, and against one that runs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from emulators.estate.estate import Estate
from tests.integration.playbooks.isolated import Isolated, Playbook, Rehearsed, ask_hub, files

NETWORK = "127.41"
NETWORK_OF_ISOLATED = "127.42"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what resets or stops the estate come after all that works on the rehearsed LIVE."""

    def used(item: pytest.Item) -> set[str]:
        return {"isolated", "rehearsed"} & set(getattr(item, "fixturenames", ()))

    items.sort(key=lambda item: used(item) == {"isolated"})
    for item in items:
        limit = item.get_closest_marker("timeout")
        # the rehearsal, before the first of them, takes a time of its own
        if limit is not None and "rehearsed" in used(item):
            item.add_marker(pytest.mark.timeout(*limit.args, func_only=True), append=False)


@pytest.fixture(scope="session")
def seeded_estate() -> Iterator[Estate]:
    """An estate that is seeded and not running: enough for what must be refused before anything is touched."""
    estate = Estate(NETWORK)
    estate.prepare()
    estate.approve_changes()
    yield estate
    shutil.rmtree(estate.directory)


@pytest.fixture
def playbook(seeded_estate: Estate) -> Playbook:
    return Playbook(seeded_estate.network)


@pytest.fixture(scope="session")
def isolated() -> Iterator[Isolated]:
    """An estate that runs where nothing else can be reached."""
    runner = Isolated(NETWORK_OF_ISOLATED)
    try:
        yield runner
    finally:
        runner.close()
        shutil.rmtree(runner.directory, ignore_errors=True)


@pytest.fixture(scope="session")
def rehearsed(isolated: Isolated) -> Rehearsed:
    """LIVE as a user rehearses it, first in check mode. Whoever changes it puts it back."""
    isolated.estate("reset")

    def touched() -> list[object]:
        web = [f"hosts/{host}/{part}" for host in ("web1-live", "web2-live") for part in ("etc", "srv")]
        parts = ("state", "windows/hosts", *web, "hosts/bi-live", "sql-server")
        # its files tell of logins too
        eugex = ask_hub(isolated, "SELECT owner, object_name FROM dba_objects", "SELECT username FROM dba_users")
        tenant = (isolated.directory / "graph/tenant.json").read_bytes()  # beside it is what was asked
        return [*(files(isolated.directory / part) for part in parts), tenant, eugex]

    before = touched()
    predicted = isolated.play("live.yml", "--check", "--diff")
    assert touched() == before
    return Rehearsed(isolated, predicted, isolated.play("live.yml"))
