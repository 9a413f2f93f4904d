# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long clients wait while a release is replaced: put in service beside the old one, and restarted in its place.

Real nginx and gunicorn; a client asks all the while. Ours must not lose a request, whatever the ratio.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from emulators.linux_host import LinuxHost
from emulators.processes import wait_until
from tests.performance.ratio import Measurement, time_module

ADDRESS, PORT = "127.44.0.30", 8080
SITE = """\
server {{
    listen {address}:{port};
    location / {{ proxy_pass http://unix:{base}/current/socket; }}
}}
"""
APPLICATION = """\
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]
"""
REPLACED = 5


class Client:
    """Asks over and over; knows how many requests failed, and how long there was none that did not."""

    def __init__(self) -> None:
        self.failed = 0
        self.longest = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Client:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _ask(self) -> None:
        answered = time.perf_counter()
        while not self._done.is_set():
            connection = http.client.HTTPConnection(ADDRESS, PORT, timeout=10)
            try:
                connection.request("GET", "/")
                good = connection.getresponse().status == 200
            except (OSError, http.client.HTTPException):
                good = False
            finally:
                connection.close()
            if good:
                now = time.perf_counter()
                self.longest, answered = max(self.longest, now - answered), now
            self.failed += not good


class Release:
    """A release in a directory, served on a socket of its own."""

    def __init__(self, base: Path, name: str) -> None:
        self.base, self.name = base, name
        self.directory = base / "releases" / name
        self.directory.mkdir(parents=True)
        (self.directory / "release.json").write_text('{"version": "1", "files": []}', encoding="utf-8")
        (self.directory / "app.py").write_text(APPLICATION, encoding="utf-8")

    def start(self) -> None:
        """Start it, and return when it answers."""
        socket = self.directory / "socket"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--bind", f"unix:{socket}", "--log-level", "error", "app:application"],
            cwd=self.directory,
        )
        wait_until(socket.exists, "the start of gunicorn")

    def stop(self) -> None:
        """End it once its last requests are answered."""
        self.process.terminate()
        self.process.wait(timeout=60)

    def put_in_service(self) -> float:
        """Put it in service, and return the module's peak memory."""
        return time_module("python_release", {"path": str(self.base), "state": "current", "name": self.name}).memory_mib


def measure() -> list[Measurement]:
    """Return the longest time without an answer, of replacing a release five times in each way."""
    with tempfile.TemporaryDirectory() as directory:
        host = LinuxHost(Path(directory))
        base = host.root / "srv"
        host.nginx.seed(ADDRESS, "timetables.exams.example")
        site = SITE.format(address=ADDRESS, port=PORT, base=base)
        (host.root / "etc/nginx/conf.d/site.conf").write_text(site, encoding="utf-8")
        releases = [Release(base, str(number)) for number in range(REPLACED + 1)]
        releases[0].start()
        memory = releases[0].put_in_service()
        host.start()
        try:

            def beside() -> None:
                for old, new in pairwise(releases):
                    new.start()
                    new.put_in_service()
                    old.stop()

            def in_place() -> None:
                for _ in range(REPLACED):
                    releases[-1].stop()
                    releases[-1].start()

            ours, peer = _polled(beside), _polled(in_place)
        finally:
            host.stop()
            for release in releases:
                if hasattr(release, "process"):
                    release.stop()
    if ours.failed:
        raise RuntimeError(f"{ours.failed} requests failed while a release was replaced")
    work = "clients wait while a release is replaced"
    return [Measurement(work, "the longest", ours.longest, "service restarted in place", peer.longest, 3, memory)]


def _polled(work: Callable[[], None]) -> Client:
    with Client() as client:
        work()
    return client
