# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a text is one statement that reads, and nothing else: a single SELECT, with its WITH. Pure.

In Transact-SQL statements need nothing between them, so that looking at the first word is not enough: each word that
begins another statement is reserved, and one that is not written as a name ([UPDATE], "UPDATE") is that statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

Dialect = Literal["mssql", "oracle"]

_STRING = {
    "mssql": r"[nN]?'(?:[^']|'')*'",
    "oracle": r"[nN]?[qQ]'(?:\[.*?\]'|\{.*?\}'|\(.*?\)'|<.*?>'|(?P<fence>[^\s\[{(<]).*?(?P=fence)')"
    r"|[nN]?'(?:[^']|'')*'",
}
_NAME = {"mssql": r'\[(?:[^\]]|\]\])*\]|"(?:[^"]|"")*"', "oracle": r'"[^"]*"'}
_TOKENS = {
    dialect: re.compile(
        rf"(?P<space>\s+|--[^\n]*)|(?P<comment>/\*)|(?P<string>{_STRING[dialect]})|(?P<name>{_NAME[dialect]})"
        r"|(?P<word>[^\W\d][\w$#@]*)|(?P<symbol>.)",
        re.DOTALL,
    )
    for dialect in ("mssql", "oracle")
}

_CHANGES = """ALTER BACKUP BEGIN CHECKPOINT COMMIT CREATE DBCC DEALLOCATE DECLARE DELETE DENY DROP EXEC EXECUTE GOTO
GRANT IF INSERT INTO KILL LOAD MERGE OPENDATASOURCE OPENQUERY OPENROWSET PRINT RAISERROR READTEXT RECONFIGURE RESTORE
RETURN REVERT REVOKE ROLLBACK SAVE SET SETUSER SHUTDOWN THROW TRUNCATE UPDATE UPDATETEXT USE WAITFOR WHILE WRITETEXT"""
_REFUSED = {
    "mssql": frozenset(_CHANGES.split()),
    # a statement of Oracle's is one by itself: what follows SELECT cannot be another
    "oracle": frozenset({"INTO"}),
}
_REFUSED_PAIRS = {
    ("FOR", "UPDATE"): "FOR UPDATE locks what it reads",
    ("NEXT", "VALUE"): "NEXT VALUE moves a sequence on",
}
_COMPOUND = frozenset({"UNION", "ALL", "EXCEPT", "INTERSECT", "MINUS"})
_REMEDY = "Give one statement that reads: SELECT …, or WITH … SELECT …."


@dataclass(frozen=True)
class Token:
    """A word, a name, a string or a symbol."""

    kind: str
    text: str
    """Words in upper case."""
    start: int
    depth: int
    """How many parentheses are open around it."""


@dataclass(frozen=True)
class Reading:
    """A statement that reads."""

    text: str
    """Without a semicolon at its end."""
    select: int
    """Where its own SELECT begins: after its WITH, if it has one."""
    ordered: bool
    """Whether it has an ORDER BY of its own."""

    def within(self, columns: str, rest: str, alias: str) -> str:
        """Return a query of columns of this one's rows, with its WITH before everything else.

        Args:
            columns: what to select.
            rest: what follows the source: WHERE, ORDER BY.
            alias: what the columns of the source are called by; never a value.
        """
        before, own = self.text[: self.select], self.text[self.select :]
        # the line feed ends a comment that the statement may end with
        return "".join((before, "SELECT ", columns, " FROM (", own, "\n) ", alias, " ", rest)).rstrip()


def reading(parameter: str, text: str, dialect: Dialect) -> Reading:
    """Return a statement that reads.

    Args:
        parameter: its path in the task, for messages.
        text: the statement.
        dialect: whose.

    Raises:
        InvalidParameter: it is something else, or more than one.
    """
    found = list(_tokens(parameter, text, dialect))
    if found and found[-1].text == ";":
        text, found = text[: found[-1].start], found[:-1]
    first = found[0].text if found and found[0].kind == "word" else ""
    if first not in ("SELECT", "WITH"):
        raise InvalidParameter(parameter, _shown(text), "it does not begin with SELECT or WITH", _REMEDY)
    for before, token, after in zip([None, *found], found, [*found[1:], None], strict=False):
        why = _objection(dialect, before.text if before else "", token, after.text if after else "")
        if why is not None:
            raise InvalidParameter(parameter, _shown(text), f"{why}, at {_place(text, token)}", _REMEDY)
    if found[-1].depth:
        raise InvalidParameter(parameter, _shown(text), "a parenthesis is opened and not closed", "Close it.")
    selects = [at for at, each in enumerate(found) if each.depth == 0 and each.text == "SELECT" and each.kind == "word"]
    own = [at for at in selects if not (at and found[at - 1].text in _COMPOUND)]
    if len(own) != 1:
        why = (
            "it has no SELECT after its WITH"
            if not own
            else f"a second statement begins at {_place(text, found[own[1]])}"
        )
        raise InvalidParameter(parameter, _shown(text), why, _REMEDY)
    ordered = any(each.depth == 0 and each.kind == "word" and each.text == "ORDER" for each in found)
    return Reading(text.rstrip(), found[own[0]].start, ordered)


def _objection(dialect: Dialect, before: str, token: Token, after: str) -> str | None:
    """Return why a token does not belong into a statement that reads, None if it does."""
    if token.text == ";":
        return "a second statement begins"
    if token.depth < 0:
        return "a parenthesis is closed that was not opened"
    if token.kind != "word" or before == ".":
        return None
    if token.text in _REFUSED[dialect]:
        return f"{token.text} does not read"
    if dialect == "oracle" and before == "WITH" and token.text in ("FUNCTION", "PROCEDURE"):
        return f"a {token.text.lower()} of its own can do anything"
    return _REFUSED_PAIRS.get((token.text, after))


def _tokens(parameter: str, text: str, dialect: Dialect) -> Iterator[Token]:
    at = depth = 0
    while at < len(text):
        match = _TOKENS[dialect].match(text, at)
        if match is None:  # any character is a symbol
            raise AssertionError(text[at:])
        kind, found = str(match.lastgroup if match.lastgroup != "fence" else "string"), match.group()
        if kind == "comment":
            at = _after_comment(parameter, text, at, nested=dialect == "mssql")
            continue
        at = match.end()
        if kind == "space":
            continue
        if kind == "symbol" and found in "'\"[" and not (dialect == "oracle" and found == "["):
            raise InvalidParameter(
                parameter, _shown(text), f"a text or a name is begun and not ended, at {_line(text, at - 1)}", "End it."
            )
        depth -= found == ")"
        yield Token(kind, found.upper() if kind == "word" else found, match.start(), depth)
        depth += found == "("


def _after_comment(parameter: str, text: str, start: int, *, nested: bool) -> int:
    """Return where a comment ends. In Transact-SQL comments may be in comments."""
    level = 0
    for match in re.compile(r"/\*|\*/").finditer(text, start):
        if match.group() == "*/":
            level -= 1
        elif nested or level == 0:
            level += 1
        if level == 0:
            return match.end()
    raise InvalidParameter(
        parameter, _shown(text), f"a comment is begun and not ended, at {_line(text, start)}", "End it."
    )


def _place(text: str, token: Token) -> str:
    return _line(text, token.start)


def _line(text: str, at: int) -> str:
    return f"line {text.count(chr(10), 0, at) + 1}"


def _shown(text: str) -> str:
    """Return as much of a statement as a message has room for."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"{flat[:59]}…"
