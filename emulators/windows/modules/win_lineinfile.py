# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""community.windows.win_lineinfile."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from emulators.windows.arguments import Rules
from emulators.windows.backup import back_up
from emulators.windows.module import Call, Module, ModuleFailure

_MARKS = [(codecs.BOM_UTF8, "utf-8", "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16")]


@dataclass
class Text:
    """A file's lines, and how they are written."""

    lines: list[str]
    ends_with_newline: bool
    mark: bytes
    codec: str
    name: str

    @classmethod
    def of(cls, content: bytes, encoding: str) -> Text:
        """Read a file's content."""
        mark, codec, name = next((each for each in _MARKS if content.startswith(each[0])), (b"", "utf-8", "utf-8"))
        if encoding != "auto":
            codec = name = encoding
        text = content.removeprefix(mark).decode(codec)
        return cls(
            re.split(r"\r\n|\n|\r", text.rstrip("\r\n")) if text else [], text.endswith(("\r", "\n")), mark, codec, name
        )

    def bytes(self, separator: str) -> bytes:
        """Return the content to be written."""
        return self.mark + self.text(separator).encode(self.codec)

    def text(self, separator: str) -> str:
        """Return the lines as one text."""
        return separator.join([*self.lines, *([""] if self.ends_with_newline else [])])


def run(call: Call) -> None:
    """Make sure that a line is in a file, or is not."""
    path, present = call.path("path"), call["state"] == "present"
    file = call.machine.files.find(path)
    if file is not None and file.directory:
        raise ModuleFailure(f"Path {path} is a directory")
    _check(call, present=present)
    if file is None:
        if not (present and call["create"]):
            raise ModuleFailure(f"Path {path} does not exist !")
        # the real module does so in check mode too
        call.machine.files.write(path, b"\r\n")
    text = Text.of(call.machine.files.read(path), call["encoding"])
    if file is None:
        text.lines, text.ends_with_newline = [""], False
    separator = "\n" if call["newline"] == "unix" else "\r\n"
    before = text.text(separator)
    call.result.update(backup="", msg="", encoding=text.name)
    (_present if present else _absent)(call, text)
    if call.diff:
        after = {"after": text.text(separator)} if call.result["changed"] else {}
        call.result["diff"] = {"before": before, **after}
    if call.result["changed"]:
        if call["backup"]:
            call.result["backup_file"] = back_up(call, path)
        if not call.check:
            call.machine.files.write(path, text.bytes(separator))


def _check(call: Call, *, present: bool) -> None:
    if call["validate"]:
        raise ModuleFailure("validate is not emulated: it would run a program")
    if present and call["backrefs"] and not call["regex"]:
        raise ModuleFailure("regexp= is required with backrefs=true")
    if present and not call["line"]:
        raise ModuleFailure("line= is required with state=present")
    if not present and not call["regex"] and not call["line"]:
        raise ModuleFailure("one of line= or regexp= is required with state=absent")


def _present(call: Call, text: Text) -> None:
    line, after, before = call["line"], call["insertafter"], call["insertbefore"]
    if after and before:
        ignored = f'Both insertbefore and insertafter parameters found, ignoring "insertafter={after}"'
        call.result["warnings"] = [ignored]
    if not after and not before:
        after = "EOF"
    found = _last(text.lines, call["regex"]) if call["regex"] else _last_equal(text.lines, line)
    if found is not None:
        matched = text.lines[found]
        wanted = re.sub(call["regex"], _replacement(line), matched) if call["backrefs"] else line
        if matched != wanted:
            text.lines[found] = wanted
            call.result.update(changed=True, msg="line replaced")
        return
    if call["backrefs"]:
        return
    place = len(text.lines)
    if "BOF" in (before, after):
        place = 0
    elif after != "EOF":
        anchor = _last(text.lines, after or before)
        if anchor is not None:
            place = anchor if before else anchor + 1
    text.lines.insert(place, line)
    call.result.update(changed=True, msg="line added")


def _absent(call: Call, text: Text) -> None:
    matches = re.compile(call["regex"]).search if call["regex"] else lambda line: line == call["line"]
    left = [line for line in text.lines if not matches(line)]
    found = len(text.lines) - len(left)
    text.lines = left
    call.result.update(changed=found > 0, found=found, msg=f"{found} line(s) removed")


def _last(lines: list[str], pattern: str) -> int | None:
    expression = re.compile(pattern)
    return next((n for n in range(len(lines) - 1, -1, -1) if expression.search(lines[n])), None)


def _last_equal(lines: list[str], line: str) -> int | None:
    return next((n for n in range(len(lines) - 1, -1, -1) if lines[n] == line), None)


def _replacement(line: str) -> str:
    """Return a replacement of .NET (`$1`, `${name}`, `$$`) in Python's form."""
    plain = line.replace("\\", r"\\")
    return re.sub(r"\$(?:(\$)|(\d+)|\{(\w+)\})", lambda m: "$" if m[1] else rf"\g<{m[2] or m[3]}>", plain)


MODULE = Module(
    "community.windows.win_lineinfile",
    run,
    Rules(defaults={"encoding": "auto", "newline": "windows", "state": "present"}),
)
