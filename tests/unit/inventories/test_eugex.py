# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventories declare of EUGEX is what the role's sources of views make."""

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_source import view_of_file
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import Grant, View, digest_of
from tests.hub_rights import rights_asked_for
from tests.unit.inventories.test_inventories import ENVIRONMENTS, ROOT, of_environment

SOURCES = ROOT / "roles/eugex/files/views"
SEED = ROOT / "emulators/estate/eugex.yml"


def views(schema: str) -> dict[str, View]:
    """Return the views of the sources by name."""
    found = [view_of_file(path, schema) for path in sorted(SOURCES.glob("*.sql"))]
    assert found
    return {view.name: view for view in found}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_that_the_account_reads_the_views_and_their_sources_give_it_that_right_alone(environment: str) -> None:
    declared = of_environment(environment)
    schema, account = declared["eugex_views"]["schema"], declared["eugex_account"]
    sources = views(schema)
    assert sorted(account["reads"]["views"]) == sorted(f"{schema}.{name}" for name in sources)
    for view in sources.values():
        assert view.grants == {Grant("SELECT", account["name"])}, view.name


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_that_the_digest_is_that_of_the_sources(environment: str) -> None:
    declared = of_environment(environment)["eugex_views"]
    assert declared["digest"] == digest_of(views(declared["schema"])), "the sources are not those that were signed off"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_that_fields_of_phase_2_and_replicated_columns_are_in_the_views(environment: str) -> None:
    declared = of_environment(environment)
    sources = views(declared["eugex_views"]["schema"])
    for name, fields in declared["eugex_phase_2_fields"].items():
        assert set(fields) <= set(sources[name.partition(".")[2]].columns), name
    queries = " ".join(view.query.upper() for view in sources.values())
    for table, columns in declared["eugex_streams"]["columns"].items():
        assert table in queries
        assert all(column in queries for column in columns), table


def test_that_the_rehearsal_s_account_has_the_rights_that_are_asked_for_and_no_others() -> None:
    users = {user["name"]: user for user in yaml.safe_load(SEED.read_text(encoding="utf-8"))["users"]}
    granted = users[of_environment("live")["eugex_connection"]["login_user"]]["grants"]
    assert len(granted) == len(set(granted))
    assert set(granted) == {right for row in rights_asked_for().values() for right in row}
    ((number, unit),) = re.findall(r"QUOTA (\d+)([MG]) ON", (ROOT / "docs/eugex.md").read_text(encoding="utf-8"))
    assert users["EUGEX"]["quotas"] == {"HUB": int(number) * {"M": 2**20, "G": 2**30}[unit]}


def test_that_each_line_of_the_hub_has_its_row_of_rights() -> None:
    assert [*rights_asked_for()] == ["all", "2.3", "2.4", "4.1"]
    plan = of_environment("live")["implementation_plan"]
    changing = {each["line"] for each in plan if each["role"] == "eugex" and each["line"] not in ("4.2", "4.7")}
    assert changing == {"2.3", "2.4", "4.1"}, "the other lines are only proven"
