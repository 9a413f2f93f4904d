# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows VM's specification against its facts."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.uoe.exam_scheduling.plugins.filter.virtual_machine import (
    GIB,
    virtual_machine_expected,
    virtual_machine_found,
    virtual_machine_remedies,
    winrm_endpoints,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.comparison import compare

SPECIFICATION: dict[str, Any] = {
    "operating_system": "Microsoft Windows Server 2022 Standard",
    "build": 20348,
    "cores": 8,
    "memory_gib": 32,
    "disks": [{"letter": "C", "size_gib": 100, "minimum_free_gib": 20}],
    "domain": "exams.example",
    "dns_suffix": "exams.example",
    "time_source": "dc1.exams.example",
    "maximum_skew_seconds": 1,
}
FACTS: dict[str, Any] = {
    "ansible_distribution": "Microsoft Windows Server 2022 Standard",
    "ansible_distribution_version": "10.0.20348.0",
    "ansible_processor_vcpus": 8,
    "ansible_memtotal_mb": 32767,
    "ansible_windows_domain": "EXAMS.example",
    "ansible_ip_addresses": ["192.0.2.10", "fe80::1"],
    "ansible_interfaces": [{"dns_domain": "exams.example"}, {"dns_domain": None}],
    "ansible_reboot_pending": False,
    "ansible_disks": [
        {
            "size": 100 * GIB,
            "partitions": [
                {"drive_letter": None, "volumes": []},
                {"drive_letter": "C", "volumes": [{"size_remaining": 60 * GIB}]},
            ],
        }
    ],
}
SOURCE = {"rc": 0, "stdout": "dc1.exams.example,0x8\r\n"}
SKEW = {"rc": 0, "stdout": "Tracking dc1 [192.0.2.1:123].\r\nThe current time is …\r\n10:00:00, -00.2000000s\r\n"}
WINRM = {"reached": True, "defects": []}


def differing(facts: dict[str, Any] | None = None, **results: dict[str, Any]) -> list[tuple[str, str]]:
    expected = virtual_machine_expected(SPECIFICATION, "es", "192.0.2.10")
    source, skew, winrm = results.get("source", SOURCE), results.get("skew", SKEW), results.get("winrm", WINRM)
    found = virtual_machine_found({**FACTS, **(facts or {})}, source, skew, winrm)
    return [(each.what, each.found) for each in compare(expected, found, where="es")]


def test_a_vm_that_is_what_was_ordered_differs_in_nothing() -> None:
    assert differing() == []


@pytest.mark.parametrize(
    ("facts", "results", "differences"),
    [
        ({"ansible_distribution_version": "10.0.17763.0"}, {}, [("build", "17763")]),
        ({"ansible_distribution_version": "unknown"}, {}, [("build", "nothing")]),
        ({"ansible_processor_vcpus": 4}, {}, [("cores", "4")]),
        ({"ansible_memtotal_mb": 16384}, {}, [("memory", "16 GiB")]),
        ({"ansible_disks": []}, {}, [("disk C: size", "nothing"), ("disk C: free", "nothing")]),
        ({"ansible_windows_domain": "WORKGROUP"}, {}, [("domain", "workgroup")]),
        ({"ansible_ip_addresses": ["192.0.2.1"]}, {}, [("address", "192.0.2.1")]),
        ({"ansible_interfaces": []}, {}, [("DNS suffix", "none")]),
        ({"ansible_reboot_pending": True}, {}, [("reboot pending", "yes")]),
        ({}, {"source": {"rc": 0, "stdout": "Local CMOS Clock\r\n"}}, [("time source", "local cmos clock")]),
        ({}, {"source": {"rc": 1, "stdout": "", "msg": "Access is denied."}}, [("time source", "Access is denied.")]),
        ({}, {"skew": {"rc": 0, "stdout": "10:00:00, +07.5000000s\r\n"}}, [("time skew", "7.5 s")]),
        (
            {},
            {"skew": {"rc": 0, "stdout": "x\r\n10:00:00, error: 0x800705B4\r\n"}},
            [("time skew", "10:00:00, error: 0x800705B4")],
        ),
        (
            {},
            {"winrm": {"reached": True, "defects": ["expires_soon", "wrong_name"]}},
            [("WinRM's certificate", "expires_soon, wrong_name")],
        ),
        ({}, {"winrm": {"reached": False, "defects": []}}, [("WinRM's certificate", "no answer")]),
        ({}, {"winrm": {}}, [("WinRM's certificate", "nothing")]),
    ],
)
def test_each_difference_is_named(
    facts: dict[str, Any], results: dict[str, Any], differences: list[tuple[str, str]]
) -> None:
    assert differing(facts, **results) == differences


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cores": None}, r"virtual_machine_hosts\[es\]\.cores=None is of the wrong type"),
        ({"cores": True}, r"cores=True is of the wrong type"),
        ({"memory": 16}, r"virtual_machine_hosts\[es\]\.memory is nothing that a specification has"),
        ({"disks": [{"letter": "C"}]}, r"virtual_machine_hosts\[es\]\.disks\[0\]\.size_gib is missing"),
    ],
)
def test_a_specification_that_cannot_be_meant_is_refused_by_name(change: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message):
        virtual_machine_expected({**SPECIFICATION, **change}, "es", "192.0.2.10")


def test_a_host_without_specification_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match=r"virtual_machine_hosts\[es\] is not declared"):
        virtual_machine_expected({}, "es", "192.0.2.10")
    with pytest.raises(AnsibleFilterError, match=r"\.cores is missing"):
        virtual_machine_expected({k: v for k, v in SPECIFICATION.items() if k != "cores"}, "es", "192.0.2.10")


def test_every_item_has_a_remedy() -> None:
    expected = virtual_machine_expected({**SPECIFICATION, "line": "1.7"}, "es", "192.0.2.10")
    remedies = virtual_machine_remedies(expected)
    assert remedies.keys() == expected.keys()
    assert all(remedies.values())


def test_winrm_is_proven_by_its_name_where_its_packets_go() -> None:
    hosts = [
        {"exam_fqdn": "es.exams.example", "ansible_port": 5986, "exam_connect_address": "127.10.0.10"},
        {"exam_fqdn": "sql.exams.example", "ansible_port": 5986},
    ]
    assert [each["connect_address"] for each in winrm_endpoints(hosts)] == ["127.10.0.10", "sql.exams.example"]
    assert {each["port"] for each in winrm_endpoints(hosts)} == {5986}
