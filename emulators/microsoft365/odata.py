# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of OData that is asked for: filters by equality, the head of a list, its pages, chosen properties."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from emulators.microsoft365.messages import GraphError, Json, Request

PAGE = 100
"""How many objects a page has, unless the request says so."""
_EQUALS = re.compile(r"([A-Za-z]+) eq '((?:[^']|'')*)'")
_ANY = re.compile(r"([A-Za-z]+)/any\(([a-z]+):\2 eq '((?:[^']|'')*)'\)")


def page(request: Request, objects: Sequence[Json], *, filters: Sequence[str] = (), hidden: Sequence[str] = ()) -> Json:
    """Return a page of objects, with a link to the next one.

    Args:
        request: its query may hold `$filter`, `$top`, `$select`, `$skiptoken`, `$count`; others are refused.
        objects: all objects.
        filters: the properties that `$filter` can be about.
        hidden: properties that are shown only if `$select` names them.

    Raises:
        GraphError: the query is not understood.
    """
    allow(request, "$filter", "$top", "$select", "$skiptoken", "$count")
    found = [each for each in objects if _passes(each, request.query.get("$filter", ""), filters)]
    size = _number(request, "$top", PAGE)
    start = _number(request, "$skiptoken", 0)
    body: Json = {
        "@odata.context": f"https://graph.microsoft.com{request.path}/$metadata",
        "value": [select(request, each, hidden) for each in found[start : start + size]],
    }
    if start + size < len(found):
        query = urlencode({**request.query, "$skiptoken": start + size}, quote_via=quote, safe="$'")
        body["@odata.nextLink"] = f"https://{request.host}{request.path}?{query}"
    return body


def select(request: Request, found: Mapping[str, Any], hidden: Sequence[str] = ()) -> Json:
    """Return the properties of an object that are asked for, or all that are shown unasked."""
    wanted = request.query.get("$select")
    if wanted is None:
        return {name: value for name, value in found.items() if name not in hidden}
    names = {"id", *wanted.split(",")}
    return {name: value for name, value in found.items() if name in names}


def allow(request: Request, *names: str) -> None:
    """Refuse parameters of the query other than these."""
    unknown = set(request.query).difference(names)
    if unknown:
        raise GraphError(
            400, "Request_UnsupportedQuery", f"The query parameter '{sorted(unknown)[0]}' is not supported here."
        )


def _number(request: Request, name: str, otherwise: int) -> int:
    text = request.query.get(name)
    if text is None:
        return otherwise
    if not text.isdigit() or int(text) > 999_999:
        raise GraphError(400, "Request_BadRequest", f"Invalid value '{text}' for {name}.")
    return int(text)


def _passes(found: Json, expression: str, allowed: Sequence[str]) -> bool:
    for term in re.split(r"\s+and\s+", expression) if expression else ():
        equal, some = _EQUALS.fullmatch(term), _ANY.fullmatch(term)
        if equal and equal[1] in allowed:
            held = str(found.get(equal[1], "")).casefold() == equal[2].replace("''", "'").casefold()
        elif some and some[1] in allowed:
            held = some[3].replace("''", "'") in found.get(some[1], [])
        else:
            raise GraphError(400, "Request_UnsupportedQuery", f"Unsupported or invalid query filter clause: {term}")
        if not held:
            return False
    return True
