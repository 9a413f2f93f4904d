# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/performance.md and its pictures, made of what is kept: `python -m tests.performance.page` makes them again."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.performance import pictures, results
from tests.performance.ratio import HEADER, ROOT, cells

PAGE = ROOT / "docs" / "performance.md"
PARTS = Path(__file__).parent
INTRODUCTION = """\
<!--
SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
SPDX-License-Identifier: GPL-3.0-or-later
-->
<!-- Made by `make bench` from docs/performance.json; change tests/performance/page.py, and not this page. -->
# Performance

Each part measures ours beside a peer, or beside a limit that was agreed, in one run on one machine: a ratio
says more than seconds do where machines differ and are busy. *Floor* is the ratio that was asked for: below it
a part is `missed`, below half of it, or above its limit of memory, `make bench` fails. *Memory* is the peak of
the process that does the work. Start-up is part of our time, and is taken off the peer's.

`make bench PARTS='dns https'` measures some parts and replaces their results here, each of which says when, at
which commit and on what it was measured; `+` after a commit means that files were changed. The load at the
start is how many processes wanted a processor: where it is above the number of cores, others were at work too,
and seconds are longer than they would be; both sides of a ratio were measured then.
"""


def page(kept: Mapping[str, results.Result], parts: Mapping[str, str]) -> str:
    """Return the page.

    Args:
        kept: results by part.
        parts: of each part that there is, its method.
    """
    text = [INTRODUCTION]
    measured = [part for part in parts if part in kept]
    if measured:
        text.append("![Ratios of all parts to their peers, with their floors](pictures/performance-ratios.svg)\n")
    for part in measured:
        text += _section(kept[part], parts[part])
    missing = [part for part in parts if part not in kept]
    if missing:
        text.append("## Not measured yet\nThese parts are there, and no result of theirs is kept:\n")
        text += [f"- `{part}`: {parts[part].splitlines()[0]}" for part in missing]
        text.append("")
    return "\n".join(text)


def methods() -> dict[str, str]:
    """Return what each part does, which is its file's first words, by part."""
    found = {}
    for path in sorted(PARTS.glob("bench_*.py")):
        words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        found[path.stem.removeprefix("bench_")] = words or ""
    return found


def write(kept: Mapping[str, results.Result], page_file: Path = PAGE) -> None:
    """Write the page and its pictures."""
    parts = methods()
    folder = page_file.parent / "pictures"
    folder.mkdir(exist_ok=True)
    measured = [each for part in parts if part in kept for each in kept[part].measurements]
    if measured:
        (folder / "performance-ratios.svg").write_text(pictures.bars(measured), encoding="utf-8")
    for part in kept:
        for each in kept[part].measurements:
            for column, name, unit in _CURVES if each.points else ():
                picture = pictures.curve(each.points, column, name, unit)
                (folder / _curve_file(part, name)).write_text(picture, encoding="utf-8")
    page_file.write_text(page(kept, parts), encoding="utf-8")


_CURVES = ((1, "Time", "s"), (2, "Memory", "MiB"))


def _curve_file(part: str, name: str) -> str:
    return f"performance-{part}-{name.lower()}.svg"


def _section(result: results.Result, method: str) -> list[str]:
    lines = [f"## {result.part.replace('_', ' ').capitalize()}", method, ""]
    lines += [_row(HEADER), _row(["---"] * len(HEADER)), *(_row(cells(each)) for each in result.measurements), ""]
    for each in result.measurements:
        for _column, name, _unit in _CURVES if each.points else ():
            lines.append(f"![{name} over the number of hosts](pictures/{_curve_file(result.part, name)})\n")
    source = f"{result.date}, commit {result.commit}; {result.machine}; load {result.load:g} at the start."
    return [*lines, source, ""]


def _row(values: Sequence[str]) -> str:
    return f"| {' | '.join(values)} |"


if __name__ == "__main__":
    write(results.read())
