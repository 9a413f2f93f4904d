# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The source file of a view: a header, and one CREATE OR REPLACE VIEW with an explicit list of columns. Pure.

-- @comment Exams of the current year, a row for each paper.
-- @column EXAM_CODE The code of the exam.
-- @grant SELECT to EXAM_CONNECT
-- @grant SELECT to role TIMETABLING with grant option
-- @depends EXAM_PERIODS
CREATE OR REPLACE VIEW EXAMS_TO_SCHEDULE (EXAM_CODE, TITLE) AS
SELECT …;
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import checked_name, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.sql_text import Token, line_of, stars, tokens
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import Grant, View
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem

PRIVILEGES = ("SELECT", "READ", "INSERT", "UPDATE", "DELETE")
_ENTRY = re.compile(r"\s*--\s*@(\S*)\s*(.*?)\s*")
_GRANT = re.compile(r'(\w+(?:\s*,\s*\w+)*)\s+to\s+(role\s+)?("[^"]+"|\S+)(\s+with\s+grant\s+option)?', re.IGNORECASE)
_COLUMN = re.compile(r'("[^"]+"|\S+)\s+(.+)')
_FORM = "CREATE OR REPLACE VIEW name (column, column) AS query"


def source_of(view: View, schema: str) -> str | None:
    """Return a file that declares a view as it is, None if there can be none, such as for a comment of two lines.

    Rights that no source declares, and that are left alone therefore, are left out.
    """
    grants = frozenset(each for each in view.grants if each.privilege in PRIVILEGES)
    lines = [f"-- @comment {view.comment}"] if view.comment else []
    comments = view.column_comments
    lines += [f"-- @column {shown(name)} {comments[name]}" for name in view.columns if comments.get(name)]
    for each in sorted(grants):
        option = " with grant option" if each.grantable else ""
        lines.append(f"-- @grant {each.privilege} to {shown(each.grantee)}{option}")
    lines += [f"CREATE OR REPLACE VIEW {shown(view.name)} (", f"    {', '.join(map(shown, view.columns))}", ") AS"]
    # on a line of its own, since the last one may end with a comment
    text = "\n".join([*lines, view.query, ";"]) + "\n"
    try:
        declared = view_of(text, schema, where=view.name)
    except Problem:
        return None
    same = declared.same_definition(view) and declared.comments == view.comments and declared.grants == grants
    return text if same else None


@dataclass
class _Header:
    comments: dict[str | None, str] = field(default_factory=dict)
    grants: set[Grant] = field(default_factory=set)
    depends: list[str] = field(default_factory=list)
    roles: set[str] = field(default_factory=set)


