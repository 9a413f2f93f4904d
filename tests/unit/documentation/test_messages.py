# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of docs/troubleshooting.md are those that users see: they are in the code, word for word."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.working_copy import ROOT

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
MESSAGES = re.findall(r"^\| `(.+?)` \|", PAGE, re.MULTILINE)
DIFFERS = "…"


def text_of(node: ast.AST) -> str:
    """Return a string of a program as users see it; what is put into it is shown as the page shows it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(each) or DIFFERS for each in node.values)
    return ""


def texts_of(path: Path) -> Iterator[str]:
    if path.suffix == ".py":
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        yield from (text_of(node) for node in ast.walk(tree) if id(node) not in documentation)
    else:
        without_comments = re.sub(r"^\s*#.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        yield re.sub(r"\s+", " ", re.sub(r"\{\{.*?\}\}", DIFFERS, without_comments, flags=re.DOTALL))


SOURCES = [*ROOT.glob("plugins/**/*.py"), *ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("playbooks/**/*.yml")]
SAID = [text for path in SOURCES for text in texts_of(path) if text]


@pytest.mark.parametrize("message", MESSAGES)
def test_that_a_message_of_the_page_is_in_the_code(message: str) -> None:
    pattern = re.compile(".*?".join(re.escape(piece.strip()) for piece in message.split(DIFFERS)), re.DOTALL)
    assert any(pattern.search(text) for text in SAID)


def test_that_each_row_of_the_page_has_a_message() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| message ")]
    assert len(rows) == len(MESSAGES) > 20
