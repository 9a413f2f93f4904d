# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Scientia Connect reads on its emulated host before it logs in anywhere, and the log that it writes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lxml import etree

from emulators.windows import paths
from emulators.windows.files import FileError

if TYPE_CHECKING:
    from emulators.windows.machine import Machine

HOSTS = "C:\\Windows\\System32\\drivers\\etc\\hosts"
UNREADABLE = (FileError, KeyError, ValueError, etree.LxmlError)
"""What reading raises where a file is missing, or is not what it should be."""


def read_configuration(machine: Machine, options: Mapping[str, str]) -> dict[str, Any]:
    """Return what a process that logs in has to know, by the files as they are at this moment.

    Args:
        machine: the host.
        options: with `config_file` (.NET's, with `connectionStrings`) and `connector_file` (JSON; it may be missing).

    Returns:
        `machine`, `connections` and `settings` by their names, `connector`, addresses of `hosts` by name, `roots` as
        PEM.
    """
    files = machine.files
    root = etree.fromstring(files.read(options["config_file"]), etree.XMLParser(resolve_entities=False))
    strings, settings = root.iterfind(".//connectionStrings/add"), root.iterfind(".//appSettings/add")
    there = files.find(options["connector_file"]) is not None
    return {
        "machine": machine.name,
        "connections": {str(each.get("name")): str(each.get("connectionString")) for each in strings},
        "settings": {str(each.get("key")): str(each.get("value")) for each in settings},
        "connector": json.loads(files.read(options["connector_file"])) if there else {},
        "hosts": _hosts(machine),
        "roots": "".join(each.certificate_pem for each in machine.state.certificates if each.store_name == "Root"),
    }


def append_log(machine: Machine, path: str, level: str, message: str) -> None:
    """Write a line into a log."""
    moment = dt.datetime.fromtimestamp(machine.now(), dt.UTC)
    machine.files.make_directory(paths.parent(path))
    before = machine.files.read(path) if machine.files.find(path) else b""
    machine.files.write(path, before + f"{moment:%Y-%m-%d %H:%M:%S} {level} {message}\r\n".encode())


def _hosts(machine: Machine) -> dict[str, str]:
    if machine.files.find(HOSTS) is None:
        return {}
    lines = machine.files.read(HOSTS).decode().splitlines()
    words = [line.partition("#")[0].split() for line in lines]
    return {name.lower(): address for address, *names in filter(None, words) for name in names}
