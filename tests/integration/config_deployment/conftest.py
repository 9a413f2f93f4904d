# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Emulated Windows hosts on which an earlier deployment stands, and what is signed off to come after it."""

from __future__ import annotations

import hashlib
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.content import BundleFile, Content
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.store import written
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import approve
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.sign_offs import SignOff, record_text
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.plan import Journal, Place
from emulators.processes import wait_until
from emulators.windows.faults import Faults
from tests.integration.windows.conftest import Process
from tests.integration.windows.playbook import Ansible, Result

NETWORK = "127.63"
PLACE = Place("C:\\Connect")
SERVICE = "Reader"
SECRET = secrets.token_urlsafe(24)
OLD = {"a.ini": b"[log in]\npassword=of before\n", "b.txt": b"old b\n", "gone.txt": b"old c\n"}
IN_BUNDLE = {"a.ini": b"[log in]\npassword=@@secret:password@@\n", "b.txt": b"new b\n", "fresh/d.txt": b"new d\n"}
NEW = {**IN_BUNDLE, "a.ini": IN_BUNDLE["a.ini"].replace(b"@@secret:password@@", SECRET.encode())}


def sha256(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}


def seed(hosts: Sequence[str]) -> dict[str, Any]:
    """Return the emulator's seed: hosts as an earlier deployment has left them."""
    before = Journal("accepted", "0" * 64, "somebody", "2026-11-01T10:00:00+00:00", managed=tuple(OLD))
    files = {PLACE.file(path): content for path, content in OLD.items()} | {PLACE.journal: before.text()}
    return {
        "accounts": [{"name": "ansible", "password_file": "secrets/windows_password"}],
        "defaults": {
            "domain": "exams.example",
            "time": {"source": "dc1.exams.example"},
            "disks": [{"letter": "C", "size_bytes": 10**11, "free_bytes": 10**10}],
            "network": {"address": "192.0.2.10"},
            "services": [{"name": SERVICE, "state": "started", "path": "C:\\reader.exe"}],
            "files": {path: {"content": content.decode()} for path, content in files.items()},
        },
        "hosts": {name: {"listen": f"{NETWORK}.1.{number}"} for number, name in enumerate(hosts, 1)},
    }


def sign_off(directory: Path) -> dict[str, Any]:
    """Write the bundle with a sign-off that is approved, and return what the inventory says of it."""
    content = Content({path: BundleFile(path, "text", each) for path, each in IN_BUNDLE.items()})
    for name, each in written(content, None).items():
        (directory / "bundle" / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / "bundle" / name).write_bytes(each)
    records, now = directory / "records", datetime.now(UTC)
    records.mkdir()
    told = SignOff(
        id="settings-1",
        title="Settings",
        approver="The board <board@exams.example>",
        artefact="settings",
        content_digest=content.digest,
        tested_in="test",
        tested_by="The exams office",
        tested=now - timedelta(hours=2),
        valid_until=now + timedelta(days=1),
        path=records / "settings-1.yml",
        content=b"",
    )
    told.path.write_text(record_text(told), encoding="utf-8")
    record = SignOff.parse(told.path, told.path.read_bytes())
    files = approve(
        record,
        records,
        approved=now - timedelta(hours=1),
        kind="minute",
        reference="minute 1",
        quote=f"{record.digest} is approved",
    )
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return {"change_control_records": str(records)}


@dataclass
class Hosts:
    """Hosts of one emulator."""

    process: Process
    ansible: Ansible
    names: Sequence[str]
    bundle: Path
    variables: Mapping[str, Any]

    def task(self, **arguments: Any) -> Result:
        """Return the task that deploys, or does what else is said."""
        usual = {
            "artefact": "settings",
            "bundle": str(self.bundle),
            "directory": PLACE.directory,
            "services": [SERVICE],
            "secrets": {"password": SECRET},
            "watch_seconds": 0,
        }
        return {"uoe.exam_scheduling.config_deployment": {**usual, **arguments}}

    def run(self, *tasks: Result, names: Sequence[str] | None = None) -> dict[str, list[Result]]:
        """Run tasks on hosts, all if none are named, and return the results of each."""
        return self.ansible.run(list(tasks), list(names or self.names), variables=self.variables)

    def fault(self, name: str, faults: Faults) -> None:
        """Let something be wrong with a host."""
        self.process.faults.set(name, faults)

    def clear(self) -> None:
        """Let nothing be wrong with any host, and return once those that were off listen."""
        off = [name for name in self.names if self.process.faults.of(name).refuse]
        self.process.faults.clear()
        for name in off:  # one after the other: what listens already is not to be kept busy
            wait_until(partial(self._listens, name), f"{name}, which is back", seconds=60)

    def _listens(self, name: str) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((f"{NETWORK}.1.{self.names.index(name) + 1}", 5986)) == 0

    def standing(self, name: str) -> dict[str, str]:
        """Return the SHA-256 of the files that stand on a host, by path."""
        return {path: each for path, each in self._files(name).items() if not path.startswith(".exam_scheduling/")}

    def kept(self, name: str) -> dict[str, str]:
        """Return the SHA-256 of the files that are kept beside them, by path."""
        found = self._files(name).items()
        return {path.partition("/")[2]: each for path, each in found if path.startswith(".exam_scheduling/")}

    def journal(self, name: str) -> Journal:
        """Return the journal of a host."""
        kept = self.kept(name)
        blob = kept.get("journal.json") or kept["journal.json.part"]  # a run may have died while it was replaced
        return Journal.parse((self.process.directory / "blobs" / blob).read_bytes(), PLACE.journal)

    def which(self, name: str) -> str:
        """Return which of the files stand on a host."""
        return {str(sha256(OLD)): "old", str(sha256(NEW)): "new"}.get(str(self.standing(name)), "neither")

    def runs(self, name: str) -> bool:
        """Return whether the service of a host runs."""
        service = self.process.state(name).service(SERVICE)
        assert service is not None
        return service.state == "started"

    def _files(self, name: str) -> dict[str, str]:
        files = self.process.state(name).files.values()
        inside = [each for each in files if each.path.startswith(f"{PLACE.directory}\\") and not each.directory]
        return {
            each.path.removeprefix(f"{PLACE.directory}\\").replace("\\", "/"): each.blob
            for each in sorted(inside, key=lambda file: file.path)
        }


Started = Callable[[Sequence[str]], Hosts]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """Return what starts hosts of these names."""
    processes = []

    def start(names: Sequence[str]) -> Hosts:
        password = secrets.token_urlsafe(16)
        process = Process(tmp_path / "emulator", seed(names), password)
        processes.append(process)
        process.start()
        (tmp_path / "ansible").mkdir()
        addresses = {name: str(each["listen"]) for name, each in seed(names)["hosts"].items()}
        root = process.authority / "root.pem"
        ansible = Ansible(tmp_path / "ansible", addresses, password, root, hidden=[SECRET, password])
        return Hosts(process, ansible, names, tmp_path / "bundle", sign_off(tmp_path))

    yield start
    for process in processes:
        process.stop()
        assert "Traceback" not in process.log
        assert SECRET not in process.log
