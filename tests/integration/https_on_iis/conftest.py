# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the task files of `https` by a real ansible-playbook on emulated hosts with IIS, on all of them at once.

The gate is not asked here: molecule's scenario begins with it. Its permit is a variable of the inventory.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509

from emulators.certificates import Authority
from emulators.estate import windows_hosts
from emulators.windows.model import HostState
from tests.integration.windows.conftest import Process
from tests.integration.windows.playbook import play

NETWORK = "127.45"
HOSTS = ("plain", "half", "gone", "distrusted", "taken", "hardened")
AWAITED = "awaited"
"""Host whose certificate somebody else's authority issues."""
SITE = "Exam Scheduler"


def names(host: str) -> list[str]:
    return [f"{host}.exams.example", f"www.{host}.exams.example"]


ADDRESSES = {host: f"{NETWORK}.1.{number}" for number, host in enumerate((*HOSTS, AWAITED), 1)}


def seed() -> dict[str, Any]:
    """Return the emulator's seed: an installer's site each, but two.

    On `taken` another site has the name already; on `hardened` HTTP/2 is disabled for the name, which website_info
    shows as `use_ccs`.
    """
    seed: dict[str, Any] = {
        "accounts": [{"name": "ansible", "password_file": "secrets/windows_password"}],
        "defaults": {
            "domain": "exams.example",
            "time": {"source": "dc1.exams.example"},
            "disks": [{"letter": "C", "size_bytes": 10**11, "free_bytes": 10**10}],
            "network": {"address": "192.0.2.10"},
        },
        "hosts": {host: {"listen": address, "sites": [_site()]} for host, address in ADDRESSES.items()},
    }
    has_it_already = {"protocol": "http", "port": 443, "hostname": names("taken")[0]}
    seed["hosts"]["taken"]["sites"].append({"name": "Default Web Site", "site_id": 2, "bindings": [has_it_already]})
    (own,) = seed["hosts"]["hardened"]["sites"]
    own["bindings"].append({**own["bindings"][0], "hostname": names("hardened")[0], "use_sni": True, "use_ccs": True})
    windows_hosts.sign(seed)
    return seed


def _site() -> dict[str, Any]:
    binding = {"protocol": "https", "port": 443, "certificate_store_name": "My"}
    return {"name": SITE, "site_id": 1, "bindings": [{**binding, "certificate_hash": windows_hosts.SELF_SIGNED}]}


@dataclass(frozen=True)
class Outcome:
    """How one run ended for one host."""

    changed: int
    failure: str
    """The message of the task that failed, or nothing."""
    state: HostState
    """The host, when the run was over."""

    @property
    def bound(self) -> list[tuple[str, bool, str]]:
        """What is bound to the site: name, whether with SNI, certificate."""
        bindings = next(site.bindings for site in self.state.sites if site.name == SITE)
        return sorted((each.hostname, each.use_sni, each.certificate_hash) for each in bindings)

    @property
    def first_day(self) -> bool:
        """Whether the installer's binding is all there is."""
        ((hostname, sni, certificate),) = self.bound if len(self.bound) == 1 else [("", True, "")]
        return (hostname, sni) == ("", False) and bool(certificate) and certificate not in self.imported

    @property
    def imported(self) -> dict[str, bool]:
        """The certificates that the role has imported, and not the installer's, and whether each has its key."""
        return {each.thumbprint: each.key_pem is not None for each in self.state.certificates if not each.friendly_name}

    @property
    def files(self) -> list[str]:
        """PKCS#12 files that are left on the host."""
        return [each.path for each in self.state.files.values() if each.path.endswith(".pfx")]


