# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of the whole emulated estate, system by system, for comparing two moments of it.

What is compared is what the systems keep, not what the collection says of them: zones as a secondary gets them, rows
and dictionaries of databases, the state of each Windows host, tenant and BI platform, and all files of each web host.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import canonicalize

from emulators.estate.estate import Estate
from emulators.sql.engine.collations import register
from tests.integration.playbooks.isolated import Isolated

Content = dict[str, str]
"""What there is, by where it is: `system: place in it`."""

NAMES = ("name", "displayName", "id", "thumbprint", "path", "cuid")
"""What entries of a list are called by, so that one more is one difference."""
CLOCKS = {
    "created", "modified", "updated", "changed", "booted", "process_id", "process_started", "clock", "registered",
    "last_run", "last_login", "last_ddl", "next_id", "next_database", "next_login", "free_bytes", "size",
}  # fmt: skip
"""Of JSON, what tells when, or counts, and not what: a file that is written again with what it had is the same."""


def snapshot(isolated: Isolated) -> Content:
    """Return what there is now."""
    network = isolated.environment["EXAM_REHEARSAL_NETWORK"]
    estate = Estate(network)
    root = isolated.directory
    content: Content = {}
    done = isolated.command(sys.executable, "-m", "tests.ask_rehearsed_zones", network)
    assert done.returncode == 0, done.stderr
    content.update(json.loads(done.stdout))
    for path in sorted((root / "windows/hosts").glob("*.json")):
        content.update(_flat(f"Windows {path.stem}", _windows(path, root / "windows/blobs")))
    content.update(_flat("SQL Server: instance", _json(root / "sql-server/instance.json")))
    for path in sorted((root / "sql-server/databases").glob("*.sqlite")):
        content.update(_tables(f"SQL Server: database {path.stem}", path))
    for host in estate.seed.databases:
        for name in ("dictionary", "rows"):
            content.update(_tables(f"Oracle {host}: {name}", root / host / f"{name}.sqlite"))
    content.update(_flat("Microsoft 365", _json(root / "graph/tenant.json")))
    for host in estate.seed.bi_platforms:
        content.update(_flat(f"BI {host}", _json(root / host / "platform.json")))
        content.update(_files(f"BI host {host}", root / "hosts" / host))
    for host in estate.seed.web_servers:
        content.update(_files(f"web {host}", root / "hosts" / host))
    return content


def differences(before: Content, after: Content) -> dict[str, tuple[str, str]]:
    """Return what is not the same, by where it is, as it was and as it is; of what came or went, the whole."""
    places = [{": ".join(parts[:end]) for each in content for parts, end in _ends(each)} for content in (before, after)]
    found = {}
    for place in sorted(before.keys() | after.keys()):
        if before.get(place) != after.get(place):
            above = [": ".join(parts[:end]) for parts, end in _ends(place)]
            whole = next((each for each in above if (each in places[0]) != (each in places[1])), place)
            found[whole] = (before.get(place, "nothing"), after.get(place, "nothing"))
    return found


def _ends(place: str) -> Iterator[tuple[list[str], int]]:
    parts = place.split(": ")
    return ((parts, end) for end in range(1, len(parts) + 1))


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _windows(path: Path, blobs: Path) -> dict[str, Any]:
    """Return the state of a Windows host, its files with what is in them: XML as what it says."""
    state: dict[str, Any] = _json(path)
    state["files"] = {
        name: {**file, "blob": _said(name, (blobs / file["blob"]).read_bytes())}
        for name, file in state["files"].items()
        if not file["directory"]
    }
    return state


def _said(name: str, content: bytes) -> str:
    if name.endswith((".config", ".xml")):
        content = canonicalize(content.decode("utf-8-sig"), with_comments=True).encode()
    return hashlib.sha256(content).hexdigest()


def _flat(where: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield each leaf of a JSON document with its place."""
    if isinstance(value, Mapping):
        entries = [(str(key), each) for key, each in value.items() if key not in CLOCKS]
    elif isinstance(value, list) and value and all(isinstance(each, Mapping) for each in value):
        entries = [(_called(each, number), each) for number, each in enumerate(value)]
    else:
        if value is not False and value not in ([], {}):  # what is empty, or off, may as well not be there
            yield where, json.dumps(value, sort_keys=True)
        return
    for key, each in entries:
        yield from _flat(f"{where}: {key}", each)


def _called(entry: Mapping[str, Any], number: int) -> str:
    """Return what an entry of a list is called; a binding of a site has three parts to its name."""
    if {"ip", "port", "hostname"} <= entry.keys():
        return f"{entry['ip']}:{entry['port']}:{entry['hostname']}"
    return str(next((entry[key] for key in NAMES if entry.get(key)), number))


def _tables(where: str, path: Path) -> Iterator[tuple[str, str]]:
    """Yield the tables of an emulated database: rows of JSON leaf by leaf, other rows as a digest of all of them."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    register(connection)
    try:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 - a name of the database itself
            documents = [(row, _document(row)) for row in rows]
            for row, document in documents:
                if document is not None:
                    # a database of SQL Server has one document, under a number that changes with it
                    keys = [str(each) for each in row[:-1] if isinstance(each, str) and each]
                    yield from _flat(": ".join((where, table, *keys)), document)
            plain = sorted(repr(row) for row, document in documents if document is None)
            digest = hashlib.sha256("\n".join(plain).encode()).hexdigest()
            yield f"{where}: {table}", f"{len(plain)} rows, {digest}"
    finally:
        connection.close()


def _document(row: tuple[Any, ...]) -> Any:
    """Return what a row is, if it is a document with its key."""
    try:
        return json.loads(row[-1]) if isinstance(row[-1], str) and row[-1][:1] in "[{" else None
    except ValueError:
        return None


def _files(where: str, root: Path) -> Iterator[tuple[str, str]]:
    """Yield files with mode and digest, and links with their target; the number of a process says nothing."""
    for path in sorted(root.rglob("*")):
        place = f"{where}: {path.relative_to(root)}"
        if path.is_symlink():
            yield place, f"link to {path.readlink()}"
        elif path.is_file() and path.suffix != ".pid":
            yield place, f"{path.stat().st_mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"
