# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""community.windows.win_disk_facts: disks, partitions and volumes."""

from __future__ import annotations

from typing import Any

from emulators.windows.model import Disk
from emulators.windows.module import Call, Module, ModuleFailure

EMULATED = {"partitions", "volumes"}


def run(call: Call) -> None:
    """Gather the facts of all disks."""
    asked = set(call["filter"] or ())
    # the documentation's default is all five; somebody who asks for one by name shall not be given nothing
    if asked - EMULATED and len(asked) < 5:
        raise ModuleFailure(
            f"filter: {', '.join(sorted(asked - EMULATED))} is not emulated; partitions and volumes are"
        )
    facts = [_disk(number, disk, asked) for number, disk in enumerate(call.machine.state.disks)]
    call.result["ansible_facts"] = {"ansible_disks": facts}


def _disk(number: int, disk: Disk, asked: set[str]) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "number": number,
        "size": disk.size_bytes,
        "bus_type": "SAS",
        "friendly_name": "VMware Virtual disk",
        "partition_style": "GPT",
        "partition_count": 1,
        "operational_status": "Online",
        "sector_size": 512,
        "read_only": False,
        "bootable": number == 0,
        "system_disk": number == 0,
        "clustered": False,
        "manufacturer": "VMware",
        "model": "Virtual disk",
        "firmware_version": "2.0",
    }
    if asked & EMULATED:
        volume = {
            "size": disk.size_bytes,
            "size_remaining": disk.free_bytes,
            "type": "NTFS",
            "label": disk.label,
            "health_status": "Healthy",
            "drive_type": "Fixed",
            "allocation_unit_size": 4096,
        }
        partition = {
            "number": 1,
            "size": disk.size_bytes,
            "type": "Basic",
            "drive_letter": disk.letter,
            "hidden": False,
            "access_paths": [f"{disk.letter}:\\"],
        }
        facts["partitions"] = [{**partition, "volumes": [volume]} if "volumes" in asked else partition]
    return facts


MODULE = Module("community.windows.win_disk_facts", run)
