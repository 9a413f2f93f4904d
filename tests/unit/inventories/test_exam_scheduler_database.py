# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What LIVE declares of Exam Scheduler's database is what the rehearsal's has, and what was signed off."""

from __future__ import annotations

import json
import re

from emulators.estate.artefacts import GOLDEN_COPY
from emulators.estate.sql_server import SEED
from tests.unit.inventories.test_inventories import of_environment

LIVE = of_environment("live")


def test_that_every_table_of_the_installed_schema_has_one_class() -> None:
    script = SEED.with_name("exam_scheduler.sql").read_text(encoding="utf-8")
    classed = [table for tables in LIVE["exam_scheduler_tables"].values() for table in tables]
    assert sorted(classed) == sorted(re.findall(r"CREATE TABLE (\S+)", script))
    assert sorted(classed) == sorted(LIVE["exam_scheduler_schema"])


def test_that_the_golden_copy_is_of_the_reference_tables_and_has_the_digest_that_was_signed_off() -> None:
    manifest = json.loads((GOLDEN_COPY / "manifest.json").read_text(encoding="utf-8"))
    assert sorted(table["name"] for table in manifest["tables"]) == sorted(LIVE["exam_scheduler_tables"]["reference"])
    for environment in ("dev", "test", "live"):
        assert of_environment(environment)["exam_scheduler_golden_copy"]["digest"] == manifest["digest"]
