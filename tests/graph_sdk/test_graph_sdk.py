# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated tenant under Microsoft's own client, msgraph-sdk with azure-identity.

It is for `make test-all` alone, which installs it in a place of its own: it takes 450 MB, and a minute to import.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity.aio import CertificateCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphServiceClient
from msgraph.generated.models.application import Application
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.event import Event
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.service_principal import ServicePrincipal
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph_core import GraphClientFactory

from tests.integration.microsoft365.conftest import AUTOMATION, CALSYNC, STUDENTS, TENANT, Office
from tests.integration.microsoft365.conftest import office as office  # noqa: PLC0414 (the fixture)
from tests.integration.microsoft365.test_second_client import allow

Result = TypeVar("Result")


def asked(
    office: Office,
    question: Callable[[GraphServiceClient], Awaitable[Result]],
    name: str = "automation",
    client: str = AUTOMATION,
) -> Result:
    """Return what somebody gets of the tenant by the client."""

    async def answer() -> Result:
        root = str(office.directory / "authority" / "root.pem")
        place = f"{office.server.address}:{office.server.port}"
        both = Path(office.file(name, "key")).read_bytes() + Path(office.file(name)).read_bytes()
        async with CertificateCredential(
            TENANT, client, certificate_data=both, authority=f"https://{place}", disable_instance_discovery=True,
            connection_verify=root,
        ) as credential, httpx.AsyncClient(verify=ssl.create_default_context(cafile=root)) as http:  # fmt: skip
            provider = AzureIdentityAuthenticationProvider(
                credential, scopes=["https://graph.microsoft.com/.default"], allowed_hosts=[office.server.address]
            )
            adapter = GraphRequestAdapter(provider, GraphClientFactory.create_with_default_middleware(client=http))
            adapter.base_url = f"https://{place}/v1.0"
            return await question(GraphServiceClient(request_adapter=adapter))

    return asyncio.run(answer())


def test_an_application_is_made_found_and_removed(office: Office) -> None:
    async def work(graph: GraphServiceClient) -> tuple[Any, Any, Any]:
        made = await graph.applications.post(Application(display_name="CalSync", tags=["exam"]))
        principal = await graph.service_principals.post(ServicePrincipal(app_id=made.app_id))
        listed = await graph.applications.get()
        return made, principal, listed

    made, principal, listed = asked(office, work)
    assert (made.display_name, made.tags) == ("CalSync", ["exam"])
    assert principal.app_id == made.app_id
    assert {each.display_name for each in listed.value} == {"automation", "CalSync"}


def test_pages_follow_one_another(office: Office) -> None:
    async def work(graph: GraphServiceClient) -> list[str]:
        wanted = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(top=4, select=["userPrincipalName"])
        page = await graph.users.get(request_configuration=RequestConfiguration(query_parameters=wanted))
        names = [each.user_principal_name for each in page.value]
        while page.odata_next_link:
            page = await graph.users.with_url(page.odata_next_link).get()
            names += [each.user_principal_name for each in page.value]
        return names

    names = asked(office, work)
    assert len(names) == len(set(names)) == len(office.server.tenant.users)


def test_calendars_are_for_those_in_scope_alone(office: Office) -> None:
    principal = office.client("calsync", CALSYNC, [])

    async def read(graph: GraphServiceClient) -> Any:
        return await graph.users.by_user_id(f"{STUDENTS[0]}@exams.example").calendar.events.get()

    with pytest.raises(ODataError) as refused:
        asked(office, read, "calsync", CALSYNC)
    assert (refused.value.response_status_code, refused.value.error.code) == (403, "ErrorAccessDenied")
    allow(office, principal, "CustomAttribute1 -eq 'student'")

    async def write(graph: GraphServiceClient) -> tuple[str, str, int]:
        events = graph.users.by_user_id(f"{STUDENTS[0]}@exams.example").calendar.events
        moment = DateTimeTimeZone(date_time="2027-05-01T09:00:00", time_zone="UTC")
        event = Event(subject="Exam", start=moment, end=moment, transaction_id="t-1")
        first, second = await events.post(event), await events.post(event)
        await graph.users.by_user_id(f"{STUDENTS[0]}@exams.example").events.by_event_id(first.id).delete()
        return first.id, second.id, len((await events.get()).value)

    first, second, left = asked(office, write, "calsync", CALSYNC)
    assert first == second
    assert left == 0


def test_that_only_the_registered_key_gets_a_token(office: Office) -> None:
    office.certificate("stranger")

    async def read(graph: GraphServiceClient) -> Any:
        return await graph.users.get()

    with pytest.raises(ClientAuthenticationError, match="AADSTS700027"):
        asked(office, read, "stranger")


def test_what_is_throttled_is_asked_for_again(office: Office) -> None:
    office.faults({"kind": "throttle", "match": "GET /v1.0/users", "times": 1, "seconds": 1})

    async def read(graph: GraphServiceClient) -> Any:
        return await graph.users.get()

    assert asked(office, read).value
    assert [each["path"] for each in office.requests()].count("/v1.0/users") == 2, "refused, and asked for again"
