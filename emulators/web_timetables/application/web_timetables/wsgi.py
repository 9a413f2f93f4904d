# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages: `/`, `/exams?uun=s1234567` and `/health`."""

from __future__ import annotations

import html
import json
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from . import exams
from .version import VERSION

UUN = re.compile(r"[a-z][0-9]{7}")
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><main><h1>{title}</h1>
{content}
</main></body></html>
"""
FORM = (
    '<form action="/exams"><label>University user name <input name="uun" required></label> <button>Show</button></form>'
)
Answer = tuple[str, str, str]
"""Status, content type and body."""

log = logging.getLogger("web_timetables")


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer one request (WSGI)."""
    pages: dict[str, Callable[[dict[str, Any]], Answer]] = {"/": index, "/exams": of_student, "/health": health}
    page = pages.get(environ.get("PATH_INFO", "/"))
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        status, kind, body = "405 Method Not Allowed", "text/plain; charset=utf-8", "Only GET.\n"
    elif page is None:
        status, kind, body = "404 Not Found", "text/html; charset=utf-8", _page("There is no such page", "")
    else:
        status, kind, body = page(environ)
    content = body.encode()
    headers = [("Content-Type", kind), ("Content-Length", str(len(content))), ("Cache-Control", "no-store")]
    start_response(status, headers)
    return [content]


def index(environ: dict[str, Any]) -> Answer:
    """Ask for a student."""
    return "200 OK", "text/html; charset=utf-8", _page("Exam timetable", FORM)


def health(environ: dict[str, Any]) -> Answer:
    """Say whether this release works, which it does if the database answers."""
    try:
        found = exams.count()
    except Exception:
        log.exception("the database does not answer")
        content = {"status": "the database does not answer", "version": VERSION}
        return "503 Service Unavailable", "application/json", json.dumps(content)
    return "200 OK", "application/json", json.dumps({"status": "ok", "version": VERSION, "exams": found})


def of_student(environ: dict[str, Any]) -> Answer:
    """Show a student's exams."""
    uun = parse_qs(environ.get("QUERY_STRING", "")).get("uun", [""])[0].strip().lower()
    if not UUN.fullmatch(uun):
        content = f"<p>A university user name is a letter and seven digits.</p>{FORM}"
        return "400 Bad Request", "text/html; charset=utf-8", _page("Exam timetable", content)
    try:
        found = exams.of_student(uun)
    except Exception:
        log.exception("the database does not answer")
        content = "<p>The timetable cannot be read just now. Please try again later.</p>"
        return "503 Service Unavailable", "text/html; charset=utf-8", _page("Exam timetable", content)
    cells = [(one.course, one.starts_at, f"{one.minutes} minutes", one.location, one.seat) for one in found]
    rows = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in cells)
    head = "<tr><th>Course</th><th>Starts</th><th>Length</th><th>Place</th><th>Seat</th></tr>"
    table = f"<table>{head}{rows}</table>" if rows else "<p>There are no exams.</p>"
    return "200 OK", "text/html; charset=utf-8", _page(f"Exams of {html.escape(uun)}", table)


def _page(title: str, content: str) -> str:
    return PAGE.format(title=title, content=content)
