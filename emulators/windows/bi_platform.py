# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows host's `lcm_cli`: that of emulators/business_objects, with the files of the emulated host."""

from __future__ import annotations

import contextlib
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emulators.business_objects import lcm_cli as program

if TYPE_CHECKING:
    from emulators.windows.machine import Machine

_READ, _WRITTEN = "importLocation", "exportLocation"


@dataclass(frozen=True)
class Ended:
    """How a program ended."""

    exit_code: int = 0
    stdout: str = ""
    stderr: str = ""


def lcm_cli(machine: Machine, platform: Path, path: str) -> Ended:
    """Run a job that a file of properties describes.

    The real one does not ask who else can read the file. Here it has to be one account alone, or nothing is done.
    """
    accounts = machine.files.accounts_with_rights(path)
    if accounts is None or len(set(accounts)) != 1:
        return Ended(1, stdout=f"emulated lcm_cli: others can read {path}: {accounts or 'what its disk lets in'}\r\n")
    properties = program.read_properties(machine.files.read(path).decode("iso-8859-1"))
    said = io.StringIO()
    with tempfile.TemporaryDirectory() as directory, contextlib.redirect_stdout(said):
        here = Path(directory) / "archive.lcmbiar"
        given = {name: properties[name] for name in (_READ, _WRITTEN) if name in properties}
        if _READ in given:
            here.write_bytes(machine.files.read(given[_READ]))
        try:
            code = program.run(platform, {**properties, **dict.fromkeys(given, str(here))})
        except program.Stopped as error:
            print(f"ERROR {error}")
            code = 1
        if _WRITTEN in given and here.exists():
            machine.files.write(given[_WRITTEN], here.read_bytes())
    return Ended(code, stdout=said.getvalue().replace("\n", "\r\n"))
