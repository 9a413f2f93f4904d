# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every request that the modules send, as a fixture, and held against what Graph's documentation has.

`requests.json` is what a story of all three modules sends, identifiers replaced. After a change that is meant, write it
anew with EXAM_RECORD_REQUESTS=1, and look at the difference. `documented.yml` has, for each request to Graph, its page
and the parameters that the page allows, looked up by hand.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulators.microsoft365.seed import grant
from tests.integration.microsoft365.conftest import CALSYNC, Office, Runner

FIXTURE = Path(__file__).with_name("requests.json")
DOCUMENTED = Path(__file__).with_name("documented.yml")
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


def template(request: dict[str, Any]) -> str:
    """Return a request as `documented.yml` names it: what stands for one object is `{}`."""
    path = re.sub(r"(?<=uniqueName=')[^']+(?=')", "{}", request["path"].replace("{id}", "{}"))
    return f"{request['method']} {re.sub(r'(?<=/)[^/]+@[^/]+', '{}', path)}"


def test_that_graph_documents_each_request_with_its_query(recorded: list[dict[str, Any]]) -> None:
    documented = yaml.safe_load(DOCUMENTED.read_text(encoding="utf-8"))
    to_graph = [each for each in recorded if not each["path"].startswith("/adminapi/")]
    for request in to_graph:
        entry = documented.get(template(request))
        assert entry is not None, f"{template(request)}: look it up, and add its page to {DOCUMENTED.name}"
        assert set(request.get("query", {})) <= set(entry["query"]), (template(request), entry["page"])
    assert {template(each) for each in to_graph} == set(documented), "what is documented and not sent any more goes"


def test_that_what_else_is_sent_is_what_the_documentation_of_this_collection_says(
    recorded: list[dict[str, Any]],
) -> None:
    assert {each["path"] for each in recorded if each["path"].startswith("/adminapi/")} == {
        "/adminapi/beta/{id}/InvokeCommand"
    }


def test_that_no_request_has_a_key_or_a_token_in_it(recorded: list[dict[str, Any]]) -> None:
    text = json.dumps(recorded)
    assert "PRIVATE KEY" not in text
    assert "eyJ" not in text
    assert "MII" not in text
