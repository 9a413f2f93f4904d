# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the web services answer, request by request; the shapes are those of SAP's developer guides.

Logon and repository: Business Intelligence Platform RESTful Web Service Developer Guide. Universes and queries:
RESTful Web Service SDK User Guide for Web Intelligence and the BI Semantic Layer.
"""

from __future__ import annotations

import json
import re
import secrets
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from emulators.business_objects import cms_query, store
from emulators.business_objects.store import State

TOKEN = "X-SAP-LogonToken"  # noqa: S105 (the name of the header)
SL = "{http://www.sap.com/rws/sl/universe}"
ATOM, META, DATA = (
    "http://www.w3.org/2005/Atom",
    "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata",
    "http://schemas.microsoft.com/ado/2007/08/dataservices",
)
_PAGE = 50


@dataclass
class Request:
    """A request."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    no_licence: bool = False
    """Whether a logon finds no licence free."""


@dataclass
class Reply:
    """An answer."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """An error that the platform answers with."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.reply = _json({"error_code": code, "message": f"{message} ({code})"}, status=status)
        super().__init__(message)


class NotEmulated(Exception):
    """The request is none that the emulator knows."""


def answer(state: State, request: Request) -> Reply:
    """Return what the platform answers.

    Raises:
        NotEmulated: the emulator does not know it; the message names it.
    """
    for method, pattern, resource in _RESOURCES:
        match = re.fullmatch(pattern, request.path)
        if match is None or method != request.method:
            continue
        try:
            if resource is not _logon:
                _session(state, request)
            return resource(state, request, *match.groups())
        except Refused as refusal:
            return refusal.reply
    raise NotEmulated(f"{request.method} {request.path}")


def _json(content: object, *, status: int = 200) -> Reply:
    return Reply(status, json.dumps(content).encode())


def _xml(text: str) -> Reply:
    return Reply(200, f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode(), "application/xml")


def _token(request: Request) -> str:
    return request.headers.get(TOKEN, "").strip('"')


def _session(state: State, request: Request) -> dict[str, Any]:
    if _token(request) not in state["sessions"]:
        raise Refused(401, "FWB 00003", "Not a valid logon token.")
    session: dict[str, Any] = state["sessions"][_token(request)]
    return session


def _logon(state: State, request: Request) -> Reply:
    try:
        asked = json.loads(request.body)
        user, password, authentication = asked["userName"], asked["password"], asked["auth"]
    except (ValueError, KeyError, TypeError):
        raise NotEmulated("a logon without userName, password and auth in JSON") from None
    if store.account_refusal(state, user, password, authentication):
        raise Refused(
            401,
            "FWB 00008",
            "Account information not recognized: Enterprise authentication could not log you on. "
            "Please make sure your logon information is correct.",
        )
    if request.no_licence or len(state["sessions"]) >= state["licences"]:
        raise Refused(
            401,
            "FWB 00014",
            f"Account information not recognized: All of your system's {state['licences']} Concurrent Access "
            "Licenses are in use at this time. Try again later or contact your administrator to obtain more.",
        )
    token = f"{state['cms']}@{{3&2={secrets.randbelow(10**6)},U3&p={secrets.token_urlsafe(18)}}}"
    state["sessions"][token] = {"account": user, "queries": {}}
    reply = _json({"logonToken": token})
    reply.headers[TOKEN] = f'"{token}"'
    return reply


def _logoff(state: State, request: Request) -> Reply:
    del state["sessions"][_token(request)]
    return Reply()


def _about(state: State, request: Request) -> Reply:
    return _json({"title": "About", "product_version": state["version"], "copyright": "emulated"})


def _cms_query(state: State, request: Request) -> Reply:
    try:
        query = json.loads(request.body)["query"]
    except (ValueError, KeyError, TypeError):
        raise Refused(400, "RWS 000026", "The request body is not valid.") from None
    try:
        entries = cms_query.run(state, query)
    except cms_query.NotEmulated as error:
        raise NotEmulated(str(error)) from None
    size, page = int(request.query.get("pagesize", _PAGE)), int(request.query.get("page", 1))
    some = entries[(page - 1) * size : page * size]
    following = (
        {"next": {"__deferred": {"uri": f"?page={page + 1}&pagesize={size}"}}} if page * size < len(entries) else {}
    )
    return _json({"entries": some, **following})


def _universes(state: State, request: Request) -> Reply:
    offset, limit = int(request.query.get("offset", 0)), min(int(request.query.get("limit", 10)), _PAGE)
    return _json({"universes": {"universe": [_universe(each) for each in state["universes"][offset : offset + limit]]}})


def _universe(entry: Mapping[str, Any]) -> dict[str, Any]:
    kind = "unx" if entry["kind"] == "DSL.MetaDataFile" else "unv"
    named = {"id": entry["id"], "cuid": entry["cuid"], "name": entry["name"], "type": kind}
    return {**named, "folderId": entry["folder_id"]}


