# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated web services, asked by the standard library's client; no module of ours takes part."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any

import pytest

from emulators.business_objects.lcm_cli import read_properties
from tests.integration.business_objects.conftest import CMS, CUID, NAME, USER, VERSION, Platform

TOKEN = "X-SAP-LogonToken"
QUERY = (
    '<query xmlns="http://www.sap.com/rws/sl/universe" dataSourceType="unx" dataSourceId="{}">'
    '<querySpecification><queryData><resultObjects><resultObject path="x" id="{}"/></resultObjects></queryData>'
    "</querySpecification></query>"
)


@dataclass
class Client:
    """A client that keeps its token."""

    platform: Platform
    token: str = ""

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, str], bytes]:
        context = ssl.create_default_context(cafile=str(self.platform.directory / "authority/root.pem"))
        connection = http.client.HTTPSConnection(self.platform.address, 6405, context=context, timeout=5)
        content = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        headers = {"Host": NAME, "Accept": "application/json", **({TOKEN: self.token} if self.token else {})}
        connection.request(method, f"/biprws{path}", body=content, headers=headers)
        answer = connection.getresponse()
        found = (answer.status, dict(answer.headers.items()), answer.read())
        connection.close()
        return found

    def json(self, method: str, path: str, body: object = None) -> Any:
        status, _headers, content = self.ask(method, path, body)
        assert status == 200, content
        return json.loads(content)


@pytest.fixture
def client(platform: Platform) -> Client:
    client = Client(platform)
    asked = {"userName": USER, "password": platform.password, "auth": "secLDAP"}
    status, headers, content = client.ask("POST", "/logon/long", asked)
    assert status == 200
    client.token = headers[TOKEN]
    assert client.token == f'"{json.loads(content)["logonToken"]}"'
    return client


def test_that_a_session_begins_with_a_logon_and_ends_with_a_logoff(client: Client) -> None:
    assert client.json("GET", "/v1/about")["product_version"] == VERSION
    assert client.ask("POST", "/logoff")[0] == 200
    status, _headers, content = client.ask("GET", "/v1/about")
    assert (status, json.loads(content)["error_code"]) == (401, "FWB 00003")


def test_that_licences_are_counted(client: Client) -> None:
    asked = {"userName": USER, "password": client.platform.password, "auth": "secEnterprise"}
    other = Client(client.platform)
    other.token = other.ask("POST", "/logon/long", asked)[1][TOKEN]
    assert json.loads(Client(client.platform).ask("POST", "/logon/long", asked)[2])["error_code"] == "FWB 00014"
    for each in (client, other):
        assert each.ask("POST", "/logoff")[0] == 200


def test_that_the_repository_is_queried_page_by_page(client: Client) -> None:
    query = (
        "SELECT TOP 5 SI_NAME, SI_SL_UNIVERSE_TO_CONNECTIONS FROM CI_APPOBJECTS WHERE SI_KIND IN ('DSL.MetaDataFile')"
    )
    (entry,) = client.json("POST", "/v1/cmsquery", {"query": query})["entries"]
    assert entry["SI_NAME"] == "Exams timetabling"
    assert entry["SI_SL_UNIVERSE_TO_CONNECTIONS"]["SI_TOTAL"] == 1
    kinds = "SELECT SI_ID FROM CI_APPOBJECTS WHERE SI_KIND IN ('CCIS.DataConnection', 'Folder')"
    pages = [client.json("POST", f"/v1/cmsquery?pagesize=3&page={page}", {"query": kinds}) for page in (1, 2)]
    assert [len(page["entries"]) for page in pages] == [3, 1]
    assert ["next" in page for page in pages] == [True, False]
    assert client.ask("POST", "/logoff")[0] == 200


def test_that_a_universe_is_queried_and_the_query_is_the_sessions_own(client: Client) -> None:
    (universe,) = client.json("GET", "/raylight/v1/universes")["universes"]["universe"]
    assert (universe["cuid"], universe["type"]) == (CUID, "unx")
    outline = ET.fromstring(client.ask("GET", f"/sl/v1/universes/{universe['id']}")[2])  # noqa: S314 (of our own emulator)
    item = next(each for each in outline.iter("item") if each.findtext("name") == "Exam code")
    query = QUERY.format(universe["id"], item.findtext("id"))
    identifier = ET.fromstring(client.ask("POST", "/sl/v1/queries", query)[2]).findtext("id")  # noqa: S314 (of our own emulator)
    feed = client.ask("GET", f"/sl/v1/queries/{identifier}/data.svc/Flows0")[2].decode()
    assert feed.count("INVT08001") == 3
    assert client.ask("DELETE", f"/sl/v1/queries/{identifier}")[0] == 200
    assert client.ask("GET", f"/sl/v1/queries/{identifier}/data.svc/Flows0")[0] == 404
    assert client.ask("POST", "/logoff")[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "named"),
    [
        ("GET", "/raylight/v1/documents", None, "GET /biprws/raylight/v1/documents"),
        ("DELETE", "/raylight/v1/universes", None, "DELETE /biprws/raylight/v1/universes"),
        ("POST", "/v1/cmsquery", {"query": "SELECT * FROM CI_INFOOBJECTS"}, "'SELECT * FROM CI_INFOOBJECTS'"),
        ("POST", "/logon/long", "<attrs/>", "a logon without userName"),
    ],
)
def test_that_what_is_not_emulated_is_refused_by_name(
    client: Client, method: str, path: str, body: object, named: str
) -> None:
    status, _headers, content = client.ask(method, path, body)
    assert status == 501
    assert named in content.decode()
    assert client.ask("POST", "/logoff")[0] == 200


def lcm_cli(platform: Platform, **properties: str) -> tuple[int, str]:
    file = platform.directory / "by-hand.properties"
    file.write_text("".join(f"{name}={value}\n" for name, value in properties.items()), encoding="iso-8859-1")
    done = subprocess.run(
        [platform.directory / "lcm_cli.sh", "-lcmproperty", file], capture_output=True, text=True, check=False
    )
    file.unlink()
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("properties", "named"),
    [
        ({"action": "promote", "exportLocatoin": "x"}, "exportLocatoin"),
        ({"action": "compare", "LCM_CMS": CMS}, "(FWB 00008)"),
        ({"action": "export", "LCM_CMS": "elsewhere:6400"}, "(FWM 20030)"),
    ],
)
def test_that_lcm_cli_refuses_by_name(platform: Platform, properties: dict[str, str], named: str) -> None:
    code, output = lcm_cli(platform, **properties)
    assert code == 1
    assert named in output
    assert "Job Status" not in output


def test_that_properties_are_read_as_java_reads_them() -> None:
    text = "# a\n! b\na=1\nb : 2\n c\\ d = e\\\\f\\u00e9\\ud834\\udd1e\nempty=\n"
    assert read_properties(text) == {"a": "1", "b": "2", "c d": "e\\fé𝄞", "empty": ""}
