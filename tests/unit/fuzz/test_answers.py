# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a server answers (DNS; HTTP of Graph, a BI platform, Jira), it is understood or refused with a message."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import dns.message
import dns.rrset
import dns.tsig
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects import session as bi_session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects._requests import Answer
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.server import Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_query import parsed
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_reader import (
    read_universes,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.client import Client, Endpoint
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365 import client as graph
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.tickets import ticket_of
from tests.unit.fuzz.damage import fuzz

KEY = dns.tsig.Key("exams", "c2VjcmV0IHNlY3JldCBzZWNyZXQ=")
ISSUE = b'{"fields": {"status": {"name": "Approved"}, "comment": {"comments": [{"body": "sha256:00"}]}}}'
PAGE = b'{"value": [{"id": "1", "displayName": "CalSync"}], "@odata.nextLink": "https://graph.microsoft.com/v1.0/x"}'
FEED = (
    b'<feed xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices"><entry><content><m:properties '
    b'xmlns:m="m"><d:a>1</d:a></m:properties></content></entry></feed>'
)
UNIVERSE = {
    "SI_ID": 7,
    "SI_CUID": "A",
    "SI_NAME": "Exams",
    "SI_KIND": "DSL.MetaDataFile",
    "SI_PARENTID": 1,
    "SI_SL_UNIVERSE_TO_CONNECTIONS": {"1": 9},
}


@pytest.mark.parametrize("signed", [False, True])
def test_answers_by_dns(signed: bool) -> None:
    query = dns.message.make_query("scheduler.exams.example.", "CNAME", id=7)
    answer = dns.message.make_response(query)
    answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "CNAME", "es-live.exams.example."))
    client = Client(Endpoint("dns1.exams.example", ("127.0.0.1",), 53), timeout=1)
    if signed:
        query.use_tsig(KEY)
        query.to_wire()
        answer = dns.message.make_response(query)
        answer.use_tsig(KEY)
        answer.request_mac = query.mac or b""
    fuzz(lambda wire: client._verified(wire, query, client.asked(None)), answer.to_wire(), Problem, examples=150)


def test_issues_of_jira() -> None:
    assert ticket_of(ISSUE, None).comments == ["sha256:00"]
    fuzz(lambda content: ticket_of(content, "Thu, 26 Nov 2026 16:57:44 GMT"), ISSUE, ValueError)


@given(st.text(max_size=40))
def test_clocks_of_a_ticket_system(date: str) -> None:
    with contextlib.suppress(ValueError):
        ticket_of(ISSUE, date)


def pages_of_graph(content: bytes) -> object:
    answer = requests.Response()
    answer.status_code = 200
    answer._content = content
    found = graph._content(answer, "GET x")
    return None if found is None else graph.objects_of(found, "GET x")


def test_pages_of_graph() -> None:
    assert pages_of_graph(PAGE) == [{"id": "1", "displayName": "CalSync"}]
    fuzz(pages_of_graph, PAGE, Problem)


def test_that_links_to_pages_lead_on_within_the_service_that_the_token_is_for() -> None:
    links: set[str] = set()
    assert graph.following({"@odata.nextLink": f"{graph.EXCHANGE}/b"}, "list", graph.EXCHANGE, links) is not None
    assert graph.following({"value": []}, "list", graph.EXCHANGE, links) is None
    with pytest.raises(Problem, match="leads back"):
        graph.following({"@odata.nextLink": f"{graph.EXCHANGE}/b"}, "list", graph.EXCHANGE, links)
    for link in (f"{graph.EXCHANGE}.example/b", f"{graph.GRAPH}/b", 7):
        with pytest.raises(Problem, match="leads elsewhere"):
            graph.following({"@odata.nextLink": link}, "list", graph.EXCHANGE, links)


def test_answers_of_a_bi_platform_in_xml() -> None:
    fuzz(parsed, FEED, Problem)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_that_a_document_type_is_refused_in_any_encoding(encoding: str) -> None:
    with pytest.raises(Problem, match="no XML that can be read"):
        parsed(f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode(encoding))


class Answering:
    """In the place of the connection: answers each query of the repository, and what Web Intelligence offers."""

    def __init__(self, entries: bytes) -> None:
        self._entries = entries

    def send(self, _method: str, path: str, **_options: Any) -> Answer:
        body = self._entries if "cmsquery" in path else b'{"universes": {"universe": [{"cuid": "A"}]}}'
        return Answer(200, {}, body)


def universes(content: bytes) -> object:
    session = Session(Server("bi-live.exams.example", 8443, "u", "p", "secEnterprise"))
    session._http = Answering(content)  # type: ignore[assignment]  # answers in the place of a connection
    return read_universes(session)


def test_answers_of_a_bi_platform_in_json() -> None:
    fuzz(universes, json.dumps({"entries": [UNIVERSE]}).encode(), Problem)


def test_that_a_list_which_never_ends_is_an_error() -> None:
    with pytest.raises(Problem, match="has not come to an end after 1000 pages"):
        universes(json.dumps({"entries": [UNIVERSE], "next": {}}).encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(st.sampled_from(sorted(UNIVERSE)), JSON)
def test_entries_that_hold_something_else(column: str, value: Any) -> None:
    with contextlib.suppress(Problem):
        universes(json.dumps({"entries": [{**UNIVERSE, column: value}]}).encode())


def deep(opening: bytes) -> Iterator[bytes]:
    for depth in (50, 100_000):
        yield opening * depth


@pytest.mark.parametrize("content", [*deep(b"["), *deep(b'{"value":')])
def test_that_depth_is_refused(content: bytes) -> None:
    with pytest.raises(Problem):
        pages_of_graph(content)
    with pytest.raises(Problem):
        bi_session._content(Answer(200, {}, content))
    with pytest.raises(ValueError, match=r"."):
        ticket_of(content, None)
