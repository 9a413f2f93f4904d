# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small query through a universe, as a report would ask it: proof that universe, connection and database work."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import quoteattr

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.session import Session, as_documented
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_reader import Universe
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_SPECIFICATION = "http://www.sap.com/rws/sl/universe"
_DOCTYPE = re.compile(r"<!DOCTYPE", re.IGNORECASE)


def run_query(session: Session, universe: Universe, objects: Sequence[str], *, rows: int) -> list[dict[str, str]]:
    """Return the first rows of a query, by the names of the objects. What it leaves on the platform is removed.

    Args:
        session: of who asks.
        universe: that is asked.
        objects: names of its dimensions, attributes and measures.
        rows: how many at most.

    Raises:
        Problem: the universe has no such object, or the query fails; the database's error is in it.
    """
    items = list(_items(parsed(session.xml("GET", f"/sl/v1/universes/{universe.id}"))))
    with as_documented(session.server):
        chosen = [_one(items, name, where=f"{session.server} universe {universe.name}") for name in objects]
    body = _specification(universe, chosen, max(rows, 1)).encode()
    created = parsed(session.xml("POST", "/sl/v1/queries", body))
    identifier = next((each.text for each in created.iter() if _local(each) == "id"), None)
    if identifier is None:
        raise Problem(
            "a query was taken without being given a name", where=f"{session.server} universe {universe.name}"
        )
    try:
        feed = parsed(session.xml("GET", f"/sl/v1/queries/{identifier}/data.svc/Flows0"))
    finally:
        session.xml("DELETE", f"/sl/v1/queries/{identifier}")
    return [dict(zip(objects, values, strict=False)) for values in _rows(feed)]


def _one(items: Sequence[Mapping[str, str]], name: str, *, where: str) -> tuple[str, str]:
    """Return identifier and path of the one object of a name."""
    found = [item for item in items if item.get("name") == name]
    if len(found) != 1:
        raise Problem(
            f"the universe has {'no object' if not found else 'several objects'} {name!r}",
            where=where,
            found=", ".join(sorted({item.get("name", "") for item in items})[:20]),
            remedy="Name an object that there is once.",
        )
    return found[0]["id"], found[0]["path"]


def _items(outline: ET.Element) -> Iterator[dict[str, str]]:
    for element in outline.iter():
        if _local(element) == "item":
            yield {_local(child): child.text or "" for child in element}


def _specification(universe: Universe, objects: Sequence[tuple[str, str]], rows: int) -> str:
    listed = "".join(
        f"<resultObject path={quoteattr(path)} id={quoteattr(identifier)}/>" for identifier, path in objects
    )
    return (
        f"<query xmlns={quoteattr(_SPECIFICATION)} dataSourceType={quoteattr(universe.type)} "
        f'dataSourceId="{universe.id}"><querySpecification version="1.0"><queryOptions>'
        f'<queryOption name="duplicatedRows" value="true"/>'
        f'<queryOption name="maxRowsRetrieved" activated="true" value="{rows}"/></queryOptions>'
        f"<queryData><resultObjects>{listed}</resultObjects></queryData></querySpecification></query>"
    )


def _rows(feed: ET.Element) -> Iterator[list[str]]:
    for element in feed.iter():
        if _local(element) == "properties":
            yield [child.text or "" for child in element]


def parsed(body: bytes) -> ET.Element:
    """Return an answer's XML, which has no declarations of its own. Raises Problem if it is none.

    It is read as UTF-8, whatever it says: in another encoding a document type would not be seen.
    """
    why: object = "it declares a document type"
    try:
        text = body.decode()
        if _DOCTYPE.search(text) is None:
            return ET.fromstring(text)  # noqa: S314 (without a document type there is nothing to expand)
    except (ET.ParseError, ValueError) as error:
        why = error
    raise Problem(
        "the answer is no XML that can be read",
        found=f"{why}: {body[:200].decode(errors='replace')}",
        remedy="Look whether there is a BI platform behind this name and port.",
    )


def _local(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]
