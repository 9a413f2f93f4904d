# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.setup: the facts of a host, by subsets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from emulators.certificates import thumbprint_of
from emulators.windows import clock, paths
from emulators.windows.machine import Machine
from emulators.windows.module import Call, Module

MINIMUM = {"date_time", "distribution", "dns", "env", "local", "platform", "powershell_version", "user"}
NETWORK = {"all_ipv4_addresses", "all_ipv6_addresses", "interfaces", "windows_domain", "winrm"}
HARDWARE = {"bios", "memory", "processor", "uptime", "virtual"}
ALL = MINIMUM | NETWORK | HARDWARE | {"facter"}
GROUPS = {"all": ALL, "min": MINIMUM, "network": NETWORK, "hardware": HARDWARE, "external": {"facter"}}


def run(call: Call) -> None:
    """Gather the facts of the subsets that are asked for."""
    wanted = _subsets(call)
    facts: dict[str, Any] = {"gather_subset": call["gather_subset"], "module_setup": True}
    for subset, gather in _GATHERERS.items():
        if subset in wanted:
            facts.update({f"ansible_{name}": value for name, value in gather(call).items()})
    call.result["ansible_facts"] = facts


def _subsets(call: Call) -> set[str]:
    explicit, excluded = set[str](), set[str]()
    for item in call["gather_subset"]:
        name = item.removeprefix("!")
        known = GROUPS.get(name, {name} & ALL)
        if item.startswith("!"):
            excluded |= ALL - MINIMUM if name == "all" else known
        else:
            explicit |= known
            if not known:
                call.result.setdefault("warnings", []).append(f"invalid value {name} specified in gather_subset")
    return (ALL - excluded) | explicit


def _addresses(call: Call) -> dict[str, Any]:
    return {"ip_addresses": [call.machine.state.network.address]}


def _bios(call: Call) -> dict[str, Any]:
    hardware = call.machine.state.hardware
    return {"bios_version": "6.00", "product_name": hardware.model, "product_serial": hardware.serial}


def _date_time(call: Call) -> dict[str, Any]:
    moment = call.machine.now()
    local, utc = clock.local(moment, call.machine.state.time.timezone), dt.datetime.fromtimestamp(moment, dt.UTC)
    return {
        "date_time": {
            "date": f"{local:%Y-%m-%d}",
            "time": f"{local:%H:%M:%S}",
            "epoch": str(int(moment)),
            "epoch_int": int(moment),
            "iso8601": f"{utc:%Y-%m-%dT%H:%M:%SZ}",
            "iso8601_micro": f"{utc:%Y-%m-%dT%H:%M:%S.%fZ}",
            "tz": call.machine.state.time.timezone,
            "tz_offset": local.isoformat()[-6:],
            **{name: f"{local:{form}}" for name, form in _PARTS.items()},
        }
    }


_PARTS = {"year": "%Y", "month": "%m", "day": "%d", "hour": "%H", "minute": "%M", "second": "%S", "weekday": "%A"}


def _distribution(call: Call) -> dict[str, Any]:
    system = call.machine.state.operating_system
    return {
        "distribution": system.name,
        "distribution_version": system.version,
        "distribution_major_version": system.version.partition(".")[0],
        "os_family": "Windows",
        "os_name": system.name,
        "os_product_type": system.product_type,
        "os_installation_type": system.installation_type,
    }


def _environment(call: Call) -> dict[str, Any]:
    variables = paths.environment(call.user, call.machine.name)
    return {"env": {name.upper(): value for name, value in variables.items()}}


def _interfaces(call: Call) -> dict[str, Any]:
    network = call.machine.state.network
    return {
        "interfaces": [
            {
                "connection_name": network.interface,
                "default_gateway": network.gateway,
                "dns_domain": network.dns_suffix or None,
                "interface_index": 1,
                "interface_name": network.interface,
                "ipv4": {"address": network.address, "prefix": str(network.prefix_length)},
                "macaddress": network.mac,
            }
        ]
    }


def _memory(call: Call) -> dict[str, Any]:
    memory = call.machine.state.hardware.memory_mib
    return {"memtotal_mb": memory, "memfree_mb": memory // 2, "swaptotal_mb": 0}


def _platform(call: Call) -> dict[str, Any]:
    machine: Machine = call.machine
    state = machine.state
    return {
        "architecture": "64-bit",
        "architecture2": "x86_64",
        "domain": state.domain if state.domain_joined else "",
        "fqdn": state.fqdn,
        "hostname": state.name,
        "nodename": state.fqdn,
        "netbios_name": state.name.upper()[:15],
        "kernel": state.operating_system.version,
        "system": "Win32NT",
        "system_vendor": state.hardware.manufacturer,
        "reboot_pending": machine.reboot_pending,
    }


def _processor(call: Call) -> dict[str, Any]:
    hardware = call.machine.state.hardware
    return {
        "processor_count": 1,
        "processor_cores": hardware.cores,
        "processor_threads_per_core": hardware.threads_per_core,
        "processor_vcpus": hardware.cores * hardware.threads_per_core,
    }


def _uptime(call: Call) -> dict[str, Any]:
    booted = call.machine.state.booted
    return {
        "lastboot": f"{clock.local(booted, call.machine.state.time.timezone):%Y-%m-%d %H:%M:%SZ}",
        "uptime_seconds": round(call.machine.now() - booted),
    }


def _user(call: Call) -> dict[str, Any]:
    return {"user_dir": f"C:\\Users\\{call.user}", "user_gecos": "", "user_id": call.user}


def _domain(call: Call) -> dict[str, Any]:
    state = call.machine.state
    kind = "server" if state.operating_system.product_type == "server" else "workstation"
    return {
        "windows_domain": state.domain if state.domain_joined else "WORKGROUP",
        "windows_domain_member": state.domain_joined,
        "windows_domain_role": f"Member {kind}" if state.domain_joined else f"Stand-alone {kind}",
    }


def _winrm(call: Call) -> dict[str, Any]:
    certificate = call.machine.winrm_certificate
    return {
        "win_rm_certificate_expires": f"{certificate.not_valid_after_utc:%Y-%m-%d %H:%M:%S}",
        "win_rm_certificate_thumbprint": thumbprint_of(certificate),
    }


def _virtual(_call: Call) -> dict[str, Any]:
    return {"virtualization_role": "guest", "virtualization_type": "VMware"}


_GATHERERS: dict[str, Callable[[Call], dict[str, Any]]] = {
    "all_ipv4_addresses": _addresses,
    "bios": _bios,
    "date_time": _date_time,
    "distribution": _distribution,
    "env": _environment,
    "interfaces": _interfaces,
    "memory": _memory,
    "platform": _platform,
    "powershell_version": lambda _call: {"powershell_version": 5},
    "processor": _processor,
    "uptime": _uptime,
    "user": _user,
    "virtual": _virtual,
    "windows_domain": _domain,
    "winrm": _winrm,
}

MODULE = Module("ansible.windows.setup", run)
