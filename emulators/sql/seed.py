# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server has when it is started for the first time: a YAML file of passwords and of batches to run.

name: SQL-LIVE
sa_password_file: secrets/sa        # or sa_password; relative to the seed
batches:
  - CREATE DATABASE [ES]
  - {database: ES, file: schema.sql}
  - {database: ES, sql: "INSERT INTO ..."}
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from emulators.sql.engine.instance import Instance
from emulators.sql.tsql.batch import run_batch
from emulators.sql.tsql.output import Collected
from emulators.sql.tsql.security import hash_password
from emulators.sql.tsql.session import Session

_GO = re.compile(r"^\s*GO\s*$", re.IGNORECASE | re.MULTILINE)


class SeedError(RuntimeError):
    """A batch of a seed failed; the message has the batch and the server's error."""


def load_seed(file: Path) -> dict[str, Any]:
    """Return a seed with the files that it names read."""
    seed: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    if "sa_password_file" in seed:
        seed["sa_password"] = (file.parent / seed.pop("sa_password_file")).read_text(encoding="utf-8").rstrip("\n")
    for batch in seed.get("batches", []):
        if isinstance(batch, dict) and "file" in batch:
            batch["sql"] = (file.parent / batch.pop("file")).read_text(encoding="utf-8")
    return seed


def apply_seed(instance: Instance, seed: dict[str, Any]) -> None:
    """Give a server what the seed says, unless it was seeded before. Raises SeedError."""
    marker = instance.directory / "seeded"
    if marker.exists():
        return
    if "sa_password" in seed:
        sa = instance.state.login("sa")
        assert sa is not None  # noqa: S101 (every server has it)
        sa.password_hash = hash_password(seed["sa_password"])
        instance.save()
    for batch in seed.get("batches", []):
        entry = {"sql": batch} if isinstance(batch, str) else batch
        for text in _GO.split(entry["sql"]):
            run_as_sa(instance, text, database=entry.get("database", "master"))
    marker.touch()


def run_as_sa(instance: Instance, text: str, *, database: str = "master") -> Collected:
    """Run a batch as sa without a client, and return what it said. Raises SeedError if it failed."""
    sa, found = instance.state.login("sa"), instance.state.database(database)
    if sa is None or found is None:
        raise SeedError(f"there is no database {database}")
    output = Collected()
    session = Session(instance, sa, output, database=found)
    try:
        run_batch(session, text)
    finally:
        session.close()
    if output.errors:
        raise SeedError(f"{output.errors[0]}\nin database {database}: {text.strip()[:500]}")
    return output
