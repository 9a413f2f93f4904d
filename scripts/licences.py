# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The licence of everything that running the playbooks brings, as docs/dependencies.md lists it; run alone, it prints
the table."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement

from scripts.working_copy import ROOT

_BY_CLASSIFIER = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Other/Proprietary License": "proprietary",
    "Python Software Foundation License": "PSF-2.0",
}


def name_of(requirement: str) -> str:
    """Return the normalised name of what is asked for."""
    return re.sub(r"[-_.]+", "-", Requirement(requirement).name).lower()


def brought() -> list[str]:
    """Return the names of what requirements/runtime.txt asks for, and of what that brings, where it is installed."""
    text = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    waiting = [line.split("#")[0] for line in text.splitlines() if line and not line.startswith("#")]
    found: set[str] = set()
    while waiting:
        name = name_of(waiting.pop())
        if name not in found:
            found.add(name)
            waiting += _required(name)
    return sorted(found)


def _required(name: str) -> Iterator[str]:
    for each in metadata.requires(name) or ():
        marker = Requirement(each).marker
        if marker is None or marker.evaluate({"extra": ""}):
            yield each


def licence_of(name: str) -> str:
    """Return a package's licence as it says it itself, in the words of SPDX where it does."""
    about = metadata.metadata(name)
    if "License-Expression" in about:
        return about["License-Expression"]
    classifiers = [each.rpartition(" :: ")[2] for each in about.get_all("Classifier") or () if "License ::" in each]
    known = sorted({_BY_CLASSIFIER[each] for each in classifiers if each in _BY_CLASSIFIER})
    if known or "License" not in about:
        return " or ".join(known) or "not said"
    return about["License"].split("\n", maxsplit=1)[0]


def rows() -> Iterator[str]:
    """Yield the rows of the table."""
    for name in brought():
        yield f"| {name} | {licence_of(name)} |"


if __name__ == "__main__":
    sys.stdout.write("\n".join(["| package | licence |", "|---|---|", *rows(), ""]))
