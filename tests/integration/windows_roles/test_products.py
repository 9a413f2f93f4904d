# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installations that go well, that go wrong, and the run after that: one host for each case, all in the same runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from emulators.windows.faults import Faults
from emulators.windows.model import HostState
from tests.integration.windows_roles import estate
from tests.integration.windows_roles.conftest import Outcome, Runner

GOOD: dict[str, Any] = {"exam_scheduler_product": estate.declared("2.0.0")}
VENDOR: dict[str, Any] = {
    "change_control_permit": {
        "roles": {"exam_scheduler": True},
        "carried_out_by": {"1.4": "vendor"},
        "owner": {"1.4": "The vendor"},
    }
}
WRONG: dict[str, dict[str, Any]] = {
    "missing": {"exam_scheduler_product": estate.declared("2.0.0", installer=f"{estate.SHARE}Absent.msi")},
    "unread": {**GOOD, "exam_installer_share_password": "not the right one"},
    "checksum": {"exam_scheduler_product": estate.declared("2.0.0", sha256="0" * 64)},
}
FAULTS: dict[str, Faults] = {
    "restart": Faults(installer_exit_code=3010),
    "broken": Faults(installer_exit_code=1603),
    "stops": Faults(service_stops_again=["Product"]),
    "again": Faults(service_starts_again=["Product"]),
    "refused": Faults(service_does_not_start=["Product"]),
    "dropped": Faults(drop="win_package"),
    "unsent": Faults(drop_before="win_service"),
    "full": Faults(disk_full=True),
}
PROOF = "Prove version and services"
EVERY = (*estate.PRODUCTS, "fresh", "older", "newer", "vendor", "instructed")


@dataclass(frozen=True)
class Story:
    """What happened, run by run, and what each host was after it."""

    predicted: dict[str, Outcome]
    first: dict[str, Outcome]
    second: dict[str, Outcome]
    third: dict[str, Outcome]
    after_prediction: dict[str, HostState]
    after_first: dict[str, HostState]
    after_second: dict[str, HostState]


@pytest.fixture(scope="module")
def story(runner: Runner) -> Story:
    before = {"older": "1.0.0", "newer": "3.0.0", "vendor": "2.0.0"}
    prepared = runner.run(
        "products", {name: {"exam_scheduler_product": estate.declared(version)} for name, version in before.items()}
    )
    assert not any(each.failure for each in prepared.values()), prepared
    hosts: dict[str, dict[str, Any]] = dict.fromkeys(EVERY, GOOD)
    hosts |= {name: {**GOOD, **VENDOR} for name in ("vendor", "instructed")}

    def states() -> dict[str, HostState]:
        return {name: runner.process.state(name) for name in EVERY}

    predicted = runner.run("products", {name: hosts[name] for name in ("fresh", "older", "newer")}, check=True)
    after_prediction = states()
    for name, faults in FAULTS.items():
        runner.process.faults.set(name, faults)
    first = runner.run("products", {**hosts, **WRONG})
    after_first = states()
    for name in FAULTS:
        runner.process.faults.clear(name)
    hosts["restart"] = {**GOOD, "exam_reboot_permitted": True}
    predicted |= runner.run("products", {"restart": hosts["restart"]}, check=True)
    assert runner.process.state("restart").reboot_pending, "check mode restarts nothing"
    second = runner.run("products", hosts)
    after_second = states()
    for name in ("newer", "vendor", "instructed"):
        del hosts[name]
    return Story(predicted, first, second, runner.run("products", hosts), after_prediction, after_first, after_second)


def versions(state: HostState) -> list[str]:
    return [each.version for each in state.products]


def service(state: HostState) -> tuple[str, str, str] | None:
    found = state.service("Product")
    return None if found is None else (found.start_mode, found.username, found.state)


AS_DECLARED = ("delayed", estate.ACCOUNT, "started")


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("name", "before"), [("fresh", []), ("older", ["1.0.0"])])
def test_that_an_absent_or_older_version_becomes_the_pinned_one(story: Story, name: str, before: list[str]) -> None:
    assert versions(story.after_prediction[name]) == before, "check mode installs nothing"
    assert story.predicted[name].changed > 0
    assert not story.predicted[name].failure
    assert not story.first[name].failure
    assert versions(story.after_first[name]) == ["2.0.0"]
    assert service(story.after_first[name]) == AS_DECLARED
    proof = story.first[name].tasks[PROOF]
    assert (proof["proven"], proof["expected"]["version"]) == (True, "2.0.0")
    assert story.second[name].changed == story.third[name].changed == 0


