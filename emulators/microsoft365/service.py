# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services of a tenant behind one listener: which of them a request is for, faults, batches, refusals."""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from collections.abc import Mapping
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from emulators.microsoft365.calendars import Calendars
from emulators.microsoft365.cmdlets import Cmdlets
from emulators.microsoft365.directory import Directory
from emulators.microsoft365.exchange_roles import ExchangeRoles
from emulators.microsoft365.messages import (
    Answer,
    EntraError,
    ExchangeError,
    GraphError,
    Json,
    NotEmulated,
    Request,
    ServiceError,
    utc_now,
)
from emulators.microsoft365.people import People
from emulators.microsoft365.tenant import Tenant
from emulators.microsoft365.tokens import Tokens

LOG = logging.getLogger(__name__)
HOSTS = {"login.microsoftonline.com": "entra", "graph.microsoft.com": "graph", "outlook.office365.com": "exchange"}
BATCH = 20
"""How many requests a batch may hold: https://learn.microsoft.com/graph/json-batching"""
_BY_KEY = re.compile(r"(servicePrincipals|applications)\((appId|uniqueName)='((?:[^']|'')+)'\)")


class Lost(Exception):
    """The connection is to be closed instead of an answer."""


class Services:
    """Entra ID, Microsoft Graph and Exchange's administration of one tenant."""

    def __init__(self, tenant: Tenant, directory: Path | None = None) -> None:
        self._tenant = tenant
        self._tokens = Tokens(tenant)
        self.calendars = Calendars(tenant)
        self._parts = {
            "v1.0": (Directory(tenant), People(tenant), self.calendars),
            "beta": (ExchangeRoles(tenant),),
        }
        self._cmdlets = Cmdlets(tenant)
        self._directory = directory
        self.refused: list[str] = []
        """What was asked for that is not emulated."""

    def answer(self, request: Request) -> Answer:
        """Answer a request. Raises Lost if the connection is to be closed instead."""
        service, faults = _service(request), self._tenant.faults
        text = f"{request.method} {request.path}"
        try:
            if faults.find("drop", text) is not None:
                raise Lost(text)
            if service != "entra":
                self._keep(request)
            answer = self._served(service, request, text)
            if faults.find("lose", text) is not None:
                raise Lost(text)
        except ServiceError as error:
            answer = error.answer(request, utc_now(faults.seconds("skew", 0.0)))
        except NotEmulated as unknown:
            answer = self._refuse(service, request, str(unknown))
        return Answer(answer.status, answer.body, {**self._headers(request), **answer.headers})

    def _served(self, service: str, request: Request, text: str) -> Answer:
        expected = HOSTS.get(request.host.partition(":")[0], service)
        if expected != service:
            raise NotEmulated(f"{text} at {request.host}")
        if service == "entra":
            self._strike(service, text)
            return self._entra(request)
        audience = "graph.microsoft.com" if service == "graph" else "outlook.office365.com"
        caller = self._tokens.caller(request, audience)
        if service == "exchange":
            self._strike(service, text)
            with self._tenant.lock:
                answer = self._cmdlets.answer(request, caller)
                self._tenant.changed()
            return answer
        if request.method == "POST" and request.segments[1:] == ["$batch"]:
            self._strike(service, text)
            return self._batch(request, caller)
        return self._graph(request, caller, text)

    def _graph(self, request: Request, caller: Json, text: str) -> Answer:
        parts = self._addressed(request)
        entered = self.calendars.enter(caller, parts)
        try:
            self._strike("graph", text)
            with self._tenant.lock:
                for part in self._parts.get(request.segments[0], ()):
                    answer = part.answer(request, caller, parts)
                    if answer is not None:
                        if request.method != "GET":
                            self._tenant.changed()
                        return answer
        finally:
            self.calendars.leave(entered)
        raise NotEmulated(text)

    def _addressed(self, request: Request) -> list[str]:
        """Return the parts of a path of Graph, an alternate key replaced by the identifier."""
        parts = [unquote(part) for part in request.segments[1:]]
        match = _BY_KEY.fullmatch(parts[0]) if parts else None
        if match is None:
            return parts
        kind = "service_principals" if match[1] == "servicePrincipals" else "applications"
        value = match[3].replace("''", "'")
        if match[2] == "uniqueName":
            return [match[1], match[2], value]
        found = self._tenant.find(getattr(self._tenant, kind).values(), appId=value)
        return [match[1], found[0]["id"] if found else value, *parts[1:]]

    def _entra(self, request: Request) -> Answer:
        match [request.method, *request.segments[1:]]:
            case ["GET", "v2.0", ".well-known", "openid-configuration"]:
                return self._tokens.configuration(request)
            case ["POST", "oauth2", "v2.0", "token"]:
                return self._tokens.token(request)
        raise NotEmulated(f"{request.method} {request.path}")

    def _batch(self, request: Request, caller: Json) -> Answer:
        asked = request.json().get("requests", [])
        if len(asked) > BATCH:
            raise GraphError(400, "BadRequest", f"Number of batch request steps exceeds the maximum value of {BATCH}.")
        version = request.segments[0]
        return Answer(200, {"responses": [self._step(each, version, request, caller) for each in asked]})

    def _step(self, asked: Json, version: str, request: Request, caller: Json) -> Json:
        address = urlsplit(f"/{version}/{str(asked['url']).lstrip('/')}")
        headers = {str(name).lower(): str(value) for name, value in asked.get("headers", {}).items()}
        body = json.dumps(asked["body"]).encode() if "body" in asked else b""
        step = Request(asked["method"], address.path, dict(parse_qsl(address.query)), headers, body, request.host)
        self._keep(step)
        try:
            answer = self._graph(step, caller, f"{step.method} {step.path}")
        except ServiceError as error:
            answer = error.answer(step, utc_now())
        except NotEmulated as unknown:
            answer = self._refuse("graph", step, str(unknown))
        response: Json = {"id": asked["id"], "status": answer.status, "headers": dict(answer.headers)}
        return response if answer.body is None else {**response, "body": answer.body}

    def _strike(self, service: str, text: str) -> None:
        """Answer late, or not at all, if that is asked for."""
        faults = self._tenant.faults
        if (late := faults.find("late", text)) is not None:
            time.sleep(late["seconds"])
        for kind, status, code, message in (
            ("throttle", 429, "TooManyRequests", "Too many requests."),
            ("error", 503, "ServiceUnavailable", "The service is temporarily unavailable."),
        ):
            if (fault := faults.find(kind, text)) is not None:
                wait = {"Retry-After": str(fault["seconds"])} if "seconds" in fault else {}
                number = int(fault.get("status", status))
                if service == "entra":
                    raise EntraError(number, "temporarily_unavailable", 90033, "A transient error has occurred.", wait)
                raise GraphError(number, code, message, wait)

    def _headers(self, request: Request) -> dict[str, str]:
        moment = utc_now(self._tenant.faults.seconds("skew", 0.0))
        return {
            "Date": format_datetime(moment, usegmt=True),
            "request-id": str(uuid.uuid4()),
            "client-request-id": request.correlation,
        }

    def _refuse(self, service: str, request: Request, what: str) -> Answer:
        LOG.warning("refused, because it is not emulated: %s", what)
        self.refused.append(what)
        if self._directory is not None:
            with (self._directory / "refused.log").open("a", encoding="utf-8") as file:
                file.write(f"{what}\n")
        message = f"The emulator does not know this: {what}"
        if service == "entra":
            return EntraError(501, "invalid_request", 0, message).answer(request, utc_now())
        error = ExchangeError if service == "exchange" else GraphError
        return error(501, "notImplemented", message).answer(request, utc_now())

    def _keep(self, request: Request) -> None:
        """Write down what was asked for, without who asked: a fixture for tests. Nothing in it is secret."""
        if self._directory is None:
            return
        entry: dict[str, Any] = {"method": request.method, "path": request.path}
        if request.query:
            entry["query"] = dict(request.query)
        if request.body:
            entry["body"] = json.loads(request.body)
        with (self._directory / "requests.jsonl").open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(entry)}\n")


def _service(request: Request) -> str:
    head = request.segments[0] if request.segments else ""
    return {"v1.0": "graph", "beta": "graph", "adminapi": "exchange"}.get(head, "entra")


def request_from(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
    """Return a request as it came over the wire."""
    address = urlsplit(target)
    lower = {name.lower(): value for name, value in headers.items()}
    return Request(method, address.path, dict(parse_qsl(address.query)), lower, body, lower.get("host", ""))
