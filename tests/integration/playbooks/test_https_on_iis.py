# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Line 1.6 on an IIS host when things go wrong: each run says what happened, and the next one completes it."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulators.certificates import Authority
from emulators.estate.estate import Estate
from emulators.windows.faults import FaultFile, Faults
from emulators.windows.model import STATE, Binding, Certificate, HostState
from tests.integration.playbooks.test_rehearsal import Isolated, changed, report

NETWORK = "127.45"
HOST = "es-live"
NAMES = ["scheduler.exams.example", "es-live.exams.example"]
pytestmark = pytest.mark.timeout(400)


class OneHost:
    """Runs line 1.6 for one IIS host of a rehearsal of its own."""

    def __init__(self) -> None:
        self.isolated = Isolated(NETWORK)
        self.directory = Estate(NETWORK).directory
        self.folder = self.directory / "state/https" / HOST
        self.isolated.estate("reset")
        self.password = (self.directory / "secrets/https_pkcs12_password").read_text(encoding="utf-8")

    def run(self, *options: str, alone: bool = True, succeeds: bool = True) -> str:
        """Run the line, for this host alone or for all, with all that is said of it, and return the output."""
        hosts = ("--limit", f"localhost,{HOST}") if alone else ()
        output = self.isolated.play("live.yml", "--tags", "https", *hosts, "--diff", "-vv", *options, succeeds=succeeds)
        assert self.password not in output
        return output

    def fault(self, **faults: Any) -> None:
        FaultFile(self.directory / "windows/faults.json").set(HOST, Faults(**faults))

    def module(self, module: str, **arguments: Any) -> None:
        """Do something by hand."""
        inventories = ("-i", "inventories/live", "-i", "inventories/rehearsal")
        done = self.isolated.command(
            *(Path(sys.executable).with_name("ansible"), *inventories, HOST),
            *("-m", module, "-a", json.dumps(arguments)),
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def renew(self) -> None:
        """Lose the certificate, so that the next run has another one issued."""
        for name in ("certificate.pem", "fullchain.pem"):
            (self.folder / name).unlink()

    @property
    def state(self) -> HostState:
        content = (self.directory / "windows/hosts" / f"{HOST}.json").read_bytes()
        assert self.password.encode() not in content
        return STATE.validate_json(content)

    @property
    def bindings(self) -> list[Binding]:
        return sorted(self.state.sites[0].bindings, key=lambda each: each.hostname)

    @property
    def own(self) -> list[Certificate]:
        """The certificates that the role has imported, and not the installer's."""
        return [each for each in self.state.certificates if each.friendly_name == ""]

    @property
    def files(self) -> list[str]:
        return [each.path for each in self.state.files.values() if each.path.endswith(".pfx")]

    @property
    def replaced(self) -> dict[str, str]:
        content: dict[str, str] = json.loads((self.folder / "replaced_certificates.json").read_text(encoding="utf-8"))
        return content


@pytest.fixture(scope="module")
def es() -> Iterator[OneHost]:
    host = OneHost()
    try:
        yield host
    finally:
        host.isolated.close()
        shutil.rmtree(host.directory, ignore_errors=True)


def said(output: str, pattern: str) -> None:
    assert re.search(pattern, output), output


def bound(certificate: str) -> list[tuple[str, bool, str]]:
    return [("", False, certificate), *((name, True, certificate) for name in sorted(NAMES))]


def shown(bindings: list[Binding]) -> list[tuple[str, bool, str]]:
    return [(each.hostname, each.use_sni, each.certificate_hash) for each in bindings]


def test_a_binding_that_another_site_has_is_refused_before_anything_is_touched(es: OneHost) -> None:
    binding = {"ip": "*", "port": 443, "hostname": NAMES[0]}
    before = es.state.certificates
    es.module(
        "microsoft.iis.website",
        name="Default Web Site",
        physical_path="C:\\Windows\\Temp",
        bindings={"add": [{**binding, "protocol": "https", "use_sni": True, "certificate_hash": before[0].thumbprint}]},
    )
    output = es.run(succeeds=False)
    said(output, r"the site 'Default Web Site' has\s+\*:443:scheduler\.exams\.example, which")
    assert not es.folder.exists()
    assert es.state.certificates == before
    es.module("microsoft.iis.website", name="Default Web Site", state="absent")


def test_an_import_that_breaks_binds_nothing(es: OneHost) -> None:
    before = es.bindings
    es.fault(certificate_import_breaks=True)
    output = es.run(succeeds=False)
    said(output, r"could not be imported on es-live: .*Keyset does not exist.*Nothing was\s+bound")
    assert [each.key_pem for each in es.own] == [None]
    assert (es.bindings, es.files) == (before, [])


def test_a_half_import_and_a_connection_that_is_lost_while_binding_are_made_good(es: OneHost) -> None:
    before = es.bindings
    es.fault(drop="website")
    output = es.run(succeeds=False)
    said(output, r"could not be made: .*Connection aborted.*The old bindings could not be put back: ")
    (certificate,) = es.own
    assert (certificate.key_pem is None, certificate.exportable, certificate.key_storage) == (False, False, "machine")

    es.fault()
    named = {"protocol": "https", "use_sni": True, "certificate_hash": certificate.thumbprint}
    binding = {"ip": "*", "port": 443, "hostname": NAMES[0]}
    # as a run leaves it that ends between binding and proof
    es.module("microsoft.iis.website", name="Exam Scheduler", bindings={"add": [{**binding, **named}]})
    output = es.run(alone=False)
    assert report(output)["1.6"] == "proven"
    assert shown(es.bindings) == bound(certificate.thumbprint)
    assert [*es.replaced] == [before[0].certificate_hash]
    assert changed(es.run()) == 0


def test_a_proof_that_fails_puts_the_old_bindings_back(es: OneHost, tmp_path: Path) -> None:
    before = es.bindings
    Authority.create("Somebody else's").save(tmp_path)
    es.renew()
    output = es.run("-e", json.dumps({"https_roots": [str(tmp_path / "root.pem")]}), succeeds=False)
    said(output, r"es-live, site Exam Scheduler: clients are not served .* The old bindings are back\.")
    assert "unknown_issuer" in output
    assert es.bindings == before
    assert len(es.own) == 2


def test_a_run_that_is_broken_off_after_the_import_is_made_good_and_its_file_removed(es: OneHost) -> None:
    old = es.bindings[0].certificate_hash
    es.renew()
    es.fault(drop="win_certificate_store")
    output = es.run(succeeds=False)
    said(output, r"could not be imported on es-live: .*Connection aborted")
    assert {each.certificate_hash for each in es.bindings} == {old}
    assert es.files == []

    es.fault()
    # as if the connection had not come back for the removal either
    es.module("ansible.windows.win_copy", content="x", dest="%TEMP%\\exam-scheduling-certificate.pfx")
    assert len(es.files) == 1
    predicted = es.run("--check")
    assert len(es.files) == 1
    assert changed(es.run()) == changed(predicted)
    assert es.files == []
    assert es.bindings[0].certificate_hash != old
    assert old in es.replaced


def test_replaced_certificates_go_when_their_days_are_over(es: OneHost) -> None:
    current = es.bindings[0].certificate_hash
    unbound = {each.thumbprint for each in es.state.certificates} - {current}
    assert unbound >= es.replaced.keys()
    gone = sorted(es.replaced)[0]
    record = {**es.replaced, gone: "2026-01-01T00:00:00Z"}
    (es.folder / "replaced_certificates.json").write_text(json.dumps(record, indent=4, sort_keys=True) + "\n")
    assert changed(es.run("--check")) == 1
    assert unbound <= {each.thumbprint for each in es.state.certificates}
    assert changed(es.run()) == 1
    assert {each.thumbprint for each in es.state.certificates} == {current} | unbound - {gone}
