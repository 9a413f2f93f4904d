# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every request that the modules send, as a fixture, and held against Graph's published description.

`requests.json` is what a story of all three modules sends, identifiers replaced. After a change that is meant, write it
anew with EXAM_RECORD_REQUESTS=1, and look at the difference. The official client is generated from Graph's
description of v1.0, so a request that it has a builder for is a request that the description has.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import msgraph
import pytest

from emulators.microsoft365.seed import grant
from tests.integration.microsoft365.conftest import CALSYNC, Office, Runner

FIXTURE = Path(__file__).with_name("requests.json")
GENERATED = Path(msgraph.__file__).parent / "generated"
NAME = {"name": "CalSync", "tag": "exam-scheduling:calsync"}
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|\+00:00)")


def general(value: Any) -> Any:
    """Return a request without what differs from one run to the next."""
    if isinstance(value, dict):
        return {key: "(base64)" if key == "key" else general(each) for key, each in value.items()}
    if isinstance(value, list):
        return [general(each) for each in value]
    if not isinstance(value, str):
        return value
    text = re.sub(r"(?<=appRoleAssignments/).+", "{id}", _DATE.sub("{date}", _GUID.sub("{id}", value)))
    return re.sub(r"^[0-9A-F]{16}$|^[0-9A-F]{40}$", "{thumbprint}", text)


def tell_the_story(office: Office, run: Runner, tmp_path: Path) -> None:
    """Have the modules send all that they can send."""

    def done(module: str, **arguments: Any) -> dict[str, Any]:
        result = run(module, **arguments)
        assert not result.get("failed"), result["msg"]
        return result

    office.certificate("one")
    office.certificate("two")
    graph = {"resource": "00000003-0000-0000-c000-000000000000", "permissions": ["User.Read.All"]}
    made = done("entra_application", **NAME, certificates=[office.file("one")], owners=["rector@exams.example"],
                required_permissions=[graph], secret={"name": "s", "file": str(tmp_path / "s")})  # fmt: skip
    done("entra_application", **{**NAME, "name": "CalSync LIVE"}, certificates=[office.file("two")],
         other_certificates="remove", required_permissions=[])  # fmt: skip
    done("entra_application", name="CalSync", tag="other", state="absent")
    identity = office.client("proof", CALSYNC, [])
    with office.server.tenant.lock:
        grant(office.server.tenant, identity, "Calendars.Read")
    scope = {"name": "live", "recipient_filter": "CustomAttribute1 -eq 'student'"}
    narrower = {"name": "live", "recipient_filter": "Alias -eq 's0000001'"}
    for provider in ("graph", "commands"):
        done("exchange_application_access", provider=provider, application=CALSYNC, scope=scope,
             remove_tenant_wide_grants=True)  # fmt: skip
        done("exchange_application_access", provider=provider, application=CALSYNC, scope=narrower)
        done("exchange_application_access", provider=provider, application=CALSYNC,
             scope={"administrative_unit": "exams"})  # fmt: skip
    done("exchange_application_access", application=CALSYNC, scope={"group": "students"})
    office.server.tenant.organization = {"EwsEnabled": True, "EwsAllowedAppIDs": [CALSYNC]}
    application = made["client_id"]
    office.server.tenant.organization["EwsAllowedAppIDs"].append(application)
    other = {"name": "commands", "recipient_filter": "Alias -eq 's0000002'"}
    done("exchange_application_access", provider="commands", protocol="ews", application=application, scope=other)
    names = ("client_id", "certificate", "private_key")
    administrator = {name: value for name, value in office.connection().items() if name in names}
    done("exchange_mailbox_access_info", **{**office.connection("proof", CALSYNC), "administrator": administrator},
         in_scope=["s0000001@exams.example"], out_of_scope=["rector@exams.example"], prove_write=True,
         test_mailboxes=["s0000001@exams.example"])  # fmt: skip
    done("entra_application", **{**NAME, "name": "CalSync LIVE"}, state="absent")


def distinct(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each request once, in an order that does not depend on which thread was first."""
    unique = {json.dumps(general(each), sort_keys=True): general(each) for each in requests}
    return [unique[text] for text in sorted(unique, key=lambda text: _order(unique[text], text))]


def _order(request: dict[str, Any], text: str) -> tuple[str, str, str]:
    return request["path"], request["method"], text


@pytest.fixture
def recorded() -> list[dict[str, Any]]:
    return list(json.loads(FIXTURE.read_text(encoding="utf-8")))


def test_that_the_modules_send_just_these_requests(office: Office, run: Runner, tmp_path: Path) -> None:
    tell_the_story(office, run, tmp_path)
    sent = distinct(office.requests())
    if os.environ.get("EXAM_RECORD_REQUESTS"):
        FIXTURE.write_text(json.dumps(sent, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    assert sent == json.loads(FIXTURE.read_text(encoding="utf-8"))


def described(path: str) -> tuple[str, str]:
    """Return the template and the code of the builder for a path of v1.0, as the official client has it."""
    parts = []
    collections = {"applications", "servicePrincipals", "users", "groups", "administrativeUnits", "events"}
    collections |= {"appRoleAssignments"}
    segments = path.split("/")[2:]
    for number, segment in enumerate(segments):
        if number and segments[number - 1] in collections and segment != "$count":
            parts.append("item")
        else:
            name = re.sub(r"\((\w)(\w+)='.*'\)", lambda key: f"With{key[1].upper()}{key[2]}", segment)
            name = name.removeprefix("$").replace("microsoft.graph.", "graph.").replace(".", "_")
            parts.append(re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower())
    directory = GENERATED.joinpath(*parts)
    for builder in sorted(directory.glob("*_request_builder.py")):
        code = builder.read_text(encoding="utf-8")
        template = re.search(r'"\{\+baseurl\}(/[^"]*)"', code)
        assert template, builder
        return template[1], code
    raise AssertionError(f"Graph's description of v1.0 has nothing at {path}: no {directory}")


def test_that_the_description_of_v1_has_each_request_of_v1(recorded: list[dict[str, Any]]) -> None:
    of_v1 = [each for each in recorded if each["path"].startswith("/v1.0/")]
    assert len(of_v1) > 20
    for request in of_v1:
        template, code = described(request["path"])
        address, _brace, parameters = template.partition("{?")
        pattern = "".join("[^/]+" if part.startswith("{") else re.escape(part)
                          for part in re.split(r"(\{[^}]*\})", address))  # fmt: skip
        assert re.fullmatch(pattern, request["path"].removeprefix("/v1.0").replace("/microsoft.graph.", "/graph.")), (
            template,
            request["path"],
        )
        assert f"async def {request['method'].lower()}(" in code, request
        for name in request.get("query", {}):
            assert name.replace("$", "%24") in parameters, (name, template)


def test_that_what_the_description_of_v1_lacks_is_what_the_documentation_says(recorded: list[dict[str, Any]]) -> None:
    lacking = {re.sub(r"/\{id\}(?=$|/)", "", each["path"]) for each in recorded if "/v1.0/" not in each["path"]}
    assert lacking == {
        "/adminapi/beta/InvokeCommand",
        "/beta/roleManagement/exchange/customAppScopes",
        "/beta/roleManagement/exchange/roleAssignments",
        "/beta/roleManagement/exchange/roleDefinitions",
    }


def test_that_no_request_has_a_key_or_a_token_in_it(recorded: list[dict[str, Any]]) -> None:
    text = json.dumps(recorded)
    assert "PRIVATE KEY" not in text
    assert "eyJ" not in text
    assert "MII" not in text
