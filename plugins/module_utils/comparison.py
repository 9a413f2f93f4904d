# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares what is declared with what was found, item by item. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import Finding
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

RULES = ("equals", "at_least", "at_most", "at_least_version", "includes", "one_of")
"""How an expected value may be meant; a plain value means `equals`."""


@dataclass(frozen=True)
class Expectation:
    """What one item must be."""

    rule: str
    value: object
    unit: str = ""

    @classmethod
    def parse(cls, name: str, declared: object) -> Expectation:
        """Return the expectation: a plain value, or a dict of one rule and optionally a unit.

        Raises:
            InvalidParameter: no rule or several are given, it is none of RULES, or its value does not suit it.
        """
        if not isinstance(declared, Mapping):
            return cls("equals", declared)
        rules = [key for key in declared if key != "unit"]
        if len(rules) != 1 or rules[0] not in RULES:
            raise InvalidParameter(name, declared, "it is no rule", f"Give a value, or one of {', '.join(RULES)}.")
        rule, value = str(rules[0]), declared[rules[0]]
        if rule in ("at_least", "at_most") and _number(value) is None:
            raise InvalidParameter(name, declared, f"{rule} wants a number", "Give one.")
        if rule == "at_least_version" and _version(value) is None:
            raise InvalidParameter(name, declared, "at_least_version wants numbers with dots", "Give it in quotes.")
        if rule == "one_of" and not isinstance(value, list):
            raise InvalidParameter(name, declared, "one_of wants a list", "Give one.")
        return cls(rule, value, str(declared.get("unit", "")))

    def met_by(self, found: object) -> bool:
        """Return whether a value is as expected. A text that looks like a number is a text."""
        if self.rule in ("at_least", "at_most"):
            number, limit = _number(found), _number(self.value)
            if number is None or limit is None:
                return False
            return number >= limit if self.rule == "at_least" else number <= limit
        if self.rule == "at_least_version":
            version, lowest = _version(found), _version(self.value)
            return version is not None and lowest is not None and version >= lowest
        if self.rule == "includes":
            return any(_same(self.value, each) for each in found) if isinstance(found, list) else False
        if self.rule == "one_of":
            return isinstance(self.value, list) and any(_same(each, found) for each in self.value)
        return _same(self.value, found)

    def shown(self, value: object) -> str:
        """Return a value with the unit, as a table shows it."""
        return f"{text(value)} {self.unit}".rstrip() if _number(value) is not None else text(value)

    def __str__(self) -> str:
        if self.rule == "one_of" and isinstance(self.value, list):
            return " or ".join(text(each) for each in self.value)
        words = {"at_least": "at least ", "at_most": "at most ", "at_least_version": "at least "}
        return f"{words.get(self.rule, '')}{self.shown(self.value)}"


def compare(
    expected: Mapping[str, object],
    found: Mapping[str, object],
    *,
    where: str,
    remedies: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Return all that differs, in the order of what is expected. An item that was not found differs.

    Args:
        expected: item → what it must be, as Expectation.parse takes it.
        found: item → what it is. Items that nobody expects are left alone.
        where: the system, as its owner would name it.
        remedies: item → what to do if it differs.

    Raises:
        InvalidParameter: an expectation cannot be meant.
    """
    differences = []
    for item, declared in expected.items():
        expectation = Expectation.parse(f"expected[{item}]", declared)
        value = found.get(item)
        if value is None or not expectation.met_by(value):
            seen = "nothing" if value is None else expectation.shown(value)
            differences.append(Finding(where, item, str(expectation), seen, (remedies or {}).get(item, "")))
    return differences


def expectations(expected: Mapping[str, object]) -> dict[str, str]:
    """Return what is expected as a table shows it, item by item."""
    return {item: str(Expectation.parse(f"expected[{item}]", declared)) for item, declared in expected.items()}


def text(value: object) -> str:
    """Return a value as people write it: `yes` and `no`, no fraction that is none, lists with commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.10g}"
    if isinstance(value, list | tuple):
        return ", ".join(text(each) for each in value) or "none"
    return str(value)


def _same(one: object, other: object) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    # as texts, never as numbers: 3.10 and 3.1 are two versions
    return text(one) == text(other)


def _version(value: object) -> tuple[int, ...] | None:
    """Return a version as numbers, None if it is none. A number of YAML is none: 1.10 would have become 1.1."""
    parts = value.split(".") if isinstance(value, str) else []
    return tuple(map(int, parts)) if parts and all(part.isascii() and part.isdigit() for part in parts) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None
