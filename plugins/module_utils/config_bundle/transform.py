# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings put into a file: each exactly as often as declared, nothing else touched, and the same if done again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle import connection_string
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.document import Document
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.documents import reopened, within
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.place import Place, Setting
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.secrets import placeholder
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.values import Edit, Value, edited
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def located(document: Document, place: Place) -> list[Value]:
    """Return the values at a place.

    Raises:
        Problem: the file is of another kind, they are not as many as declared, or Windows has encrypted them.
    """
    if place.selector.kind not in document.selectors:
        raise _problem(
            place,
            "a file of this kind has no such places",
            expected=" or ".join(document.selectors) or "no selector",
            found=place.selector.kind,
            remedy="Select the value in another way, or declare another kind.",
        )
    try:
        values = document.find(place.selector)
    except Problem as problem:
        raise within(problem, f"{place.file}, {place}") from None
    for section in document.protected():
        if any(section.holds(value) for value in values):
            raise _problem(
                place,
                f"Windows has encrypted this section ({section.provider}), so that only the machine itself can read it",
                found=section.label,
                remedy="Take the entry out, and hand the change over to whoever carries it out on the machine.",
            )
    if place.part:
        values = [each for value in values for each in connection_string.find(value, place.part)]
    if len(values) != place.count:
        lines = ", ".join(str(document.source.text.count("\n", 0, each.start) + 1) for each in values)
        raise _problem(
            place,
            "it matches nothing" if not values else "it does not match as often as it has to",
            expected=f"{place.count} {'match' if place.count == 1 else 'matches'}",
            found=f"{len(values)} (line {lines})" if values else "0",
            remedy="Look at the file, and correct the entry or its count.",
        )
    return values


def changed(document: Document, settings: Sequence[Setting]) -> Document:
    """Return a file with settings made, one after the other; those of secrets put placeholders there.

    Raises:
        Problem: one of them matches something else than declared, cannot be written there, or undoes another; or
            would not match any more once it is made, so that it could not be made again.
    """
    for setting in settings:
        values = located(document, setting.place)
        edits = [edit for value in values for edit in _edits(setting, value)]
        if edits:
            document = _reopened(document, setting.place, edits)
    for setting in settings:
        try:
            kept = all(not _edits(setting, value) for value in located(document, setting.place))
        except Problem:
            kept = False
        if not kept:
            raise _problem(
                setting.place,
                "it does not hold once all are made: it selects by what is changed, or another one changes it again",
                remedy="Select the value by something that stays, and set each value once.",
            )
    return document


def _edits(setting: Setting, value: Value) -> list[Edit]:
    """Return what makes a value say what is declared. Raises Problem if it cannot be written there."""
    place = setting.place
    try:
        if setting.secret:
            return value.edits(placeholder(setting.secret))
        if value.type == "string":
            return value.edits(_text(setting))
        literal = _literal(setting, value)
        return [] if literal == value.text else [Edit(value.start, value.end, literal)]
    except ValueError as error:
        raise _problem(place, f"this value cannot be written there: {error}", remedy="Choose another value.") from None


def _text(setting: Setting) -> str:
    if isinstance(setting.value, (bool, float)) or setting.value is None:
        raise _problem(
            setting.place,
            "the value is not a text, and there are several ways to write it",
            found=repr(setting.value),
            remedy="Write it in quotes, as it shall stand in the file.",
        )
    return str(setting.value)


def _literal(setting: Setting, value: Value) -> str:
    """Return a number or a boolean as JSON has it."""
    wanted = setting.value
    if value.type == "boolean" and isinstance(wanted, bool):
        return "true" if wanted else "false"
    if value.type == "number" and not isinstance(wanted, bool) and _NUMBER.fullmatch(str(wanted)):
        return str(wanted)
    raise _problem(
        setting.place,
        "the file has a value of another type there",
        expected=f"a {value.type}" if value.type != "null" else "no value, since there is null",
        found=type(wanted).__name__,
        remedy="Give a value of the same type.",
    )


def _reopened(document: Document, place: Place, edits: Sequence[Edit]) -> Document:
    try:
        return reopened(document, edited(document.source.text, edits))
    except Problem as problem:
        raise within(problem, f"{place.file}, {place}") from None


def _problem(place: Place, what: str, *, remedy: str, expected: object = None, found: object = None) -> Problem:
    return Problem(what, where=f"{place.file}, {place}", expected=expected, found=found, remedy=remedy)
