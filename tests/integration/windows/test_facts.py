# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of a host: those that its specification is held against."""

from __future__ import annotations

from tests.integration.windows.conftest import Host


def test_the_facts_of_a_host(host: Host) -> None:
    everything, little = host.run(
        {"ansible.builtin.setup": {}}, {"ansible.windows.setup": {"gather_subset": ["!all", "!min", "memory"]}}
    )
    facts = everything["ansible_facts"]
    assert {name: facts[f"ansible_{name}"] for name in ("fqdn", "hostname", "domain", "windows_domain")} == {
        "fqdn": f"{host.name}.exams.example",
        "hostname": host.name,
        "domain": "exams.example",
        "windows_domain": "exams.example",
    }
    assert facts["ansible_os_name"] == "Microsoft Windows Server 2022 Standard"
    assert facts["ansible_distribution_version"] == "10.0.20348.0"
    assert (facts["ansible_processor_cores"], facts["ansible_processor_vcpus"]) == (4, 4)
    assert facts["ansible_memtotal_mb"] == 16384
    assert facts["ansible_ip_addresses"] == ["192.0.2.10"]
    assert facts["ansible_interfaces"][0]["dns_domain"] == "exams.example"
    assert len(facts["ansible_win_rm_certificate_thumbprint"]) == 40
    assert facts["ansible_reboot_pending"] is False
    gathered = {name for name in little["ansible_facts"] if name.startswith("ansible_")}
    assert gathered == {"ansible_memtotal_mb", "ansible_memfree_mb", "ansible_swaptotal_mb"}


def test_how_a_task_is_run(host: Host) -> None:
    user = {"ansible.windows.setup": {"gather_subset": ["!all", "!min", "user", "env"]}}
    runas = {"become": True, "become_method": "ansible.builtin.runas"}
    plain, become, other, environment, asynchronous = host.run(
        user,
        {**user, **runas, "become_user": "SYSTEM"},
        {**user, **runas, "become_user": "somebody", "vars": {"ansible_become_password": "x"}},
        {"ansible.windows.win_tempfile": {"path": "%SCRATCH%"}, "environment": {"SCRATCH": "C:\\CalSync"}},
        {"ansible.windows.win_ping": {"data": "later"}, "async": 30, "poll": 1},
    )
    assert plain["ansible_facts"]["ansible_user_id"] == "ansible"
    assert become["ansible_facts"]["ansible_env"]["USERPROFILE"] == "C:\\Users\\SYSTEM"
    assert "become_user=somebody is not emulated; SYSTEM is" in other["msg"]
    assert environment["path"].startswith("C:\\CalSync\\ansible.")
    assert (asynchronous["ping"], asynchronous["finished"]) == ("later", True)
    assert not [path for path in host.state.files if ".ansible_async\\" in path], "the job's file is cleaned up"


def test_that_the_time_zone_is_set(host: Host) -> None:
    zone = {"ansible.windows.win_command": "tzutil /g", "changed_when": False}
    wanted = {"ansible.windows.win_timezone": {"timezone": "UTC"}}
    before, checked, between, real, after, again, unknown = host.run(
        zone,
        {**wanted, "check_mode": True},
        zone,
        wanted,
        zone,
        wanted,
        {"ansible.windows.win_timezone": {"timezone": "Middle Earth"}},
    )
    assert [each["stdout"] for each in (before, between, after)] == ["GMT Standard Time", "GMT Standard Time", "UTC"]
    assert [each["changed"] for each in (checked, real, again)] == [True, True, False]
    assert checked["diff"] == real["diff"] == {"before": "GMT Standard Time\n", "after": "UTC\n"}
    assert "The specified timezone: Middle Earth isn't supported on the machine." in unknown["msg"]
