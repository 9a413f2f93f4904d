# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated Linux host: a real nginx, and what its unit files start, in a directory of its own."""

from __future__ import annotations

from pathlib import Path

from emulators.nginx import Nginx
from emulators.processes import stop_daemon
from emulators.units import units


class LinuxHost:
    """The host whose files are below a root directory."""

    def __init__(self, root: Path) -> None:
        """Keep the root directory."""
        self.root = root
        self.nginx = Nginx(root)

    def running(self) -> bool:
        """Return whether its nginx runs."""
        return self.nginx.running()

    def start(self) -> None:
        """Start what starts with the host."""
        for unit in units(self.root):
            if unit.enabled():
                unit.start()
        self.nginx.start()

    def stop(self) -> None:
        """Stop all that runs on it."""
        self.nginx.stop()
        for unit in units(self.root):
            unit.stop()
        for pid_file in (self.root / "run/web-timetables").glob("*/gunicorn.pid"):  # without an init system
            stop_daemon(pid_file, "gunicorn")
