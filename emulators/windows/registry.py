# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of an emulated host: the keys of its state, and those that follow from the rest of it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from emulators.windows.model import RegistryValue

if TYPE_CHECKING:
    from emulators.windows.machine import Machine

UNINSTALL = "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"
UPGRADE_CODES = "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\UpgradeCodes"
SESSION_MANAGER = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"
REBOOT_PENDING = "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending"

Values = dict[str, RegistryValue]


def key_of(path: str) -> str:
    """Return a key without a backslash at its end."""
    return path.rstrip("\\")


def values(machine: Machine, key: str) -> Values | None:
    """Return the values of a key, or None if there is no such key."""
    keys = _keys(machine)
    found = next((each for known, each in keys.items() if known.lower() == key.lower()), None)
    if found is None and sub_keys(machine, key):
        return {}
    return found


def sub_keys(machine: Machine, key: str) -> list[str]:
    """Return the names of the keys immediately under a key."""
    prefix = f"{key}\\".lower()
    below = (known[len(prefix) :] for known in _keys(machine) if known.lower().startswith(prefix))
    return sorted({each.partition("\\")[0] for each in below})


def packed(guid: str) -> str:
    """Return a GUID as Windows Installer writes it in names: its little-endian bytes, each with its digits swapped."""
    return "".join(f"{byte:02X}"[::-1] for byte in uuid.UUID(guid).bytes_le)


def _keys(machine: Machine) -> dict[str, Values]:
    state = machine.state
    keys = {**state.registry, UNINSTALL: dict[str, RegistryValue]()}
    for product in state.products:
        texts = {
            "DisplayName": product.name,
            "DisplayVersion": product.version,
            "Publisher": product.publisher,
            "InstallLocation": product.location,
            "UninstallString": f"MsiExec.exe /X{product.id}",
        }
        keys[f"{UNINSTALL}\\{product.id}"] = {n: RegistryValue(type="REG_SZ", data=text) for n, text in texts.items()}
        if product.upgrade_code:
            known = keys.setdefault(f"{UPGRADE_CODES}\\{packed(product.upgrade_code)}", {})
            known[packed(product.id)] = RegistryValue(type="REG_SZ", data="")
    if machine.reboot_pending:
        keys[REBOOT_PENDING] = {}
        renamed = RegistryValue(type="REG_MULTI_SZ", data=["\\??\\C:\\Windows\\Temp\\pending.tmp", ""])
        keys[SESSION_MANAGER] = {**keys.get(SESSION_MANAGER, {}), "PendingFileRenameOperations": renamed}
    return keys
