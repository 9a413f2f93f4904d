# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be set of a server's configuration. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change, InvalidParameter, Problem

CONFIGURATION_ARGUMENTS: dict[str, dict[str, object]] = {"settings": {"type": "dict", "required": True}}

ADVANCED = "show advanced options"
"""While it is 0, `sp_configure` does not know the settings that are called advanced."""

_LEAST_IN_USE = {"min server memory (MB)": 16}
"""What the server uses where the setting is lower: it says so of itself, and it is no setting that waits."""


@dataclass(frozen=True)
class Setting:
    """A row of `sys.configurations`."""

    name: str
    value: int
    in_use: int
    minimum: int
    maximum: int
    dynamic: bool = True
    """Whether RECONFIGURE puts a new value into use; otherwise the next start of the server does."""
    advanced: bool = False

    @property
    def installed(self) -> bool:
        """Whether the value is the one in use."""
        return uses(self.name, self.value) == self.in_use


def uses(name: str, value: int) -> int:
    """Return what the server uses once a setting has this value."""
    return max(value, _LEAST_IN_USE.get(name, value))


@dataclass(frozen=True)
class SettingChange(Change):
    """One setting that is changed."""

    setting: Setting | None = None
    value: int = 0


def settings_from(declared: Mapping[str, object]) -> dict[str, int]:
    """Return the declared settings by their names.

    Raises:
        InvalidParameter: there are none, or a value is no whole number.
    """
    if not declared:
        raise InvalidParameter("settings", declared, "nothing is declared", "Give names of sys.configurations.")
    found = {}
    for name, value in declared.items():
        try:
            found[name] = int(value) if isinstance(value, int | str) else int("no number")
        except ValueError:
            raise InvalidParameter(
                f"settings[{name}]", value, "it is no whole number", "Give one; 1 is on, 0 is off."
            ) from None
    return found


def plan_configuration(declared: Mapping[str, int], present: Mapping[str, Setting]) -> list[SettingChange]:
    """Return what has to be set, in the order of the declaration.

    Args:
        declared: name → value.
        present: all settings of the server by their names.

    Raises:
        InvalidParameter: the server has no such setting, or it does not take the value.
        Problem: RECONFIGURE would also put into use what somebody else has set and left waiting.
    """
    changes = []
    for name, value in declared.items():
        setting = present.get(name)
        if setting is None:
            raise InvalidParameter(
                f"settings[{name}]",
                value,
                "the server has no such setting",
                "Give the name as sys.configurations has it.",
            )
        if not setting.minimum <= value <= setting.maximum:
            raise InvalidParameter(
                f"settings[{name}]",
                value,
                "the server does not take it",
                f"Give {setting.minimum} to {setting.maximum}.",
            )
        if setting.value != value:
            changes.append(SettingChange(f"setting {name}", "update", setting.value, value, setting, value))
        elif setting.dynamic and not setting.installed:
            changes.append(SettingChange(f"setting {name}", "update", setting.in_use, value, setting, value))
    others = [each for each in present.values() if each.dynamic and not each.installed and each.name not in declared]
    if changes and others:
        raise Problem(
            "somebody has set what is not in use yet, and RECONFIGURE would put it into use too",
            expected="no other setting that waits",
            found=", ".join(f"{each.name} = {each.value}, {each.in_use} in use" for each in others),
            remedy="Declare these settings too, or have them set back with sp_configure.",
        )
    return changes


def waiting_for_restart(declared: Mapping[str, int], present: Mapping[str, Setting]) -> list[str]:
    """Return which of the declared settings are in use only once the server is restarted."""
    return [
        name
        for name, value in declared.items()
        if name in present and not present[name].dynamic and present[name].in_use != uses(name, value)
    ]


def hidden(changes: Sequence[SettingChange]) -> bool:
    """Return whether any of the changes is of an advanced setting."""
    return any(change.setting is not None and change.setting.advanced for change in changes)
