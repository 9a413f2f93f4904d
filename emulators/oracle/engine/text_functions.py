# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions of texts."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from emulators.oracle.engine import numbers
from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.numbers import decode, encode
from emulators.oracle.engine.types import LONGEST_VARCHAR2


def _letters(change: Callable[[str], str]) -> Callable[[str], str]:
    """Return UPPER or LOWER: a letter that would become two stays, as in Oracle."""

    def convert(text: str) -> str:
        changed = change(text)
        if len(changed) == len(text):
            return changed
        return "".join(new if len(new := change(each)) == 1 else each for each in text)

    return convert


def _short(text: str) -> str:
    if len(text.encode()) > LONGEST_VARCHAR2:
        raise OracleError(1489, message="result of string concatenation is too long")
    return text


def _trim(text: str, what: str = " ", *, left: bool, right: bool) -> str:
    if left:
        text = text.lstrip(what)
    return text.rstrip(what) if right else text


def _substr(text: str, start: bytes, count: bytes | None = None) -> str:
    at = int(decode(start))
    begin = at - 1 if at > 0 else (0 if at == 0 else len(text) + at)
    if begin < 0 or (count is not None and int(decode(count)) < 1):
        return ""
    return text[begin:] if count is None else text[begin : begin + int(decode(count))]


def _lob_substr(text: str, count: bytes | None = None, start: bytes | None = None) -> str:
    begin = int(decode(start)) - 1 if start is not None else 0
    return text[begin : begin + (int(decode(count)) if count is not None else 32767)][:4000]


def _pad(text: str, size: bytes, what: str = " ", *, left: bool) -> str:
    length = int(decode(size))
    if length <= len(text):
        return text[: max(length, 0)]
    filling = (what * length)[: length - len(text)]
    return filling + text if left else text + filling


def _translate(text: str, old: str, new: str) -> str:
    table = {ord(each): (new[at] if at < len(new) else None) for at, each in reversed(list(enumerate(old)))}
    return text.translate(table)


def _instr(text: str, what: str, start: bytes | None = None, occurrence: bytes | None = None) -> bytes:
    at = int(decode(start)) if start is not None else 1
    count = int(decode(occurrence)) if occurrence is not None else 1
    if at == 0:
        return numbers.ZERO
    position = at - 2 if at > 0 else len(text) + at + 1
    for _each in range(count):
        position = text.find(what, position + 1) if at > 0 else text.rfind(what, 0, position - 1 + len(what))
        if position < 0:
            return numbers.ZERO
    return encode(position + 1)


@functools.lru_cache(maxsize=1024)
def _pattern(pattern: str, escape: str | None) -> re.Pattern[str]:
    parts = []
    at = 0
    while at < len(pattern):
        each = pattern[at]
        if escape is not None and each == escape:
            at += 1
            if at >= len(pattern) or pattern[at] not in ("%", "_", escape):
                raise OracleError(1424, message="missing or illegal character following the escape character")
            parts.append(re.escape(pattern[at]))
        else:
            parts.append({"%": ".*", "_": "."}.get(each, re.escape(each)))
        at += 1
    return re.compile("".join(parts), re.DOTALL)


def _like(text: str, pattern: str, escape: str | None = None) -> int:
    return int(_pattern(pattern, escape).fullmatch(text) is not None)


def replaced(text: str | None, old: str | None, new: str | None = None) -> str | None:
    """Return REPLACE, in which only the text itself gives NULL when it is NULL."""
    return text if text is None or not old else text.replace(old, new or "")


TEXTS: dict[str, Callable[..., Any]] = {
    "o_upper": _letters(str.upper), "o_lower": _letters(str.lower),
    "o_short": _short,
    "o_initcap": lambda text: re.sub(
        r"[^\W_]+", lambda match: match[0][0].upper() + match[0][1:].lower(), text),
    "o_trim": functools.partial(_trim, left=True, right=True),
    "o_ltrim": functools.partial(_trim, left=True, right=False),
    "o_rtrim": functools.partial(_trim, left=False, right=True),
    "o_substr": _substr, "o_lob_substr": _lob_substr, "o_lpad": functools.partial(_pad, left=True),
    "o_rpad": functools.partial(_pad, left=False), "o_translate": _translate,
    "o_chr": lambda value: chr(int(decode(value))), "o_instr": _instr,
    "o_length": lambda text: encode(len(text)), "o_lengthb": lambda text: encode(len(text.encode())),
    "o_ascii": lambda text: encode(ord(text[0])), "o_like": _like,
}  # fmt: skip
"""Those that give NULL as soon as an argument is NULL, by their names in SQLite."""