def _by_id(state: State, identifier: str) -> dict[str, Any]:
    for each in state["universes"]:
        if str(each["id"]) == identifier:
            found: dict[str, Any] = each
            return found
    raise Refused(404, "RWS 00008", f"The resource of type Universe with identifier {identifier} does not exist.")


def _outline(state: State, request: Request, identifier: str) -> Reply:
    universe = _by_id(state, identifier)
    items = "".join(
        f'<item type="Dimension"><id>{escape(each["id"])}</id><name>{escape(each["name"])}</name>'
        f"<path>{escape(each['path'])}</path></item>"
        for each in universe["objects"]
    )
    return _xml(
        f"<universe><id>{universe['id']}</id><cuid>{universe['cuid']}</cuid><name>{escape(universe['name'])}</name>"
        f"<outline><folder><id>Folder0</id><name>Exams</name>{items}</folder></outline></universe>"
    )


def _create_query(state: State, request: Request) -> Reply:
    try:
        root = ET.fromstring(request.body)  # noqa: S314 (sent by the test itself)
    except ET.ParseError:
        raise Refused(400, "WSR 00101", "The query is no XML.") from None
    if root.tag != f"{SL}query" or root.get("dataSourceType") not in ("unx", "unv"):
        raise NotEmulated(f"a query that begins with {root.tag}")
    universe = _by_id(state, root.get("dataSourceId", ""))
    known = {each["id"]: each for each in universe["objects"]}
    asked = [each.get("id", "") for each in root.iter(f"{SL}resultObject")]
    unknown = [each for each in asked if each not in known]
    if unknown or not asked:
        raise Refused(400, "WSR 00102", f"The universe has no objects {', '.join(unknown) or 'in this query'}.")
    limits = {each.get("name"): each.get("value") for each in root.iter(f"{SL}queryOption")}
    identifier = f"query-{secrets.token_hex(6)}"
    _session(state, request)["queries"][identifier] = {
        "universe": universe["id"],
        "objects": [known[each]["name"] for each in asked],
        "rows": int(limits.get("maxRowsRetrieved") or 0),
    }
    return _xml(
        f"<success><message>The resource of type Query has been created.</message><id>{identifier}</id></success>"
    )


def _flow(state: State, request: Request, identifier: str) -> Reply:
    query = _own_query(state, request, identifier)
    universe = _by_id(state, str(query["universe"]))
    connections = [store.by_cuid(state["connections"], cuid) for cuid in universe["connections"]]
    if not connections or any(each is None or each.get("error") for each in connections):
        error = next((each["error"] for each in connections if each), "the universe has no connection")
        raise Refused(500, "WSR 00500", f"A database error occurred. The database error text is: {error}")
    rows = [row for each in connections if each for row in each["rows"]][: query["rows"] or None]
    entries = "".join(
        '<entry><content type="application/xml"><m:properties>'
        + "".join(f"<d:{_name(name)}>{escape(str(row.get(name, '')))}</d:{_name(name)}>" for name in query["objects"])
        + "</m:properties></content></entry>"
        for row in rows
    )
    return _xml(f"<feed xmlns={quoteattr(ATOM)} xmlns:m={quoteattr(META)} xmlns:d={quoteattr(DATA)}>{entries}</feed>")


def _name(name: str) -> str:
    """Return the name of an object as a property: only letters, digits and underscores stay."""
    return re.sub(r"\W", "_", name)


def _own_query(state: State, request: Request, identifier: str) -> dict[str, Any]:
    queries: dict[str, dict[str, Any]] = _session(state, request)["queries"]
    if identifier not in queries:
        raise Refused(404, "WSR 00404", f"The resource of type Query with identifier {identifier} does not exist.")
    return queries[identifier]


def _delete_query(state: State, request: Request, identifier: str) -> Reply:
    _own_query(state, request, identifier)
    del _session(state, request)["queries"][identifier]
    return _xml(f"<success><id>{identifier}</id></success>")


_RESOURCES: list[tuple[str, str, Callable[..., Reply]]] = [
    ("POST", "/biprws/logon/long", _logon),
    ("POST", "/biprws/logoff", _logoff),
    ("GET", "/biprws/v1/about", _about),
    ("POST", "/biprws/v1/cmsquery", _cms_query),
    ("GET", "/biprws/raylight/v1/universes", _universes),
    ("GET", "/biprws/sl/v1/universes/([0-9]+)", _outline),
    ("POST", "/biprws/sl/v1/queries", _create_query),
    ("GET", "/biprws/sl/v1/queries/([^/]+)/data.svc/Flows0", _flow),
    ("DELETE", "/biprws/sl/v1/queries/([^/]+)", _delete_query),
]
