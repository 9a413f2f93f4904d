# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_reg_stat: a registry key or value, those that tell of installed programs and reboots included."""

from __future__ import annotations

import re
from typing import Any

from emulators.windows.model import RegistryValue
from emulators.windows.module import Call, Module, ModuleFailure
from emulators.windows.registry import key_of, sub_keys, values


def run(call: Call) -> None:
    """Tell whether the key, or its value, exists, and what it is."""
    path, name = call["path"], call["name"]
    if not re.match(r"HK(CC|CR|CU|LM|U):\\", path, re.IGNORECASE):
        raise ModuleFailure(f"path: {path} is not a valid registry path, see module documentation for examples.")
    found = values(call.machine, key_of(path))
    if found is None:
        call.result["exists"] = False
    elif name is None:
        call.result.update(
            exists=True,
            properties={each: _shown(value, call) for each, value in found.items()},
            sub_keys=sub_keys(call.machine, key_of(path)),
        )
    else:
        value = next((each for known, each in found.items() if known.lower() == name.lower()), None)
        call.result["exists"] = value is not None
        call.result.update({} if value is None else _shown(value, call))


def _shown(value: RegistryValue, call: Call) -> dict[str, Any]:
    expanded = value.data
    if value.type == "REG_EXPAND_SZ" and isinstance(value.data, str):
        expanded = call.expand(value.data)
    raw = value.data
    if value.type == "REG_BINARY" and isinstance(value.data, list):
        raw = [f"0x{int(byte):02x}" for byte in value.data]
    return {"type": value.type, "value": expanded, "raw_value": raw}


MODULE = Module("ansible.windows.win_reg_stat", run)
