# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs at once, one of which is killed; and services that do not come back."""

from __future__ import annotations

import os
import re
import signal

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.lock import Holder
from emulators.processes import wait_until
from emulators.windows.faults import Faults
from tests.integration.config_deployment.conftest import NEW, SERVICE, Hosts, Started, sha256
from tests.integration.config_deployment.test_losses import kept_is_the_old_alone

SECONDS = 0.5
"""How long a host takes for each answer, so that there is time to see what a run is at."""


def holder(hosts: Hosts, name: str) -> Holder:
    return Holder.parse((hosts.process.directory / "blobs" / hosts.kept(name)["lock.json"]).read_bytes())


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_that_a_second_run_is_refused_and_takes_over_once_the_first_is_killed(started: Started) -> None:
    (name,) = names = ("busy",)
    hosts = started(names)
    hosts.fault(name, Faults(delay_seconds=SECONDS))
    with hosts.ansible.begin([hosts.task()], names, variables=hosts.variables) as first:
        wait_until(lambda: not hosts.runs(name), "the first run's stop of the service", seconds=300)
        worker = holder(hosts, name).process
        os.kill(worker, signal.SIGSTOP)
        hosts.clear()
        before = (hosts.standing(name), hosts.kept(name))
        (refused,) = hosts.run(hosts.task())[name]
        first.kill()
        first.wait()
        (still,) = hosts.run(hosts.task())[name]
        assert (hosts.standing(name), hosts.kept(name), hosts.runs(name)) == (*before, False)
        os.kill(worker, signal.SIGKILL)
    for told in (refused, still):
        assert told["failed"], told
        said = rf"another run is at work there; found \S+ on \S+, process {worker}, for \d+ s \(since 20\S+\)"
        assert re.search(said, told["msg"]), told["msg"]
    (taken_over,) = hosts.run(hosts.task())[name]
    assert not taken_over.get("failed"), taken_over
    lock, broke_off = taken_over["told"]
    assert re.search(rf"The lock of \S+ on \S+, process {worker}, left \d+ s ago, is taken over", lock)
    assert re.search(r"A run of \S+ on \S+ broke off at 20\S+\. What stands is old", broke_off)
    assert (hosts.standing(name), hosts.runs(name)) == (sha256(NEW), True)
    assert kept_is_the_old_alone(hosts, name)


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_that_a_service_that_does_not_come_back_gets_the_old_again(started: Started) -> None:
    faults = {
        "not_started": Faults(service_does_not_start=[SERVICE]),
        "stops_again": Faults(service_stops_again=[SERVICE]),
        "does_not_stop": Faults(service_does_not_stop=[SERVICE]),
        "locked": Faults(files_locked=["C:\\Connect\\b.txt"]),
        "full": Faults(disk_full=True),
        # the service comes back with the old one, since just that start was lost
        "start_lost": Faults(drop_before="win_service", at=2),
    }
    hosts = started(list(faults))
    for name, each in faults.items():
        hosts.fault(name, each)
    answers = {name: told[0] for name, told in hosts.run(hosts.task()).items()}
    says = {
        "not_started": "Failed to start service.*The old stands again, and a service does not start with it either",
        "stops_again": "it started and stopped again.*exit code 1066.*The old stands again, and a service does not",
        "does_not_stop": "did not respond to the control request.*The old stands again, and the services run with it",
        "locked": "used by another process.*The old stands again, and the services run with it",
        "full": "not enough space on the disk.*This run has touched none of the files",
        "start_lost": "did not answer.*The old stands again, and the services run with it",
    }
    for name, said in says.items():
        assert re.search(said, answers[name]["msg"]), (name, answers[name]["msg"])
        assert hosts.which(name) == "old", name
        assert list(hosts.kept(name)) == ["journal.json"], name
    assert {name for name in faults if not hosts.runs(name)} == {"not_started", "stops_again"}
    hosts.clear()
    for name, (done,) in hosts.run(hosts.task()).items():
        assert not done.get("failed"), (name, done)
        assert (hosts.which(name), hosts.runs(name)) == ("new", True), name
        assert kept_is_the_old_alone(hosts, name), name
