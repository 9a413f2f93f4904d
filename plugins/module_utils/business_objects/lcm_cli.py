# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs `lcm_cli`, the platform's own tool for promotion, on the BI host.

What it shall do is in a file of properties, passwords among it: readable to its account alone (`host.py`), removed when
the tool has ended, and by the next run should this one be killed. Its arguments hold no secret. What became of a job it
says on its output; its exit code is no proof.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.host import BiHost
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import OutcomeUnknown, Problem

_STATUS = re.compile(r"Job\s+Status\s*:\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)
_TROUBLE = re.compile(r"fail|error|exception|could not|cannot|unable|\(F[WC][A-Z] \d+\)", re.IGNORECASE)
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f"}
_PREFIX, _SUFFIX = "lcm-", ".properties"
_LEFT = re.compile(r"lcm-\d+\.properties|\.lcm-\d+\.properties\.part")
_EMPTY = hashlib.sha256().hexdigest()
_SHOWN = 6
"""How many lines of trouble a message holds; the log has all."""


@dataclass(frozen=True)
class Credentials:
    """As whom the tool logs on, and where."""

    cms: str
    """Host and port of the Central Management Server, such as `bi-live.exams.example:6400`."""
    user: str
    password: str
    authentication: str

    def properties(self, prefix: str) -> dict[str, str]:
        """Return them as properties: of `LCM`, where jobs are kept, or of `Destination`."""
        return {
            f"{prefix}_CMS": self.cms,
            f"{prefix}_userName": self.user,
            f"{prefix}_password": self.password,
            f"{prefix}_authentication": self.authentication,
        }


@dataclass(frozen=True)
class LcmCli:
    """The tool, and where it may work."""

    host: BiHost
    program: PurePath
    directory: PurePath
    """Of this module, on the BI host: for properties while the tool runs, and for its logs."""
    credentials: Credentials
    timeout: int
    """Seconds for a job."""

    def export(self, cuid: str, archive: PurePath) -> PurePath:
        """Export a universe, without what it depends on, and return the log.

        Raises:
            Problem: it was not exported.
        """
        log = self._run(
            {
                "action": "export",
                "exportLocation": str(archive),
                "exportQueriesTotal": "1",
                "exportQuery1": f"SELECT * FROM CI_APPOBJECTS WHERE SI_CUID = '{cuid}'",  # noqa: S608 (a checked CUID)
                "exportDependencies": "false",
                "includeSecurity": "false",
                **self.credentials.properties("LCM"),
            }
        )
        if self.host.digest(archive) in (None, _EMPTY):
            raise Problem(
                "lcm_cli says that it has exported the universe, and there is no archive",
                where=str(archive),
                remedy=f"Look at its log, {log}, and at the free space there.",
            )
        self.host.protect(archive)
        return log

    def promote(self, archive: PurePath) -> PurePath:
        """Promote what an archive holds to the platform, and return the log.

        Raises:
            Problem: the job did not succeed, or only in part.
            OutcomeUnknown: it did not end.
        """
        return self._run(
            {
                "action": "promote",
                "importLocation": str(archive),
                **self.credentials.properties("LCM"),
                **self.credentials.properties("Destination"),
            }
        )

    def _run(self, properties: Mapping[str, str]) -> PurePath:
        """Run a job and return its log. Raises as `export` and `promote`."""
        action = properties["action"]
        with self._properties_file({**properties, "consolelog": "true"}) as file:
            code, output = self.host.run(
                self.program, ["-lcmproperty", str(file)], directory=self.directory, timeout=self.timeout
            )
        output = self._without_secrets(output)
        log = self._keep(action, code, output)
        if code is None:
            raise OutcomeUnknown(
                f"lcm_cli did not end within {self.timeout} s, and was stopped",
                where=str(self.program),
                found=f"its log, {log}",
                remedy="The platform may still be at work. Look at the job in the CMC (Promotion Management), give it "
                "longer (lcm_timeout).",
            )
        judge(action, code, output, log=log)
        return log

    @contextlib.contextmanager
    def _properties_file(self, properties: Mapping[str, str]) -> Iterator[PurePath]:
        """Provide a file of properties that nobody else can read, and remove it afterwards."""
        file = self.directory / f"{_PREFIX}{os.getpid()}{_SUFFIX}"
        text = "".join(f"{name}={escaped(value)}\n" for name, value in properties.items())
        try:
            self.host.write(file, text)
            yield file
        finally:
            self.host.remove(file)

    def remove_leftovers(self) -> list[str]:
        """Remove the properties that a killed run has left, and return their names. The caller has the lock."""
        left = [name for name in self.host.names(self.directory) if _LEFT.fullmatch(name)]
        for name in left:
            self.host.remove(self.directory / name)
        return left

    def _without_secrets(self, output: str) -> str:
        for secret in (escaped(self.credentials.password), self.credentials.password):
            output = output.replace(secret, "********")
        return output

    def _keep(self, action: str, code: int | None, output: str) -> PurePath:
        """Write a job's log, and return where it is."""
        self.host.make_directory(self.directory / "logs")
        now = dt.datetime.now(dt.UTC)
        log = self.directory / "logs" / f"{now:%Y%m%dT%H%M%S.%f}Z-{action}.log"
        head = f"# {self.program} action={action} at {now:%Y-%m-%d %H:%M:%S} UTC, exit code {code}\n"
        self.host.write(log, head + output)
        return log


def escaped(value: str) -> str:
    """Return a value as java.util.Properties reads it back, in ASCII. Pure."""
    text = "".join(_ESCAPES.get(each, each) for each in value)
    if text.startswith(" "):
        text = "\\" + text
    return "".join(each if each.isascii() else _unicode(each) for each in text)


def _unicode(character: str) -> str:
    """Return a character as UTF-16 in the escapes of Java."""
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[n] << 8 | units[n + 1]:04x}" for n in range(0, len(units), 2))


def judge(action: str, code: int, output: str, *, log: PurePath) -> None:
    """Return if a job has succeeded, as its output says; the exit code alone is no proof. Pure.

    Raises:
        Problem: it did not, or only in part, or nothing is said.
    """
    said = _STATUS.findall(output)
    status = said[-1] if said else None
    if status is not None and status.casefold() == "success" and code == 0:
        return
    trouble = [line.strip() for line in output.splitlines() if _TROUBLE.search(line)][-_SHOWN:]
    partial = status is not None and "partial" in status.casefold()
    if status is None:
        what = f"lcm_cli ended with code {code} and did not say what became of the job ({action})"
    elif partial:
        what = f"the job ({action}) succeeded only in part"
    else:
        what = f"the job ({action}) ended as {status!r}, with code {code}"
    raise Problem(
        what,
        expected="Job Status : Success",
        found="; ".join(trouble) or output.strip()[-200:] or "nothing",
        remedy=f"All that it said is in {log}.",
    )
