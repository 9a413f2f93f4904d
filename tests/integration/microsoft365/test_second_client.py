# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another client: Microsoft's azure-identity for tokens, and plain requests as Graph's documentation writes them."""

from __future__ import annotations

import asyncio
import secrets
import ssl
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential

from tests.integration.microsoft365.conftest import AUTOMATION, CALSYNC, STUDENTS, TENANT, Office, days


def credential(office: Office, name: str = "automation", client: str = AUTOMATION, tenant: str = TENANT) -> Any:
    both = Path(office.file(name, "key")).read_bytes() + Path(office.file(name)).read_bytes()
    return CertificateCredential(
        tenant,
        client,
        certificate_data=both,
        authority=f"https://{office.server.address}:{office.server.port}",
        disable_instance_discovery=True,
        connection_verify=str(office.directory / "authority" / "root.pem"),
    )


def token(office: Office, **changes: Any) -> str:
    return str(credential(office, **changes).get_token("https://graph.microsoft.com/.default").token)


def test_an_application_with_its_service_principal(office: Office) -> None:
    with client(office, token(office)) as http:
        made = http.post("/v1.0/applications", json={"displayName": "CalSync", "tags": ["exam"]})
        principal = http.post("/v1.0/servicePrincipals", json={"appId": made.json()["appId"]})
        listed = http.get("/v1.0/applications").json()
    assert [made.status_code, principal.status_code] == [201, 201]
    assert made.json()["displayName"] == "CalSync"
    assert made.json()["tags"] == ["exam"]
    assert principal.json()["appId"] == made.json()["appId"]
    assert {each["displayName"] for each in listed["value"]} == {"automation", "CalSync"}


def test_calendars_are_for_those_in_scope_alone(office: Office) -> None:
    principal = office.client("calsync", CALSYNC, [])
    events = f"/v1.0/users/{STUDENTS[0]}@exams.example/calendar/events"
    with client(office, token(office, name="calsync", client=CALSYNC)) as http:
        refused = http.get(events)
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "ErrorAccessDenied"
        allow(office, principal, "CustomAttribute1 -eq 'student'")
        allowed = http.get(events)
    assert (allowed.status_code, allowed.json()["value"]) == (200, [])


def allow(office: Office, principal: str, recipient_filter: str) -> None:
    """Give a service principal calendars in a scope, by Graph's documented requests."""
    with client(office, token(office)) as http:
        roles = http.get("/beta/roleManagement/exchange/roleDefinitions").json()["value"]
        role = next(each["id"] for each in roles if each["displayName"] == "Application Calendars.ReadWrite")
        attributes = {"Exclusive": False, "RecipientFilter": recipient_filter}
        scope = http.post(
            "/beta/roleManagement/exchange/customAppScopes",
            json={"type": "RecipientScope", "displayName": "students", "customAttributes": attributes},
        )
        assert scope.status_code == 201, scope.text
        made = http.post(
            "/beta/roleManagement/exchange/roleAssignments",
            json={
                "principalId": f"/ServicePrincipals/{principal}",
                "roleDefinitionId": role,
                "directoryScopeId": None,
                "appScopeId": scope.json()["id"],
            },
        )
        assert made.status_code == 201, made.text


def client(office: Office, bearer: str) -> httpx.Client:
    """Return a plain client with a token."""
    context = ssl.create_default_context(cafile=office.directory / "authority" / "root.pem")
    return httpx.Client(
        base_url=f"https://{office.server.address}:{office.server.port}",
        verify=context,
        headers={"Authorization": f"Bearer {bearer}"},
    )


def test_an_event_that_is_sent_twice_is_one(office: Office) -> None:
    principal = office.client("calsync", CALSYNC, [])
    allow(office, principal, "CustomAttribute1 -eq 'student'")
    user = f"/v1.0/users/{STUDENTS[0]}@exams.example"
    moment = {"dateTime": "2027-05-01T09:00:00", "timeZone": "UTC"}
    event = {"subject": "Exam", "start": moment, "end": moment, "transactionId": "t-1"}
    with client(office, token(office, name="calsync", client=CALSYNC)) as http:
        first, second = (http.post(f"{user}/calendar/events", json=event).json() for _time in range(2))
        assert http.delete(f"{user}/events/{first['id']}").status_code == 204
        left = http.get(f"{user}/calendar/events").json()["value"]
    assert first["id"] == second["id"]
    assert left == []


def test_a_tenant_wide_permission_adds_to_the_scope(office: Office) -> None:
    office.client("calsync", CALSYNC, ["Calendars.ReadWrite"])
    with client(office, token(office, name="calsync", client=CALSYNC)) as http:
        assert http.get("/v1.0/users/rector@exams.example/calendar/events").status_code == 200


