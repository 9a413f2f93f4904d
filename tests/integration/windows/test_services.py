# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services: start mode, account, state, and what one of them does when it starts."""

from __future__ import annotations

import re

import pytest

from scripts.working_copy import ROOT
from tests.integration.windows.conftest import Host, Some
from tests.integration.windows.playbook import Ansible
from tests.integration.windows.sequence import proven

CALSYNC = {"ansible.windows.win_service_info": {"name": "CalSync"}}
LOG = "C:\\CalSync\\logs\\calsync.log"


def service(**options: object) -> dict[str, object]:
    return {"ansible.windows.win_service": {"name": "CalSync", **options}}


def log_of(host: Host) -> str:
    digest = host.state.files[LOG.lower()].blob
    return (host.process.directory / "blobs" / digest).read_text(encoding="utf-8")


def test_that_a_service_is_configured_started_and_stopped(host: Host) -> None:
    declared = service(start_mode="delayed", username="EXAMS\\calsync", password="not shown", state="started")
    said, before, after, needed, forced, disabled, refused, unknown, removed, gone = proven(
        host,
        declared,
        CALSYNC,
        {"ansible.windows.win_service": {"name": "W32Time", "state": "stopped"}},
        {"ansible.windows.win_service": {"name": "W32Time", "state": "stopped", "force_dependent_services": True}},
        service(start_mode="disabled"),
        service(state="started"),
        {"ansible.windows.win_service": {"name": "Nothing", "state": "started"}},
        service(state="absent"),
        CALSYNC,
    )
    assert said["diff"]["before"]["start_mode"] == "auto"
    assert said["diff"]["after"]["start_mode"] == "delayed"
    assert "not shown" not in str(said)
    (was,), (now,) = before["services"], after["services"]
    assert (was["state"], was["process_id"], was["username"]) == ("stopped", 0, "NT AUTHORITY\\SYSTEM")
    assert (now["state"], now["start_mode"], now["username"]) == ("started", "delayed", "EXAMS\\calsync")
    assert now["process_id"] > 0

    assert "has dependent services" in needed["msg"]
    assert forced["state"] == "stopped"
    assert disabled["state"] == "stopped", "a service that needs another stops with it"
    assert "cannot be started because it is disabled" in refused["msg"]
    assert "Service 'Nothing' is not installed, need to set 'path' to create a new service" in unknown["msg"]
    assert removed["changed"] is True
    assert (gone["exists"], gone["services"]) == (False, [])


def test_that_a_service_writes_its_log_as_its_layout_says_at_each_start(host: Host) -> None:
    layout = {
        "path": "C:\\CalSync\\log4net.config",
        "xpath": "//layout",
        "type": "attribute",
        "attribute": "value",
        "fragment": "%date %property{uun} %property{nobody} %message%newline",
    }
    *_started, broken, refused = host.run(
        service(state="started"),
        {"community.windows.win_xml": layout},
        service(state="restarted"),
        {"community.windows.win_lineinfile": {"path": layout["path"], "regexp": "<layout", "state": "absent"}},
        service(state="restarted"),
    )
    first, second = log_of(host).splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO Synchronisation started", first)
    assert re.fullmatch(r"[-\d]+ [:,\d]+ s1234567 \(null\) Synchronisation started", second)

    assert broken["changed"] is True
    assert "has no element layout" in refused["msg"]
    calsync = host.state.service("CalSync")
    assert calsync is not None
    assert calsync.state == "stopped"


def test_that_a_service_can_fail_to_start_and_stop_again(some: Some, ansible: Ansible) -> None:
    broken, weak = some(2)
    broken.fault(service_does_not_start=["CalSync"])
    weak.fault(service_stops_again=["CalSync"])
    answers = ansible.run([service(state="started"), CALSYNC], [broken.name, weak.name])
    failed, stayed = answers[broken.name]
    assert "Failed to start service 'Calendar Synchroniser (CalSync)'" in failed["msg"]
    assert stayed["services"][0]["state"] == "stopped"
    started, stopped = answers[weak.name]
    assert started["state"] == "running"
    assert (stopped["services"][0]["state"], stopped["services"][0]["win32_exit_code"]) == ("stopped", 1066)
    broken.fault()
    (completed,) = broken.run(service(state="started"))
    assert completed["state"] == "running"


@pytest.mark.thorough
def test_that_what_was_written_since_a_service_has_started_is_told(host: Host) -> None:
    script = (ROOT / "roles/windows_product/files/written_since_start.ps1").read_text(encoding="utf-8")
    read = "C:\\CalSync\\log4net.config"

    def look(text: str = script, **options: object) -> dict[str, object]:
        asked = {"Service": "CalSync", "Log": LOG, "Reads": [read, "C:\\absent"]}
        return {"ansible.windows.win_powershell": {"script": text, "parameters": asked}, **options}

    def touch(path: str) -> dict[str, object]:
        return {"ansible.windows.win_file": {"path": path, "state": "touch"}}

    stopped, _, started, _, rolled, _, written, _, again, other, checked = host.run(
        look(),
        service(state="started"),
        look(),
        touch(f"{LOG}.1"),
        look(),
        touch(read),
        look(),
        service(state="restarted"),
        look(),
        look("Get-Process"),
        look(check_mode=True),
    )
    assert stopped["result"] == {}
    assert started["result"] == {"rolled": [], "read": []}
    assert rolled["result"] == {"rolled": [f"{LOG}.1"], "read": []}
    assert written["result"] == {"rolled": [f"{LOG}.1"], "read": [read]}
    assert again["result"] == {"rolled": [], "read": []}
    assert "runs no PowerShell" in other["msg"]
    assert checked["msg"] == "skipped, running in check mode"


def test_that_a_service_does_not_stop_and_is_disabled_all_the_same(host: Host) -> None:
    host.fault(service_does_not_stop=["RemoteAgent"])
    stop = {"ansible.windows.win_service": {"name": "RemoteAgent", "state": "stopped", "start_mode": "disabled"}}
    (failed,) = host.run(stop)
    assert "Cannot stop service 'Remote Agent (RemoteAgent)'" in failed["msg"]
    agent = host.state.service("RemoteAgent")
    assert agent is not None
    assert (agent.state, agent.start_mode) == ("started", "disabled")
    host.fault()
    (stopped,) = host.run(stop)
    assert stopped["state"] == "stopped"
