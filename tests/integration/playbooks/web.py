# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web timetables of a rehearsed LIVE: releases of them, a test student, and who looks at them."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from emulators.web_timetables import releases
from tests.integration.playbooks.isolated import Isolated
from tests.integration.report.chromium import ALONE

NAME = "timetables.exams.example"
EXAM_OF_STUDENT = (
    "INSERT INTO dbo.Students (UUN) VALUES (N's0000001')",
    "INSERT INTO dbo.Exams (CourseCode, PeriodId, DurationMinutes) "
    "SELECT N'TEST10001', MIN(PeriodId), 120 FROM dbo.AcademicPeriods",
    "INSERT INTO dbo.Registrations (ExamId, StudentId) SELECT e.ExamId, s.StudentId FROM dbo.Exams e, dbo.Students s",
    "INSERT INTO dbo.Sittings (ExamId, LocationId, StartsAt) "
    "SELECT e.ExamId, (SELECT MIN(LocationId) FROM dbo.Locations), '2027-05-04T09:30:00' FROM dbo.Exams e",
)
"""An exam of the known student, in a database without any other."""
NO_EXAMS = (
    "DELETE FROM dbo.Seats",
    "DELETE FROM dbo.Sittings",
    "DELETE FROM dbo.Registrations",
    "DELETE FROM dbo.Exams",
    "DELETE FROM dbo.Students",
)


class WebTimetables:
    """The site of a rehearsed LIVE, and its releases."""

    def __init__(self, isolated: Isolated) -> None:
        self.isolated = isolated
        network = isolated.environment["EXAM_REHEARSAL_NETWORK"]
        self.addresses = [f"{network}.0.30", f"{network}.0.31"]
        self.root = isolated.directory / "certification-authority/certificate.pem"

    def release(self, version: str, broken: str | None = None) -> str:
        """Have the web team's build publish a release, and return what declares it, as -e takes it."""
        archive = self.isolated.directory / f"state/artefacts/web-timetables-{version}.tar.gz"
        digest = releases.build(archive, version, broken)
        declared: dict[str, Any] = {
            "web_timetables_version": version,
            "web_timetables_files": [{"path": str(archive), "sha256": digest}],
            "web_timetables_health_tries": 2 if broken else 10,
            "web_timetables_health_timeout": 2 if broken else 5,
            "web_timetables_graceful_seconds": 2 if broken else 30,
        }
        return json.dumps(declared)

    def current(self) -> list[str]:
        """Return the release in service on each host."""
        hosts = self.isolated.directory / "hosts"
        return [(hosts / host / "srv/web-timetables/current").readlink().name for host in ("web1-live", "web2-live")]

    def database(self, *statements: str) -> None:
        """Run statements on Exam Scheduler's database."""
        network = self.isolated.environment["EXAM_REHEARSAL_NETWORK"]
        done = self.isolated.command(sys.executable, "-m", "tests.ask_rehearsed_database", network, *statements)
        assert done.returncode == 0, done.stderr

    def browse(self, path: str, profile: Path) -> str:
        """Return a page of the first host as Chromium has it once it is rendered.

        Chromium reads no file of roots, so it is told the key that the site's certificate has to have.
        """
        certificate = self.isolated.directory / "state/https/web1-live/certificate.pem"
        key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
        pin = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
        alone = [option for option in ALONE if not option.startswith("--host-resolver-rules")]
        done = self.isolated.command(
            shutil.which("chromium") or "chromium", *alone, f"--user-data-dir={profile}",
            f"--host-resolver-rules=MAP {NAME} {self.addresses[0]}, MAP * ~NOTFOUND",
            f"--ignore-certificate-errors-spki-list={base64.b64encode(pin).decode()}",
            "--dump-dom", f"https://{NAME}{path}",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def polled(self, *paths: str) -> Iterator[dict[str, Any]]:
        """Have a client ask both hosts for these pages all the while; what came of it is there afterwards."""
        found: dict[str, Any] = {}
        words = (sys.executable, "-m", "tests.poll_site", NAME, ",".join(paths), str(self.root), *self.addresses)
        client = subprocess.Popen(
            ["nsenter", "--net", "--target", str(self.isolated.holder.pid), *words],
            env=self.isolated.environment, cwd=Path.cwd(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            yield found
        finally:
            said, _ = client.communicate("stop\n", timeout=60)
            found.update(json.loads(said))