def test_that_a_newer_version_is_an_error_and_stays(story: Story) -> None:
    for run in (story.predicted, story.first, story.second):
        assert "newer.exams.example has Product 3.0.0, which is newer than the pinned 2.0.0" in run["newer"].failure
        assert "Nothing was touched" in run["newer"].failure
        assert run["newer"].changed == 0
    assert versions(story.after_second["newer"]) == ["3.0.0"]


def test_that_the_vendor_s_work_is_proven_or_asked_for_and_never_done(story: Story, runner: Runner) -> None:
    done, asked = story.first["vendor"], story.first["instructed"]
    assert done.tasks[PROOF]["proven"] is True
    assert done.changed == 0
    assert not asked.failure
    assert asked.tasks["Hand the installation over"]["waiting_for"] == "The vendor"
    assert versions(story.after_second["instructed"]) == []
    assert story.second["instructed"].changed == 0, "the same instruction is the same file"
    instruction = (runner.directory / "state/hand-overs/1.4-product-2-0-0-on-instructed.md").read_text(encoding="utf-8")
    product = estate.declared("2.0.0")
    for words in ("| installed now | nothing |", product["installer"], product["sha256"], estate.ACCOUNT, "delayed"):
        assert words in instruction


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing", ["the installer \\\\files.exams.example\\software\\Absent.msi is not there", "EXAMS\\svc-share"]),
        ("unread", ["Product-2.0.0.msi is not there, or EXAMS\\svc-share may not read it. Nothing was run."]),
        ("checksum", [f"has the SHA-256 {estate.declared('2.0.0')['sha256']}; declared is {'0' * 64}"]),
        ("broken", ["ended with 1603: a fatal error", "C:\\Windows\\Temp\\Product-2.0.0.log"]),
        ("full", ["Installing Product 2.0.0 did not come to its end: There is not enough space on the disk"]),
    ],
)
def test_that_what_cannot_be_installed_is_said_and_leaves_nothing(story: Story, name: str, words: list[str]) -> None:
    for each in words:
        assert each in story.first[name].failure
    assert versions(story.after_first[name]) == []
    assert service(story.after_first[name]) is None
    left = set(story.after_first[name].files) - set(story.after_prediction[name].files)
    assert not any("program files" in path or "ansible" in path for path in left), left


def test_that_the_installer_s_log_is_where_the_message_says(story: Story) -> None:
    assert "c:\\windows\\temp\\product-2.0.0.log" in story.after_first["broken"].files


def test_that_a_wanted_restart_is_named_and_done_only_when_permitted(story: Story) -> None:
    first, second = story.first["restart"], story.second["restart"]
    assert not first.failure
    assert "ended with 3010" in first.tasks["Name the restart that is wanted"]["msg"]
    assert "Restart Windows" not in first.tasks
    assert story.after_first["restart"].reboot_pending
    assert second.tasks["Restart Windows"]["rebooted"] is True
    assert story.predicted["restart"].tasks["Restart Windows"]["changed"] is True
    assert story.predicted["restart"].changed == second.changed == 1
    assert not story.after_second["restart"].reboot_pending
    assert service(story.after_second["restart"]) == AS_DECLARED


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("stops", "stops.exams.example: Product started and stopped again, with exit code 1066"),
        ("again", "again.exams.example: Product started and stopped again, and Windows has started it once more"),
        ("refused", "Failed to start service 'Product (Product)'."),
    ],
)
def test_that_a_service_that_does_not_stay_up_is_a_failure(story: Story, name: str, words: str) -> None:
    assert words in story.first[name].failure
    assert versions(story.after_first[name]) == ["2.0.0"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dropped", "dropped.exams.example: Installing Product 2.0.0 did not come to its end: "),
        ("unsent", "unsent.exams.example: the services of Product were not brought to what is declared: "),
    ],
)
def test_that_a_connection_lost_in_mid_task_is_said(story: Story, name: str, words: str) -> None:
    """It is a failure of the task to Ansible's winrm connection, once it was there: the host is not `unreachable`."""
    assert words in story.first[name].failure
    assert "Run again when that is mended" in story.first[name].failure
    assert not story.first[name].unreachable
    assert versions(story.after_first[name]) == ["2.0.0"]
    assert service(story.after_first[name]) != AS_DECLARED


@pytest.mark.parametrize("name", estate.PRODUCTS)
def test_that_the_next_run_completes_and_the_one_after_changes_nothing(story: Story, name: str) -> None:
    assert not story.second[name].failure
    assert versions(story.after_second[name]) == ["2.0.0"]
    assert service(story.after_second[name]) == AS_DECLARED
    assert story.second[name].tasks[PROOF]["proven"] is True
    assert (story.third[name].failure, story.third[name].changed) == ("", 0)
