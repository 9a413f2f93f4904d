# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What universes there are, where, of which revision, and bound to which connections, by queries of the repository.

A CUID is the same on every platform, an SI_ID is not: everything is found by CUID.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.server import NoAnswer
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.session import Session, as_documented

_KINDS = {"DSL.MetaDataFile": "unx", "Universe": "unv"}
_COLUMNS = "SI_ID, SI_CUID, SI_NAME, SI_KIND, SI_PARENTID, SI_UPDATE_TS"
_BOUND = ("SI_SL_UNIVERSE_TO_CONNECTIONS", "SI_DATACONNECTION")
_REVISION = ("SI_SL_VERSION_NUMBER", "SI_REVISIONNUM")
_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)+")
_PAGE, _OFFERED = 200, 50
_PAGES = 1000
_DEPTH = 32


@dataclass(frozen=True)
class Connection:
    """What a universe is bound to."""

    cuid: str
    name: str
    updated: str
    """When it was changed last, as the platform says it."""

    def __str__(self) -> str:
        return f"{self.name} ({self.cuid})"


@dataclass(frozen=True)
class Universe:
    """A universe."""

    id: int
    """Its SI_ID, of use on this platform alone."""
    cuid: str
    name: str
    type: str
    """`unx` or `unv`."""
    folder: str
    revision: int | None
    updated: str
    connections: tuple[Connection, ...]
    offered: bool
    """Whether Web Intelligence offers it to who logged on."""

    def as_dict(self) -> dict[str, Any]:
        """Return it as modules do."""
        return asdict(self) | {"connections": [asdict(each) for each in self.connections]}


def read_version(session: Session) -> str:
    """Return the platform's version, such as `14.3.4.4990`.

    Raises:
        NoAnswer: the platform does not say it.
    """
    about = session.json("GET", "/v1/about")
    for key, value in _texts(about):
        if "version" in key.casefold() and (found := _VERSION.search(value)):
            return found[0]
    raise NoAnswer(
        "it does not say which version it is",
        where=str(session.server),
        found=str(dict(about)),
        remedy="Ask the BI team for the version, and have this part of the collection taught where it stands.",
    )


def read_universes(session: Session, cuids: Sequence[str] = ()) -> list[Universe]:
    """Return the universes of these CUIDs that there are, or all of them, in the order of their folders and names.

    Raises:
        NoAnswer: the platform answers something else.
    """
    with as_documented(session.server):
        return _universes(session, cuids)


def _universes(session: Session, cuids: Sequence[str]) -> list[Universe]:
    column, values = ("SI_CUID", cuids) if cuids else ("SI_KIND", list(_KINDS))
    entries = [
        each
        for each in _select(session, f"{_COLUMNS}, {', '.join((*_REVISION, *_BOUND))}", column, values)
        if each.get("SI_KIND") in _KINDS
    ]
    if not entries:
        return []
    bound = {each["SI_CUID"]: list(_members(each)) for each in entries}
    by_id = _connections(session, "SI_ID", sorted({number for numbers in bound.values() for number in numbers}))
    offered = set(_offered(session))
    folders = _Folders(session)
    found = [
        Universe(
            id=int(each["SI_ID"]),
            cuid=each["SI_CUID"],
            name=each["SI_NAME"],
            type=_KINDS[each["SI_KIND"]],
            folder=folders.path(int(each["SI_PARENTID"])),
            revision=_number(next((each[column] for column in _REVISION if column in each), None)),
            updated=str(each.get("SI_UPDATE_TS", "")),
            connections=tuple(
                by_id.get(number, Connection("", f"SI_ID {number}, not to be seen", ""))
                for number in bound[each["SI_CUID"]]
            ),
            offered=each["SI_CUID"] in offered,
        )
        for each in entries
    ]
    return sorted(found, key=lambda each: (each.folder, each.name, each.cuid))


def read_connection(session: Session, cuid: str) -> Connection | None:
    """Return the connection of a CUID, None if there is none. Raises as `read_universes`."""
    with as_documented(session.server):
        return next(iter(_connections(session, "SI_CUID", [cuid]).values()), None)


def _connections(session: Session, column: str, values: Sequence[object]) -> dict[int, Connection]:
    if not values:
        return {}
    entries = _select(session, _COLUMNS, column, values)
    return {
        int(each["SI_ID"]): Connection(each["SI_CUID"], each["SI_NAME"], str(each.get("SI_UPDATE_TS", "")))
        for each in entries
    }


class _Folders:
    """Folders, each asked for once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[int, tuple[str, int] | None] = {}

    def path(self, identifier: int) -> str:
        """Return a folder's path from the top, such as `Universes/Exams`."""
        names: list[str] = []
        while len(names) < _DEPTH and (found := self._folder(identifier)) is not None:
            names.append(found[0])
            identifier = found[1]
        return "/".join(reversed(names))

    def _folder(self, identifier: int) -> tuple[str, int] | None:
        if identifier not in self._known:
            entries = list(_select(self._session, _COLUMNS, "SI_ID", [identifier]))
            found = (entries[0]["SI_NAME"], int(entries[0]["SI_PARENTID"])) if entries else None
            self._known[identifier] = found
        return self._known[identifier]


def _select(session: Session, columns: str, column: str, values: Iterable[object]) -> Iterator[Mapping[str, Any]]:
    """Yield the entries whose column has one of the values, page by page."""
    listed = ", ".join(
        str(each) if isinstance(each, int) else "'" + str(each).replace("'", "''") + "'" for each in values
    )
    query = f"SELECT {columns} FROM CI_APPOBJECTS WHERE {column} IN ({listed})"  # noqa: S608 (checked CUIDs, numbers)
    for page in range(1, _PAGES + 1):
        answer = session.json("POST", f"/v1/cmsquery?page={page}&pagesize={_PAGE}", {"query": query})
        entries = answer.get("entries")
        if not isinstance(entries, list):
            raise NoAnswer("a query of the repository was answered without entries", where=str(session.server))
        yield from entries
        if not entries or "next" not in answer:
            return
    raise _endless(session)


def _offered(session: Session) -> Iterator[str]:
    """Yield the CUIDs of the universes that Web Intelligence offers."""
    for offset in range(0, _PAGES * _OFFERED, _OFFERED):
        answer = session.json("GET", f"/raylight/v1/universes?offset={offset}&limit={_OFFERED}")
        listed = (answer.get("universes") or {}).get("universe") or []
        entries = listed if isinstance(listed, list) else [listed]  # one alone is no list in some versions
        yield from (each["cuid"] for each in entries)
        if len(entries) < _OFFERED:
            return
    raise _endless(session)


def _endless(session: Session) -> NoAnswer:
    return NoAnswer(f"a list has not come to an end after {_PAGES} pages", where=str(session.server))


def _members(entry: Mapping[str, Any]) -> Iterator[int]:
    """Yield the SI_IDs of the connections: the members of a property bag have numbers for names."""
    bag = next((entry[column] for column in _BOUND if column in entry), None)
    values = [value for key, value in bag.items() if str(key).isdigit()] if isinstance(bag, dict) else [bag]
    yield from (int(value) for value in values if value is not None and str(value).isdigit())


def _texts(content: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text in an answer with the name that it has."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from _texts(value, str(name))
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value, key)
    else:
        yield key, str(content)


def _number(value: object) -> int | None:
    return int(str(value)) if value is not None and str(value).isdigit() else None
