# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""community.windows.win_firewall_rule."""

from __future__ import annotations

from typing import Any

from emulators.windows.model import FirewallRule
from emulators.windows.module import Call, Module, ModuleFailure

# the option, which is the field of the model too, and its name in the diff, in the order of the diff
PROPERTIES = (
    ("description", "Description"),
    ("direction", "Direction"),
    ("action", "Action"),
    ("program", "ApplicationName"),
    ("group", "Grouping"),
    ("service", "ServiceName"),
    ("enabled", "Enabled"),
    ("profiles", "Profiles"),
    ("localip", "LocalAddresses"),
    ("remoteip", "RemoteAddresses"),
    ("localport", "LocalPorts"),
    ("remoteport", "RemotePorts"),
    ("protocol", "Protocol"),
)
NOT_EMULATED = {
    "interfacetypes": ([], ["any"]),
    "edge": ("no",),
    "security": ("notrequired",),
    "icmp_type_code": ([], ["any"]),
}


def run(call: Call) -> None:
    """Bring the rules of a name, or of a group, to what is declared."""
    name, group = call["name"], call["group"]
    if not name and not group:
        raise ModuleFailure("Either name or group must be specified")
    for option, known in NOT_EMULATED.items():
        if call[option] is not None and call[option] not in known:
            raise ModuleFailure(f"{option}={call[option]!r} is not emulated")
    rules = call.machine.state.firewall_rules
    found = [r for r in rules if (r.name.lower() == name.lower() if name else r.group == group)]
    if call.diff:
        call.result["diff"] = {"prepared": ""}
    if call["state"] == "absent":
        _remove(call, found)
    elif found:
        _change(call, found)
    elif name:
        rule = FirewallRule(name=name, **_wanted(call))
        _show(call, f"+[{name}]", *(f"+{shown}='{_text(rule, field)}'" for field, shown in PROPERTIES))
        call.result["msg"] = f"Firewall rule '{name}' created."
        if call.changed():
            rules.append(rule)


def _wanted(call: Call) -> dict[str, Any]:
    """Return what is declared, in the form in which it is kept."""
    wanted = {}
    for option, _shown in PROPERTIES:
        value = call[option]
        if value is None:
            continue
        if option in ("program", "service") and value == "any":
            value = None
        elif option == "program":
            value = call.expand(value)
        elif option == "profiles":
            value = [each for each in ("domain", "private", "public") if each in value]
        elif option == "protocol":
            value = value.lower()
        wanted[option] = value
    return wanted


def _remove(call: Call, found: list[FirewallRule]) -> None:
    if not found:
        name, group = call["name"], call["group"]
        call.result["msg"] = (
            f"Firewall rule '{name}' does not exist." if name else f"No firewall rules in group '{group}' exist."
        )
        return
    for rule in found:
        _show(call, f"-[{rule.name}]", *(f"-{shown}='{_text(rule, field)}'" for field, shown in PROPERTIES))
        if call.changed():
            call.machine.state.firewall_rules.remove(rule)
    names = "', '".join(rule.name for rule in found)
    call.result["msg"] = f"Firewall rule(s) '{names}' removed."


def _change(call: Call, found: list[FirewallRule]) -> None:
    changed, unchanged = list[str](), list[str]()
    wanted = _wanted(call)
    for rule in found:
        _show(call, f"[{rule.name}]")
        differing = {field: value for field, value in wanted.items() if not _same(field, getattr(rule, field), value)}
        for field, shown in PROPERTIES:
            if field in differing:
                _show(call, f"-{shown}='{_text(rule, field)}'", f"+{shown}='{_shown(differing[field])}'")
        (changed if differing else unchanged).append(rule.name)
        if differing and call.changed():
            for field, value in differing.items():
                setattr(rule, field, value)
    lists = ["', '".join(each) for each in (changed, unchanged)]
    call.result["msg"] = f"Firewall rule(s) changed '{lists[0]}' - unchanged '{lists[1]}'"


def _same(field: str, present: Any, wanted: Any) -> bool:
    if field in ("localip", "remoteip"):
        return sorted(present.split(",")) == sorted(wanted.split(","))
    return bool(present == wanted)


def _text(rule: FirewallRule, field: str) -> str:
    return _shown(getattr(rule, field))


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(value)
    return "" if value is None else {"any": "*"}.get(str(value), str(value))


def _show(call: Call, *lines: str) -> None:
    if call.diff:
        call.result["diff"]["prepared"] += "".join(f"{line}\n" for line in lines)


MODULE = Module("community.windows.win_firewall_rule", run)
