# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CalSync: writes log lines as its layout says, and exams into calendars as its configuration says.

The options of `layout_log`, and `queue` and `state_file`: the directory in which each event that is still to be written
is a file, and the file in which it keeps what it has written. In the configuration that `sign_in_file` names are the
connection string `ES`, and the settings `Mailboxes.Domain` and `Mailboxes.Test` (`UUN=mailbox`); names are looked up in
the host's own file `hosts`. Without a certificate or a connection string it writes log lines alone.
"""

from __future__ import annotations

import json
from typing import Any

from emulators.windows.behaviours.layout_log import LayoutLog
from emulators.windows.connect_files import read_configuration
from emulators.windows.worker import Worker

SECONDS = 5
"""Between two passes."""
_NO_FILE = "C:\\none"


class CalSync(LayoutLog):
    """Writes into calendars by a process of its own (calendar_writer), which signs in and logs in as it is told."""

    _worker: Worker | None = None
    _settled = True

    def start(self) -> None:
        """Say what was loaded, and begin."""
        super().start()
        asked = self._asked()
        if asked is None:
            return
        self._worker = Worker("emulators.windows.calendar_writer", asked)
        self._settled = False

    @property
    def busy(self) -> bool:
        """Whether its first pass is not over yet."""
        return not self._settled

    def tick(self) -> bool:
        """Write down what it has done since."""
        if self._worker is None:
            return False
        lines, ended = self._worker.lines()
        for line in lines:
            kind, _, text = line.partition(" ")
            if kind == "STATE":
                self._keep(json.loads(text))
            else:
                self.say(text, level=kind)
                self._settled = True
        self._settled = self._settled or ended is not None
        return bool(lines)

    def stop(self) -> None:
        """End the process; what is queued stays so."""
        if self._worker is not None:
            self._worker.end()
        self._worker, self._settled = None, True

    def _asked(self) -> dict[str, Any] | None:
        """Return what the process has to do; None if it is not configured to do anything."""
        found = read_configuration(
            self.machine, {"config_file": self.service.options["sign_in_file"], "connector_file": _NO_FILE}
        )
        settings, tests = found["settings"], found["settings"].get("Mailboxes.Test", "")
        thumbprint = settings["Office365.CertificateThumbprint"].upper()
        held = [each for each in self.machine.state.certificates if each.thumbprint == thumbprint]
        if not held or not found["connections"].get("ES"):
            return None
        return {
            "machine": found["machine"],
            "seconds": SECONDS,
            "connections": found["connections"],
            "hosts": found["hosts"],
            "roots": found["roots"],
            "sign_in": {
                "tenant": settings["Office365.Tenant"],
                "client_id": settings["Office365.ClientId"],
                "certificate": held[0].certificate_pem,
                "key": held[0].key_pem,
            },
            "domain": settings.get("Mailboxes.Domain", ""),
            "mailboxes": dict([tests.split("=", 1)]) if tests else {},
            "written": self._state(),
        }

    def _state(self) -> dict[str, Any]:
        path, files = self.service.options["state_file"], self.machine.files
        found: dict[str, Any] = json.loads(files.read(path)) if files.find(path) else {}
        return found

    def _keep(self, state: dict[str, Any]) -> None:
        files, options = self.machine.files, self.service.options
        files.make_directory(options["queue"])
        queue = {f"{name}.json": json.dumps(entry).encode() for name, entry in state["queue"].items()}
        for each in list(files.children(options["queue"])):
            if each.path.rpartition("\\")[2] not in queue:
                files.remove(each.path)
        for name, content in queue.items():
            files.write(f"{options['queue']}\\{name}", content)
        files.write(options["state_file"], json.dumps(state["written"]).encode())


BEHAVIOUR = CalSync
