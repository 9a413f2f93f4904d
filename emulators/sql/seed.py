# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
r"""What a server has when it is started for the first time: a YAML file of logins and of batches to run.

name: SQL-LIVE
collation: Latin1_General_CI_AS
properties: {edition: Standard Edition (64-bit), version: 16.0.4135.4, physical_memory_mb: 65536}
directories: ['D:\Data', 'E:\Backup']   # that files can be in, besides those of the installation
sa_password_file: secrets/sa        # or sa_password; relative to the seed
kerberos: {keytab_file: secrets/sql.keytab, domains: {EXAMS.EXAMPLE: EXAMS}}   # Windows authentication; at every start
logins:
  - {name: automation, password_file: secrets/automation, server_roles: [sysadmin]}
batches:
  - CREATE DATABASE [ES]
  - {database: ES, file: schema.sql}
  - {database: ES, sql: "INSERT INTO ..."}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from emulators.sql.engine.instance import Instance
from emulators.sql.tsql.batch import run_batch
from emulators.sql.tsql.output import Collected
from emulators.sql.tsql.security import hash_password
from emulators.sql.tsql.session import Session

_GO = re.compile(r"^\s*GO\s*$", re.IGNORECASE | re.MULTILINE)


PROPERTIES = ("edition", "version", "physical_memory_mb")
"""What of a server is as it was installed, whatever Transact-SQL says."""


class SeedError(RuntimeError):
    """A batch of a seed failed; the message has the batch and the server's error."""


def load_seed(file: Path, *, secrets: Path | None = None) -> dict[str, Any]:
    """Return a seed with the files that it names read; those of passwords are relative to `secrets`, if it is given."""
    seed: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    directory = file.parent if secrets is None else secrets
    if "sa_password_file" in seed:
        seed["sa_password"] = (directory / seed.pop("sa_password_file")).read_text(encoding="utf-8").rstrip("\n")
    if "kerberos" in seed:
        seed["kerberos"]["keytab_file"] = str(directory / seed["kerberos"]["keytab_file"])
    for login in seed.get("logins", []):
        login["password"] = (directory / login.pop("password_file")).read_text(encoding="utf-8").rstrip("\n")
    for batch in seed.get("batches", []):
        if isinstance(batch, dict) and "file" in batch:
            batch["sql"] = (file.parent / batch.pop("file")).read_text(encoding="utf-8")
    return seed


def apply_seed(instance: Instance, seed: Mapping[str, Any]) -> None:
    """Give a server what the seed says, unless it was seeded before. Raises SeedError."""
    marker = instance.directory / "seeded"
    if marker.exists():
        return
    for name, value in seed.get("properties", {}).items():
        if name not in PROPERTIES:
            raise SeedError(f"there is no property {name}; there are {', '.join(PROPERTIES)}")
        setattr(instance.state, name, value)
    instance.state.directories[1:1] = seed.get("directories", [])
    if "sa_password" in seed:
        sa = instance.state.login("sa")
        assert sa is not None  # noqa: S101 (every server has it)
        sa.password_hash = hash_password(seed["sa_password"])
    for login in seed.get("logins", []):
        # its password is no text of a batch, and is not held against Windows' policy: it is made at random
        run_as_sa(instance, f"CREATE LOGIN {bracketed(login['name'])} WITH PASSWORD = 0x02 HASHED, CHECK_POLICY = OFF")
        created = instance.state.login(login["name"])
        assert created is not None  # noqa: S101 (the statement has created it)
        created.password_hash = hash_password(login["password"])
        for role in login.get("server_roles", []):
            run_as_sa(instance, f"ALTER SERVER ROLE {bracketed(role)} ADD MEMBER {bracketed(login['name'])}")
    instance.save()
    for batch in seed.get("batches", []):
        entry = {"sql": batch} if isinstance(batch, str) else batch
        for text in _GO.split(entry["sql"]):
            run_as_sa(instance, text, database=entry.get("database", "master"))
    marker.touch()


def bracketed(name: str) -> str:
    """Return a name as an identifier."""
    return "[" + name.replace("]", "]]") + "]"


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
