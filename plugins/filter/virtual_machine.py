# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Windows VM's specification, and what its facts say of it, item by item, as `prove` takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

GIB = 1024**3
REQUIRED = {
    "operating_system": str,
    "build": int,
    "cores": int,
    "memory_gib": int,
    "disks": list,
    "domain": str,
    "dns_suffix": str,
    "time_source": str,
    "maximum_skew_seconds": int | float,
}
"""What a specification says, and in which type."""
DISK = {"letter": str, "size_gib": int, "minimum_free_gib": int}
SERVES = "verifies"

_OFFSET = re.compile(r"^\d\d:\d\d:\d\d, ?([+-]\d+\.\d+)s", re.MULTILINE)


def virtual_machine_expected(specification: Mapping[str, Any], host: str, address: str) -> dict[str, Any]:
    """Return what must be found on a host.

    Args:
        specification: what was ordered: REQUIRED, and `line`.
        host: its name in the inventory, for errors.
        address: the address that DNS holds for it.

    Raises:
        AnsibleFilterError: the specification is not whole, or holds what no specification has.
    """
    _check(specification, {**REQUIRED, "line": str}, f"virtual_machine_hosts[{host}]", optional={"line"})
    expected: dict[str, Any] = {
        "operating system": specification["operating_system"],
        "build": specification["build"],
        "cores": specification["cores"],
        "memory": {"equals": specification["memory_gib"], "unit": "GiB"},
    }
    for number, disk in enumerate(specification["disks"]):
        _check(disk, DISK, f"virtual_machine_hosts[{host}].disks[{number}]")
        expected[f"disk {disk['letter']}: size"] = {"equals": disk["size_gib"], "unit": "GiB"}
        expected[f"disk {disk['letter']}: free"] = {"at_least": disk["minimum_free_gib"], "unit": "GiB"}
    return {
        **expected,
        "domain": specification["domain"],
        "address": {"includes": address},
        "DNS suffix": {"includes": specification["dns_suffix"]},
        "time source": specification["time_source"],
        "time skew": {"at_most": specification["maximum_skew_seconds"], "unit": "s"},
        "reboot pending": False,
        "WinRM's certificate": SERVES,
    }


def virtual_machine_found(
    facts: Mapping[str, Any], time_source: Mapping[str, Any], time_skew: Mapping[str, Any], winrm: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what was found on a host.

    Args:
        facts: those of `setup` and `win_disk_facts` together, with their prefix.
        time_source: the result of `w32tm /query /source`.
        time_skew: the result of `w32tm /stripchart … /dataonly`.
        winrm: the endpoint of WinRM, as `https_endpoint_info` returns it; empty if it was not looked at.
    """
    version = str(facts.get("ansible_distribution_version", "")).split(".")
    memory, interfaces = facts.get("ansible_memtotal_mb"), facts.get("ansible_interfaces") or []
    return {
        "operating system": facts.get("ansible_distribution"),
        "build": int(version[2]) if len(version) > 2 and version[2].isdigit() else None,
        "cores": facts.get("ansible_processor_vcpus"),
        # Windows keeps a few MiB for itself
        "memory": None if memory is None else round(memory / 1024),
        **_disks(facts.get("ansible_disks") or []),
        "domain": str(facts.get("ansible_windows_domain", "")).lower() or None,
        "address": list(facts.get("ansible_ip_addresses") or []),
        "DNS suffix": sorted({each["dns_domain"].lower() for each in interfaces if each.get("dns_domain")}),
        "time source": _source(time_source),
        "time skew": _skew(time_skew),
        "reboot pending": facts.get("ansible_reboot_pending"),
        "WinRM's certificate": _winrm(winrm),
    }


def virtual_machine_remedies(expected: Mapping[str, Any]) -> dict[str, str]:
    """Return what to do where an item differs."""
    own = {
        "time source": "Correct the domain's time policy, then w32tm /resync.",
        "time skew": "Correct the time source, then w32tm /resync.",
        "reboot pending": "Restart it inside the window.",
        "WinRM's certificate": "Have it issued anew, and bind it to WinRM's HTTPS listener.",
        "address": "Correct the address of the VM, or exam_address in the inventory.",
        "DNS suffix": "Correct it on the network adapter.",
    }
    return {
        item: own.get(item) or ("Free some space." if item.endswith(": free") else "Have the VM changed.")
        for item in expected
    }


def winrm_endpoints(hosts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return WinRM's endpoint of each host, given the hosts' variables, as `https_endpoint_info` takes them."""
    return [
        {
            "host": host["exam_fqdn"],
            "port": host["ansible_port"],
            "connect_address": host.get("exam_connect_address") or host["exam_fqdn"],
        }
        for host in hosts
    ]


def _disks(disks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return size and free space by drive letter; the size is the disk's, since Windows keeps partitions of its own."""
    found: dict[str, Any] = {}
    for disk in disks:
        for partition in disk.get("partitions") or []:
            if letter := partition.get("drive_letter"):
                volumes = partition.get("volumes") or []
                found[f"disk {letter}: size"] = round(disk["size"] / GIB, 1)
                found[f"disk {letter}: free"] = round(volumes[0]["size_remaining"] / GIB, 1) if volumes else None
    return found


def _source(result: Mapping[str, Any]) -> str:
    """Return the time source without its flags (`dc1.exams.example,0x8`), or what w32tm said instead."""
    said = _said(result)
    return said if result.get("rc") else said.partition(",")[0].lower()


def _skew(result: Mapping[str, Any]) -> float | str:
    """Return by how many seconds the clock is off at most, or what w32tm said instead."""
    offsets = [abs(float(found)) for found in _OFFSET.findall(str(result.get("stdout", "")))]
    return round(max(offsets), 3) if offsets else _said(result)


def _said(result: Mapping[str, Any]) -> str:
    lines = [line.strip() for line in str(result.get("stdout") or result.get("msg") or "").splitlines() if line.strip()]
    return lines[-1] if lines else "w32tm said nothing"


def _winrm(endpoint: Mapping[str, Any]) -> str | None:
    if not endpoint:
        return None
    if not endpoint.get("reached"):
        return "no answer"
    return ", ".join(endpoint["defects"]) or SERVES


def _check(declared: object, known: Mapping[str, Any], name: str, optional: set[str] | None = None) -> None:
    """Return if a dict has just the known keys in their types."""
    if not isinstance(declared, Mapping) or not declared:
        raise AnsibleFilterError(f"{name} is not declared. Say what was ordered: {', '.join(known)}.")
    for key in declared:
        if key not in known:
            raise AnsibleFilterError(f"{name}.{key} is nothing that a specification has. Known: {', '.join(known)}.")
    for key, kind in known.items():
        if key not in declared and key not in (optional or ()):
            raise AnsibleFilterError(f"{name}.{key} is missing. Say what was ordered.")
        if key in declared and (not isinstance(declared[key], kind) or isinstance(declared[key], bool)):
            raise AnsibleFilterError(f"{name}.{key}={declared[key]!r} is of the wrong type. Correct it.")


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        """Return them by name."""
        return {
            "virtual_machine_expected": virtual_machine_expected,
            "virtual_machine_found": virtual_machine_found,
            "virtual_machine_remedies": virtual_machine_remedies,
            "winrm_endpoints": winrm_endpoints,
        }
