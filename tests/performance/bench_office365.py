# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""200 mailboxes proven, both halves, four requests at a time, against the time that the estate's owners allow."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from emulators.certificates import Authority
from emulators.microsoft365 import faults
from emulators.microsoft365.exchange_roles import PRINCIPAL
from emulators.microsoft365.seed import Client, Seed, add_client
from emulators.microsoft365.server import NAMES, Microsoft365
from emulators.microsoft365.tenant import role_id
from tests.performance.ratio import Measurement, time_module

MAILBOXES = 200
LIMIT_SECONDS = 10.0
LATENCY = 0.1
"""Seconds that each answer takes, so that it is time on the wire that is measured, as with a service far away."""
TENANT = "6b9fa8a1-1de3-4a5b-9c39-0c5a7d5f8f10"
CALSYNC = "5d4a7c1e-2f6b-4b3a-9e8d-7c6b5a493827"


def measure() -> list[Measurement]:
    """Measure the module in a process of its own; the emulator counts how many requests a mailbox had at a time."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        authority = Authority.load_or_create(directory / "authority", "Benchmark root")
        address = "127.66.0.1"
        context = authority.issue([*NAMES, address]).server_context()
        students = [f"s{number:07d}" for number in range(MAILBOXES // 2)]
        staff = [f"staff{number}" for number in range(MAILBOXES // 2)]
        people = [{"name": each, "attributes": {"customAttribute1": "student"}} for each in students]
        people += [{"name": each} for each in staff]
        seed = Seed.model_validate({"tenant": TENANT, "people": people})
        with Microsoft365(directory / "state", address, context, seed, port=0) as office:
            arguments = _identity(office, authority, directory)
            faults.write(directory / "state", [{"kind": "late", "match": "calendar", "seconds": LATENCY}])
            ours = time_module(
                "exchange_mailbox_access_info",
                {
                    **arguments,
                    "in_scope": [f"{each}@exams.example" for each in students],
                    "out_of_scope": [f"{each}@exams.example" for each in staff],
                },
            )
            if not ours.result.get("proven"):
                raise RuntimeError(f"the mailboxes were not proven: {ours.result.get('msg')}")
            if office.services.calendars.most_at_once > 1:
                raise RuntimeError("a mailbox had several requests at a time")
    return [
        Measurement(
            work=f"{MAILBOXES} mailboxes proven, {LATENCY:g} s an answer",
            unit="run",
            ours=ours.seconds,
            peer_name="limit",
            peer=LIMIT_SECONDS,
            floor=1,
            memory_mib=ours.memory_mib,
        )
    ]


def _identity(office: Microsoft365, authority: Authority, directory: Path) -> dict[str, Any]:
    """Have CalSync's application with a role in a scope, and return how to connect as it."""
    certificate, key = authority.issue(["calsync"], key="rsa2048", chain=False).write(directory / "calsync")
    client = Client(name="CalSync", client_id=CALSYNC, certificate_file=str(certificate))
    with office.tenant.lock:
        principal = add_client(office.tenant, client)
        office.tenant.scopes["scope"] = {
            "id": "scope",
            "type": "RecipientScope",
            "displayName": "students",
            "customAttributes": {"Exclusive": False, "RecipientFilter": "CustomAttribute1 -eq 'student'"},
        }
        office.tenant.role_assignments["assignment"] = {
            "id": "assignment",
            "principalId": f"{PRINCIPAL}{principal}",
            "roleDefinitionId": role_id("Application Calendars.ReadWrite"),
            "directoryScopeId": None,
            "appScopeId": "scope",
        }
        office.tenant.changed()
    return {
        "tenant": TENANT,
        "client_id": CALSYNC,
        "certificate": str(certificate),
        "private_key": str(key),
        "ca_certificates": str(directory / "authority" / "root.pem"),
        "connect_address": office.address,
        "connect_port": office.port,
    }
