# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated tenant on a free port, with people, and identities whose keys are made here."""

from __future__ import annotations

import functools
import importlib
import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulators.certificates import Authority, Issued, PrivateKey, generate_key
from emulators.microsoft365 import faults
from emulators.microsoft365.seed import Client, Seed, add_client
from emulators.microsoft365.server import NAMES, Microsoft365
from tests.module_runner import MODULES, run_module

TENANT = "6b9fa8a1-1de3-4a5b-9c39-0c5a7d5f8f10"
AUTOMATION = "0f5a3d2c-7c41-4d0e-8a9b-3a6f0a1c2b3d"
CALSYNC = "5d4a7c1e-2f6b-4b3a-9e8d-7c6b5a493827"
PERMISSIONS = [
    "Application.ReadWrite.OwnedBy",
    "AppRoleAssignment.ReadWrite.All",
    "AdministrativeUnit.Read.All",
    "GroupMember.Read.All",
    "User.Read.All",
    "RoleManagement.ReadWrite.Exchange",
    "Exchange.ManageAsApp",
]
STUDENTS = [f"s{number:07d}" for number in range(1, 7)]
STAFF = ["rector", "bursar"]
FILTER = "CustomAttribute1 -eq 'student'"
IN, OUT = [f"{name}@exams.example" for name in STUDENTS], [f"{name}@exams.example" for name in STAFF]
"""Whose calendars CalSync shall reach, and whose not."""


@functools.cache
def rsa_key(name: str) -> PrivateKey:
    """Return a key of a name, made once for all tests: that takes longer than most of them."""
    return generate_key("rsa2048")


@dataclass
class Office:
    """The tenant, and the files by which modules connect to it."""

    server: Microsoft365
    directory: Path
    authority: Authority

    def faults(self, *entries: dict[str, Any]) -> None:
        faults.write(self.server.directory, entries)

    def certificate(self, name: str, **changes: Any) -> Issued:
        """Make a certificate and its key; their files are `name/fullchain.pem` and `name/key.pem`."""
        issued = self.authority.issue([name], key=rsa_key(name), server_auth=False, chain=False, **changes)
        issued.write(self.directory / name)
        return issued

    def file(self, name: str, kind: str = "fullchain") -> str:
        return str(self.directory / name / f"{kind}.pem")

    def client(self, name: str, client_id: str, permissions: list[str]) -> str:
        """Have an application in the tenant, and return its service principal."""
        self.certificate(name)
        seed = Client(name=name, client_id=client_id, certificate_file=self.file(name), permissions=permissions)
        with self.server.tenant.lock:
            principal = add_client(self.server.tenant, seed)
            self.server.tenant.changed()
        return principal

    def connection(self, name: str = "automation", client_id: str = AUTOMATION) -> dict[str, Any]:
        return {
            "tenant": TENANT,
            "client_id": client_id,
            "certificate": self.file(name),
            "private_key": self.file(name, "key"),
            "ca_certificates": str(self.directory / "authority" / "root.pem"),
            "connect_address": self.server.address,
            "connect_port": self.server.port,
        }

    def requests(self) -> list[dict[str, Any]]:
        """What was asked for, without tokens."""
        path = self.server.directory / "requests.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def seed(**changes: Any) -> Seed:
    people: list[dict[str, Any]] = [{"name": name, "attributes": {"customAttribute1": "student"}} for name in STUDENTS]
    people += [{"name": name} for name in STAFF]
    people.append({"name": "unlicensed", "mailbox": False})
    return Seed.model_validate(
        {
            "tenant": TENANT,
            "people": people,
            "groups": [{"name": "students", "members": STUDENTS}, {"name": "empty"},
                       {"name": "everybody", "members": [*STUDENTS, *STAFF, "unlicensed"]}],
            "administrative_units": [{"name": "exams", "members": STUDENTS[:2]}],
            **changes,
        }
    )  # fmt: skip


class running_office:  # noqa: N801 (a context manager)
    """A tenant in a directory of its own, with the automation's identity."""

    def __init__(self, directory: Path, **changes: Any) -> None:
        authority = Authority.load_or_create(directory / "authority", "Microsoft 365 test root")
        address = f"127.65.{secrets.randbelow(250)}.{secrets.randbelow(250) + 1}"
        context = authority.issue([*NAMES, address]).server_context()
        server = Microsoft365(directory / "state", address, context, seed(**changes), port=0)
        self._office = Office(server, directory, authority)

    def __enter__(self) -> Office:
        self._office.server.__enter__()
        self._office.client("automation", AUTOMATION, PERMISSIONS)
        return self._office

    def __exit__(self, *_exception: object) -> None:
        self._office.server.__exit__()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Return a tenant of the test's own. Whatever is refused as unknown fails the test."""
    with running_office(tmp_path) as found:
        yield found
        assert found.server.services.refused == []


Runner = Callable[..., dict[str, Any]]


@pytest.fixture
def run(office: Office) -> Runner:
    """Return what runs a module as the automation, unless told otherwise."""

    def runner(module: str, *, check: bool = False, **arguments: Any) -> dict[str, Any]:
        result = run_module(module, {**office.connection(), **arguments}, check=check)
        require_documented(module, result)
        require_no_secret(office, result)
        return result

    return runner


Prove = Callable[..., dict[str, Any]]


@pytest.fixture
def principal(office: Office) -> str:
    return office.client("CalSync", CALSYNC, [])


@pytest.fixture
def allow(run: Runner, principal: str) -> Callable[[str], None]:
    """Return what gives CalSync the calendars that a filter finds."""

    def allow(recipient_filter: str) -> None:
        scope = {"name": "CalSync LIVE", "recipient_filter": recipient_filter}
        result = run("exchange_application_access", application=CALSYNC, scope=scope)
        assert not result.get("failed"), result["msg"]

    assert principal
    return allow


@pytest.fixture
def prove(office: Office, run: Runner) -> Prove:
    """Return what runs exchange_mailbox_access_info as CalSync itself."""

    def prove(**changes: Any) -> dict[str, Any]:
        arguments = {**office.connection("CalSync", CALSYNC), "in_scope": IN, "out_of_scope": OUT, "interval": 0.2}
        return run("exchange_mailbox_access_info", **{**arguments, **changes})

    return prove


OF_ANSIBLE = {"changed", "deprecations", "diff", "exception", "failed", "invocation", "msg", "warnings"}


@functools.cache
def documented(module: str) -> frozenset[str]:
    """Return the values that a module says it returns."""
    return frozenset(yaml.safe_load(importlib.import_module(f"{MODULES}.{module}").RETURN))


def require_documented(module: str, result: dict[str, Any]) -> None:
    """Hold what a module returned against its documentation."""
    further = set(result) - documented(module) - OF_ANSIBLE - {"pending_line"}
    assert not further, f"{module} returns what it does not document: {further}"


def require_no_secret(office: Office, result: dict[str, Any]) -> None:
    """No token, no key and no secret is in what a module returned."""
    text = json.dumps(result)
    assert "PRIVATE KEY" not in text
    assert "eyJ" not in text, "a token begins like that"
    for application in office.server.tenant.applications.values():
        for each in application["passwordCredentials"]:
            assert each["secretText"] not in text


def days(number: float) -> datetime:
    """Return the time so many days from now."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=number)