def view_of_file(path: Path, schema: str) -> View:
    """Return the view that a file declares.

    Raises:
        Problem: it cannot be read, or declares none; the line is named.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(
            "the source is not UTF-8", where=str(path), found=str(error), remedy="Save it in UTF-8."
        ) from None
    except OSError as error:
        raise Problem(
            f"the source cannot be read: {error.strerror}", where=str(path), remedy="Give the path of a file."
        ) from None
    return view_of(text, schema, where=str(path))


def view_of(text: str, schema: str, *, where: str) -> View:
    """Return the view that a text declares. Raises Problem if it declares none."""
    reader = _Source(text.replace("\r\n", "\n"), schema, where)
    return reader.view()


class _Source:
    def __init__(self, text: str, schema: str, where: str) -> None:
        self.text, self.schema, self.where = text, schema, where

    def wrong(self, what: str, offset: int, expected: str, found: str | None = None) -> Problem:
        place = f"{self.where} line {line_of(self.text, offset)}"
        return Problem(what, where=place, expected=expected, found=found, remedy="Correct the source.")

    def view(self) -> View:
        try:
            stream = tokens(self.text)
        except Problem as error:
            raise Problem(error.what, where=f"{self.where} {error.where}", remedy=error.remedy) from None
        while stream and stream[-1].text in (";", "/"):
            stream.pop()
        header = self.header()
        place = self.create(stream)
        name, place = self.name(stream, place)
        columns, place = self.columns(stream, place)
        if place >= len(stream) or stream[place].text != "AS" or place + 1 == len(stream):
            raise self.wrong("there is no query", len(self.text), _FORM)
        query = stream[place + 1 :]
        for each in query:
            if each.text == ";":
                raise self.wrong("there is more than one statement", each.start, "one view a file")
            if each.kind == "bind":
                raise self.wrong(f"{each.text} is a bind, which no view has", each.start, "a query without binds")
        for each in stars(query):
            raise self.wrong(
                "* stands for columns that are not named",
                each.start,
                "each column by its name, since Oracle keeps those of the day of creation",
            )
        for column in header.comments:
            if column is not None and column not in columns:
                raise self.wrong(f"@column {column} is no column of the view", 0, ", ".join(columns))
        own = header.comments.pop(None, None)
        return View(
            name,
            columns,
            self.text[query[0].start : query[-1].end],
            own,
            {str(column): text for column, text in header.comments.items()},
            frozenset(header.grants),
            tuple(header.depends),
            frozenset(header.roles),
            source=self.where,
        )

    def create(self, stream: list[Token]) -> int:
        words = [each.text for each in stream[:6]]
        for form in (["CREATE", "OR", "REPLACE", "VIEW"], ["CREATE", "VIEW"]):
            if words[: len(form)] == form:
                return len(form)
        start = stream[0].start if stream else 0
        raise self.wrong("it declares no view", start, _FORM, " ".join(words[:4]) or "nothing")

    def name(self, stream: list[Token], place: int) -> tuple[str, int]:
        names = []
        while place < len(stream) and stream[place].name is not None:
            names.append(str(stream[place].name))
            place += 1
            if place < len(stream) and stream[place].text == "." and len(names) == 1:
                place += 1
                continue
            break
        if not names:
            raise self.wrong("the view has no name", stream[-1].end, _FORM)
        if len(names) == 2 and names[0] != self.schema:
            raise self.wrong("the view is of another schema", stream[place - 1].start, self.schema, names[0])
        return names[-1], place

    def columns(self, stream: list[Token], place: int) -> tuple[tuple[str, ...], int]:
        if place >= len(stream) or stream[place].text != "(":
            start = stream[place].start if place < len(stream) else len(self.text)
            raise self.wrong("the view has no list of columns", start, _FORM)
        found: list[str] = []
        place += 1
        while place + 1 < len(stream):
            name, after = stream[place].name, stream[place + 1].text
            if name is None or after not in (",", ")"):
                raise self.wrong("it is no name of a column", stream[place].start, "names, apart by commas")
            if name in found:
                raise self.wrong(f"the column {name} is named twice", stream[place].start, "each once")
            found.append(name)
            place += 2
            if after == ")":
                return tuple(found), place
        raise self.wrong("the list of columns has no end", len(self.text), _FORM)

    def header(self) -> _Header:
        """Return what the lines that begin with -- @ say."""
        header, offset = _Header(), 0
        for line in self.text.splitlines(keepends=True):
            entry = _ENTRY.fullmatch(line.rstrip("\n"))
            if entry is not None:
                try:
                    self.entry(header, entry[1], entry[2], offset)
                except InvalidParameter as error:
                    raise self.wrong(str(error), offset, "a name of Oracle") from None
            offset += len(line)
        return header

    def entry(self, header: _Header, kind: str, text: str, offset: int) -> None:
        match kind:
            case "comment" if text and None not in header.comments:
                header.comments[None] = text
            case "column" if (found := _COLUMN.fullmatch(text)) is not None:
                column = checked_name("@column", found[1])
                if column in header.comments:
                    raise self.wrong(f"@column {column} is given twice", offset, "each once")
                header.comments[column] = found[2]
            case "grant" if (found := _GRANT.fullmatch(text)) is not None:
                grantee = checked_name("@grant", found[3])
                for privilege in (each.strip().upper() for each in found[1].split(",")):
                    if privilege not in PRIVILEGES:
                        raise self.wrong(f"@grant {privilege} is no right on a view", offset, ", ".join(PRIVILEGES))
                    if any((privilege, grantee) == each[:2] for each in header.grants):
                        raise self.wrong(f"@grant {privilege} to {grantee} is given twice", offset, "each once")
                    header.grants.add(Grant(privilege, grantee, found[4] is not None))
                if found[2] is not None:
                    header.roles.add(grantee)
            case "depends" if text:
                header.depends += [checked_name("@depends", each.strip()) for each in text.split(",")]
            case _:
                raise self.wrong(
                    "the entry of the header is not understood",
                    offset,
                    "@comment TEXT (once), @column NAME TEXT, @grant SELECT to NAME, or @depends VIEW",
                    f"@{kind} {text}".strip(),
                )
