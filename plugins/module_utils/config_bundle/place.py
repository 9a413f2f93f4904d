# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Places in files, and what is to stand there, as a task declares them: transformations, and places of secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

SELECTORS = ("xpath", "pointer", "key", "pattern")
_SECRET = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Selector:
    """What selects values in a file: exactly one of XPath, pointer, key (with a section or without) and pattern."""

    xpath: str = ""
    namespaces: tuple[tuple[str, str], ...] = ()
    pointer: str | None = None
    section: str = ""
    key: str = ""
    pattern: str = ""

    @property
    def kind(self) -> str:
        """Which of them it is."""
        return next((name for name in SELECTORS if getattr(self, name) not in ("", None)), "pointer")

    def __str__(self) -> str:
        section = f"[{self.section}] " if self.section else ""
        return f"{self.kind} {section if self.kind == 'key' else ''}{getattr(self, self.kind)}"


@dataclass(frozen=True)
class Place:
    """Where something stands: the file, what selects it, and a keyword if the value is a connection string."""

    parameter: str
    """What declares it, by its path in the task: `transformations[3]`."""
    file: str
    selector: Selector
    part: tuple[str, ...] = ()
    count: int = 1

    def __str__(self) -> str:
        return f"{self.parameter} ({self.selector}{''.join(f', part {each}' for each in self.part)})"


@dataclass(frozen=True)
class Setting:
    """A place, and what is to stand there: a value, or a secret by its name."""

    place: Place
    value: Any = None
    secret: str = ""


def parse_places(parameter: str, declared: Iterable[Mapping[str, Any]]) -> list[Place]:
    """Return the places that a task declares. Raises InvalidParameter."""
    return [_place(f"{parameter}[{number}]", entry) for number, entry in enumerate(declared)]


def parse_settings(parameter: str, declared: Sequence[Mapping[str, Any]]) -> list[Setting]:
    """Return the settings that a task declares.

    Args:
        parameter: the parameter's name.
        declared: its entries; each has `secret`, or else `value`.

    Raises:
        InvalidParameter: one cannot be meant.
    """
    settings = []
    for place, entry in zip(parse_places(parameter, declared), declared, strict=True):
        secret, value = entry.get("secret"), entry.get("value")
        if (secret is None) == (value is None):
            raise InvalidParameter(
                place.parameter, place.file, "it has to have either value or secret", "Give one of the two."
            )
        if secret is not None and not _SECRET.fullmatch(secret):
            raise InvalidParameter(
                f"{place.parameter}.secret",
                secret,
                "it is no name of a secret",
                "Use small letters, digits and underscores, beginning with a letter.",
            )
        if isinstance(value, (dict, list)):
            raise InvalidParameter(
                f"{place.parameter}.value",
                type(value).__name__,
                "only texts, numbers and booleans can be set",
                "Set the values in it one by one.",
            )
        settings.append(Setting(place, value, secret or ""))
    return settings


def _place(parameter: str, entry: Mapping[str, Any]) -> Place:
    given = [name for name in SELECTORS if entry.get(name) is not None]
    if len(given) != 1:
        raise InvalidParameter(
            parameter,
            ", ".join(given) or None,
            f"it has to have exactly one of {', '.join(SELECTORS)}",
            "Say in one way where the value stands.",
        )
    count = entry.get("count")
    if count is not None and count < 1:
        raise InvalidParameter(f"{parameter}.count", count, "it has to match at least once", "Leave the entry out.")
    pointer = entry.get("pointer")
    if pointer is not None and not re.fullmatch(r"(/([^~/]|~[01])*)*", pointer):
        raise InvalidParameter(
            f"{parameter}.pointer", pointer, "it is no JSON pointer (RFC 6901)", "Write it as /Section/Name."
        )
    selector = Selector(
        xpath=entry.get("xpath") or "",
        namespaces=tuple(sorted((entry.get("namespaces") or {}).items())),
        pointer=pointer,
        section=entry.get("section") or "",
        key=entry.get("key") or "",
        pattern=_pattern(f"{parameter}.pattern", entry.get("pattern")),
    )
    part = entry.get("part") or ()
    return Place(parameter, entry["file"], selector, tuple(part), 1 if count is None else count)


def _pattern(parameter: str, pattern: str | None) -> str:
    """Return a pattern that is anchored and says which part of the line is the value."""
    if pattern is None:
        return ""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise InvalidParameter(parameter, pattern, f"it is no regular expression: {error}", "Correct it.") from None
    if "value" not in compiled.groupindex or not (pattern.startswith("^") and pattern.endswith("$")):
        raise InvalidParameter(
            parameter,
            pattern,
            "it has to match a whole line, from ^ to $, and have the group value",
            "Write it as ^Server: (?P<value>.*)$.",
        )
    return pattern
