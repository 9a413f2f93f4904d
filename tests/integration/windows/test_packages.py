# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installers and what they leave: products, services, the registry, a reboot that is pending."""

from __future__ import annotations

import hashlib

from tests.integration.windows.conftest import Host
from tests.integration.windows.sequence import proven

SHARE = "\\\\files.exams.example\\software\\"
PRODUCT = "{6F1E5C62-0000-4000-8000-000000003508}"
RESTARTING = "{6F1E5C62-0000-4000-8000-000000001000}"
UNINSTALL = "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"
REBOOT = "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending"


def package(file: str = "ExamScheduler-3.5.8.msi", **options: object) -> dict[str, object]:
    return {"ansible.windows.win_package": {"path": SHARE + file, **options}}


def registry(path: str, **options: object) -> dict[str, object]:
    return {"ansible.windows.win_reg_stat": {"path": path, **options}}


def test_that_a_program_is_installed_found_and_uninstalled(host: Host) -> None:
    version = registry(f"{UNINSTALL}\\{PRODUCT}", name="DisplayVersion")
    _said, before, after, without_id, key, services, removed, again, gone = proven(
        host,
        package(product_id=PRODUCT),
        version,
        package(),
        registry(UNINSTALL),
        {"ansible.windows.win_service_info": {"name": "ExamScheduler"}},
        {"ansible.windows.win_package": {"product_id": PRODUCT, "state": "absent"}},
        {"ansible.windows.win_package": {"product_id": PRODUCT, "state": "absent"}},
        registry(UNINSTALL),
    )
    assert before["exists"] is False
    assert (after["exists"], after["type"], after["value"]) == (True, "REG_SZ", "3.5.8")
    assert without_id["changed"] is False, "the product code is read from the installer"
    assert (key["sub_keys"], gone["sub_keys"]) == ([PRODUCT], [])
    assert services["services"][0]["state"] == "started"
    assert (removed["changed"], again["changed"]) == (True, False)
    assert host.state.service("ExamScheduler") is None


def test_that_the_checksum_of_the_installer_is_looked_at_before_it_runs(host: Host) -> None:
    digest = host.state.files[f"{SHARE}ExamScheduler-3.5.8.msi".lower()].blob
    assert hashlib.sha256((host.process.directory / "blobs" / digest).read_bytes()).hexdigest() == digest
    wrong, none, installed = host.run(
        package(checksum="0" * 64, checksum_algorithm="sha256"),
        registry(UNINSTALL),
        package(checksum=digest, checksum_algorithm="sha256"),
    )
    assert f"did not match '{'0' * 64}', it was '{digest.upper()}'" in wrong["msg"]
    assert none["sub_keys"] == []
    assert (installed["changed"], installed["checksum"]) == (True, digest.upper())


def test_how_an_installer_ends(host: Host) -> None:
    restart, pending, broken, key, missing, no_installer = host.run(
        package("Restarting-1.0.msi"),
        registry(REBOOT),
        package("Broken-1.0.msi"),
        registry(UNINSTALL),
        package("Absent-1.0.msi"),
        package("readme.txt"),
    )
    assert (restart["changed"], restart["rc"], restart["reboot_required"]) == (True, 3010, True)
    assert "failed" not in restart, "3010 is expected by default"
    assert pending["exists"] is True
    assert (broken["failed"], broken["rc"]) == (True, 1603)
    assert "unexpected rc from" in broken["msg"]
    assert len(key["sub_keys"]) == 1, "what ended with 1603 is not there"
    assert (
        "the file at the path '\\\\files.exams.example\\software\\Absent-1.0.msi' cannot be reached" in missing["msg"]
    )
    assert "is not one that an emulated host can run" in no_installer["msg"]


def test_that_an_exit_code_is_a_failure_where_it_is_not_expected(host: Host) -> None:
    refused, there, expected = host.run(
        package("Restarting-1.0.msi", expected_return_code=[0]),
        registry(f"{UNINSTALL}\\{RESTARTING}"),
        package("Broken-1.0.msi", expected_return_code=[0, 1603]),
    )
    assert (refused["failed"], refused["changed"], refused["rc"]) == (True, False, 3010)
    assert there["exists"] is True, "the installer had done its work all the same"
    assert "failed" not in expected
    assert (expected["changed"], expected["rc"], expected["reboot_required"]) == (True, 1603, False)


def test_that_an_exit_code_a_full_disk_and_a_pending_reboot_can_be_asked_for(host: Host) -> None:
    host.fault(installer_exit_code=1603, disk_full=True, reboot_pending=True)
    broken, full, small, pending = host.run(
        package(),
        {"ansible.windows.win_copy": {"content": "x", "dest": "C:\\file.txt"}},
        {"ansible.windows.win_file": {"path": "C:\\small.txt", "state": "touch"}},
        {"ansible.windows.setup": {"gather_subset": ["!all", "!min", "platform"]}},
    )
    assert broken["rc"] == 1603
    assert "There is not enough space on the disk." in full["msg"]
    assert "There is not enough space on the disk." in small["msg"]
    assert pending["ansible_facts"]["ansible_reboot_pending"] is True

    host.fault(installer_exit_code=0)
    big, disks, installed = host.run(
        {"ansible.windows.win_copy": {"content": "x" * 100_000, "dest": "D:\\big.txt"}},
        {"community.windows.win_disk_facts": {"filter": ["volumes"]}},
        package(),
    )
    assert "There is not enough space on the disk." in big["msg"], "a small disk fills up by itself"
    volumes = [disk["partitions"][0]["volumes"][0] for disk in disks["ansible_facts"]["ansible_disks"]]
    assert [volume["size"] for volume in volumes] == [107374182400, 1048576]
    assert installed["changed"] is True, "after the fault the same run completes"


def test_that_a_restart_ends_what_was_pending_and_starts_services(host: Host) -> None:
    uptime = {"ansible.windows.setup": {"gather_subset": ["!all", "!min", "uptime", "platform"]}}
    _installed, before, rebooted, after, services = host.run(
        package("Restarting-1.0.msi"),
        uptime,
        {"ansible.windows.win_reboot": {}},
        uptime,
        {"ansible.windows.win_service_info": {"name": "CalSync"}},
    )
    assert before["ansible_facts"]["ansible_reboot_pending"] is True
    assert before["ansible_facts"]["ansible_uptime_seconds"] >= 86400
    assert (rebooted["changed"], rebooted["rebooted"]) == (True, True)
    assert after["ansible_facts"]["ansible_reboot_pending"] is False
    assert after["ansible_facts"]["ansible_uptime_seconds"] < 60
    assert services["services"][0]["state"] == "started", "its start mode is auto"
