# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of Oracle, as a declaration writes them and as statements and messages do. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_$#]*")
MAXIMUM = 128
"""Octets of a name, from 12.2 on; 30 before."""


def checked_name(parameter: str, value: str) -> str:
    """Return a name as the dictionary has it: in upper case, unless it is written in double quotes.

    Raises:
        InvalidParameter: it is no name.
    """
    if len(value) > 2 and value[0] == value[-1] == '"':
        name = value[1:-1]
        fits = '"' not in name and "\0" not in name and name.isprintable() and bool(name.strip())
    else:
        name, fits = value.upper(), _PLAIN.fullmatch(value) is not None
    if not fits or len(name.encode("utf-8", "surrogatepass")) > MAXIMUM:
        raise InvalidParameter(
            parameter,
            value,
            "it is no name of Oracle",
            "Give a letter, then letters, digits, _, $ and #, or the name in double quotes: '\"mixed Case\"'.",
        )
    return name


def checked_names(parameter: str, values: Sequence[str]) -> tuple[str, ...]:
    """Return names as the dictionary has them. Raises InvalidParameter for one that is none, or is given twice."""
    found: list[str] = []
    for number, each in enumerate(values):
        name = checked_name(f"{parameter}[{number}]", each)
        if name in found:
            raise InvalidParameter(f"{parameter}[{number}]", each, "it is given twice", "Give it once.")
        found.append(name)
    return tuple(found)


def checked_object(parameter: str, value: str, schema: str | None = None) -> tuple[str, str]:
    """Return schema and name of an object that is written as schema.name; schema is what it is in if none is written.

    Raises:
        InvalidParameter: it is none.
    """
    parts = re.findall(r'"[^"]*"|[^.]+', value)
    if len(parts) not in (1, 2) or ".".join(parts) != value or (len(parts) == 1 and schema is None):
        raise InvalidParameter(parameter, value, "it is no name of an object", "Give it as SCHEMA.NAME.")
    owner = schema if len(parts) == 1 else checked_name(parameter, parts[0])
    return str(owner), checked_name(parameter, parts[-1])


def quoted(*parts: str) -> str:
    """Return a name, or a schema and a name, as identifiers. The only way by which a name gets into a statement."""
    # a double quote cannot be in a name of Oracle, and is not let into one
    return ".".join('"' + part.replace('"', "") + '"' for part in parts)


def shown(*parts: str) -> str:
    """Return a name as messages write it: in double quotes only if it needs them."""
    return ".".join(part if _PLAIN.fullmatch(part) and part == part.upper() else f'"{part}"' for part in parts)


def listed(names: Iterable[str]) -> str:
    """Return names as a message lists them."""
    return ", ".join(names) or "none"


def marks(count: int, first: int = 1) -> str:
    """Return the marks of that many binds: `:1, :2, :3`."""
    return ", ".join(f":{number}" for number in range(first, first + count))