def test_pages_follow_one_another(office: Office) -> None:
    with client(office, token(office)) as http:
        page = http.get("/v1.0/users", params={"$top": 4, "$select": "userPrincipalName"}).json()
        names = [each["userPrincipalName"] for each in page["value"]]
        while "@odata.nextLink" in page:
            page = http.get(page["@odata.nextLink"]).json()
            names += [each["userPrincipalName"] for each in page["value"]]
    assert len(names) == len(set(names)) == len(office.server.tenant.users)


def test_each_request_of_a_batch_has_a_status_of_its_own(office: Office) -> None:
    steps = [
        {"id": str(number), "method": "GET", "url": f"/users/{name}@exams.example?$select=mail"}
        for number, name in enumerate([STUDENTS[0], "nobody"])
    ]
    with client(office, token(office)) as http:
        responses = http.post("/v1.0/$batch", json={"requests": steps}).json()["responses"]
        assert [each["status"] for each in responses] == [200, 404]
        too_many = [{"id": str(number), "method": "GET", "url": "/users"} for number in range(21)]
        assert http.post("/v1.0/$batch", json={"requests": too_many}).status_code == 400


def test_that_only_the_registered_key_gets_a_token(office: Office) -> None:
    office.certificate("stranger")
    with pytest.raises(ClientAuthenticationError, match=r"AADSTS700027.*was not found"):
        token(office, name="stranger")
    with pytest.raises(ClientAuthenticationError, match="AADSTS700016"):
        token(office, client=CALSYNC)
    office.certificate("old", not_before=days(-90), not_after=days(-1))
    with pytest.raises(ClientAuthenticationError, match="AADSTS700027"):
        token(office, name="old")


def test_that_a_clock_that_is_wrong_gets_no_token(office: Office) -> None:
    office.faults({"kind": "skew", "seconds": 3600})
    with pytest.raises(ClientAuthenticationError, match="AADSTS700024"):
        token(office)


def test_that_a_token_made_elsewhere_is_refused(office: Office) -> None:
    claims = jwt.decode(token(office), options={"verify_signature": False})
    forged = jwt.encode(claims, secrets.token_bytes(32), algorithm="HS256")
    with client(office, forged) as http:
        answer = http.get("/v1.0/users")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"


def test_that_what_is_not_emulated_is_refused_by_name(office: Office) -> None:
    with client(office, token(office)) as http:
        unknown = http.get("/v1.0/sites/root")
        query = http.get("/v1.0/users", params={"$orderby": "displayName"})
        cmdlet = http.post(
            f"/adminapi/beta/{TENANT}/InvokeCommand", json={"CmdletInput": {"CmdletName": "Get-Mailbox"}}
        )
    assert unknown.status_code == 501
    assert "GET /v1.0/sites/root" in unknown.json()["error"]["message"]
    assert query.status_code == 400
    assert query.json()["error"]["code"] == "Request_UnsupportedQuery"
    assert cmdlet.status_code == 401, "a token for Graph is none for Exchange"
    assert office.server.services.refused == ["GET /v1.0/sites/root"]
    assert (office.server.directory / "refused.log").read_text(encoding="utf-8") == "GET /v1.0/sites/root\n"
    office.server.services.refused.clear()


def test_that_a_new_object_may_be_missing_for_a_moment(office: Office) -> None:
    office.faults({"kind": "consistency", "seconds": 3600})
    with client(office, token(office)) as http:
        made = http.post("/v1.0/applications", json={"displayName": "CalSync"}).json()
        assert http.get(f"/v1.0/applications/{made['id']}").status_code == 404
        office.faults()
        assert http.get(f"/v1.0/applications/{made['id']}").status_code == 200


def test_that_more_than_four_requests_a_mailbox_are_throttled(office: Office) -> None:
    principal = office.client("calsync", CALSYNC, [])
    allow(office, principal, "CustomAttribute1 -eq 'student'")
    office.faults({"kind": "late", "match": "calendar", "seconds": 0.4})
    bearer = token(office, name="calsync", client=CALSYNC)

    async def work() -> list[int]:
        context = ssl.create_default_context(cafile=office.directory / "authority" / "root.pem")
        base = f"https://{office.server.address}:{office.server.port}"
        async with httpx.AsyncClient(verify=context, headers={"Authorization": f"Bearer {bearer}"}) as http:
            url = f"{base}/v1.0/users/{STUDENTS[0]}@exams.example/calendar/events"
            return [each.status_code for each in await asyncio.gather(*(http.get(url) for _number in range(6)))]

    assert sorted(asyncio.run(work())) == [200] * 4 + [429] * 2
    assert office.server.services.calendars.most_at_once == 4