class Runner:
    """ansible-playbook on the hosts of these tests."""

    def __init__(self, directory: Path, process: Process, password: str) -> None:
        self.process = process
        self.folder = directory / "state" / "https"
        self._directory = directory
        self._password = password
        self._number = itertools.count()
        (directory / "state").mkdir()
        for name in ("Rehearsal", "Somebody else's"):
            Authority.create(name).save(directory / name)

    def run(
        self,
        hosts: Sequence[str] = HOSTS,
        *,
        by_hand: Mapping[str, Mapping[str, Any]] | None = None,
        distrusts: Sequence[str] = (),
        check: bool = False,
        together: bool = False,
        provider: str = "own_ca",
    ) -> dict[str, Outcome]:
        """Apply on hosts, and return how it ended for each.

        Args:
            hosts: which.
            by_hand: a task for a host, before the role.
            distrusts: hosts whose clients trust another authority.
            check: in check mode; what is done by hand is not.
            together: whether the play ends for all of them when one fails, as the stages' plays do.
            provider: who issues.
        """
        number = next(self._number)
        others = {"https_roots": [str(self._directory / "Somebody else's/root.pem")]}
        inventory = self._directory / f"inventory{number}.yml"
        told_hosts = {
            name: {"ansible_host": ADDRESSES[name], "exam_connect_address": ADDRESSES[name]}
            | (others if name in distrusts else {})
            for name in hosts
        }
        content = {"all": {"hosts": told_hosts, "vars": self._usual(hosts) | {"https_provider": provider}}}
        # in this order: what runs once runs on the first
        inventory.write_text(yaml.safe_dump(content, sort_keys=False))
        before = [
            {**task, "name": "By hand", "when": f"inventory_hostname == '{name}'", "check_mode": False}
            for name, task in (by_hand or {}).items()
        ]
        role = [
            {
                "name": part,
                "ansible.builtin.import_role": {
                    "name": "uoe.exam_scheduling.https",
                    "tasks_from": part,
                    "rolespec_validate": False,
                },
            }
            for part in ("preflight", "apply")
        ]
        playbook = self._directory / f"playbook{number}.yml"
        tasks = [*before, *role]
        told_play = {"hosts": "all", "gather_facts": False, "any_errors_fatal": together, "tasks": tasks}
        playbook.write_text(yaml.safe_dump([told_play]))
        how = "--check" if check else "--diff"
        told = play(self._directory, "-i", inventory, how, playbook, hidden=(self._password, PASSWORD))
        return {name: self._outcome(name, told) for name in hosts}

    def _usual(self, hosts: Sequence[str]) -> dict[str, Any]:
        return {
            "ansible_connection": "winrm",
            "ansible_user": "ansible",
            "ansible_password": self._password,
            "ansible_port": 5986,
            "ansible_winrm_transport": "ntlm",
            "ansible_winrm_ca_trust_path": str(self.process.authority / "root.pem"),
            "change_control_permit": {
                "roles": {"https": True},
                "carried_out_by": {"1.6": "collection"},
                "owner": {"1.5": "The vendor"},
            },
            "exam_state_directory": str(self._directory / "state"),
            "https_own_ca": {
                key: str(self._directory / "Rehearsal" / name)
                for key, name in (("certificate", "root.pem"), ("key", "key.pem"))
            },
            "https_roots": [str(self._directory / "Rehearsal/root.pem")],
            "https_pkcs12_password": PASSWORD,
            "https_certificates": [
                {"host": host, "names": names(host), "deployment": "iis", "site": SITE, "port": 443} for host in hosts
            ],
        }

    def _outcome(self, name: str, told: Mapping[str, Any]) -> Outcome:
        results = [task["hosts"][name] for play in told["plays"] for task in play["tasks"] if name in task["hosts"]]
        failed = [each for each in results if each.get("failed") and not each.get("_ansible_ignore_errors")]
        stats = told["stats"][name]
        state = self.process.state(name)
        content = (self.process.directory / "hosts" / f"{name}.json").read_bytes()
        assert PASSWORD.encode() not in content, "the password of the PKCS#12 file was left on the host"
        return Outcome(stats["changed"], _message(failed[-1]) if stats["failures"] else "", state)

    def renew(self, *hosts: str) -> None:
        """Lose certificates, so that the next run has others issued."""
        for host in hosts:
            for name in ("certificate.pem", "fullchain.pem"):
                (self.folder / host / name).unlink()

    def answer(self, host: str, *, days: int) -> x509.Certificate:
        """Put a certificate of a host with its key where one of another authority is awaited, and return it."""
        day, now = dt.timedelta(days=1), dt.datetime.now(dt.UTC)
        issued = Authority.load(self._directory / "Rehearsal").issue(
            names(host), not_before=now - (90 - days) * day, not_after=now + days * day
        )
        _fullchain, key = issued.write(self.folder / host)
        (key.parent / "fullchain.pem").rename(key.parent / "certificate.pem")
        return issued.certificate

    def record(self, host: str) -> Path:
        """Return the file that says since when which certificates are replaced."""
        return self.folder / host / "replaced_certificates.json"

    def replaced(self, host: str) -> dict[str, str]:
        """Return what it says."""
        content: dict[str, str] = json.loads(self.record(host).read_text(encoding="utf-8"))
        return content


PASSWORD = secrets.token_urlsafe(16)


def _message(result: Mapping[str, Any]) -> str:
    """Return a task's message, with those of its items, on one line."""
    return " ".join(" ".join(str(each.get("msg", "")) for each in (result, *result.get("results", []))).split())


@pytest.fixture(scope="session")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    password = secrets.token_urlsafe(16)
    process = Process(tmp_path_factory.mktemp("https_on_iis") / "emulator", seed(), password)
    process.start()
    yield Runner(tmp_path_factory.mktemp("runs"), process, password)
    process.stop()
    assert "Traceback" not in process.log
