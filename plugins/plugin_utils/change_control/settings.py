# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the inventory says of change control, as the action plugins that run on the controller need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.vars import load_extra_vars

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import run_identity
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import Rules
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.clock import clock

VARIABLES = (
    "change_control_allowed_signers",
    "change_control_approvals",
    "change_control_board_meetings",
    "change_control_emergency_approver",
    "change_control_emergency_reason",
    "change_control_now",
    "change_control_records",
    "change_control_require_signature",
    "change_control_ticket_system",
    "exam_environment",
    "exam_rehearsal",
    "exam_state_directory",
    "implementation_headings",
    "implementation_plan",
    "implementation_responsibilities",
)


class ControllerAction(ActionBase):
    """An action plugin that runs on the controller alone, and reads the inventory's variables of change control."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def variables(self, task_vars: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the variables, None for those that are not set."""
        # task variables arrive as they were written: templates are still to be filled in
        return {name: self._templar.template((task_vars or {}).get(name)) for name in VARIABLES}

    def extra_variables(self) -> dict[str, Any]:
        """Return what was given on the command line with -e."""
        loaded: dict[str, Any] = load_extra_vars(loader=self._loader)
        return loaded


@dataclass(frozen=True)
class Settings:
    """The settings, checked."""

    records: Path | None
    """The directory of the change records; None where the inventory names none."""
    rules: Rules
    now: datetime
    """The time that windows are held against."""
    actual: datetime
    """The machine's own time; the same but in a rehearsal."""

    @classmethod
    def parse(cls, variables: Mapping[str, Any], extra_variables: Mapping[str, Any]) -> Settings:
        """Return the settings.

        Raises:
            InvalidParameter: a clock is set outside a rehearsal, or the command line demands less of approvals.
        """
        actual = datetime.now(UTC)
        directory = variables.get("change_control_records")
        return cls(
            records=Path(directory) if directory else None,
            rules=declared_rules(variables, extra_variables),
            now=clock(
                variables.get("change_control_now"),
                rehearsal=bool(variables.get("exam_rehearsal")),
                run_id=run_identity.current(),
                actual=actual,
            ),
            actual=actual,
        )


def responsible_plan(variables: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the lines of the plan, each with who carries it out, who owns it and when it is planned."""
    responsibilities = variables["implementation_responsibilities"]
    return [{**entry, **responsibilities[entry["line"]]} for entry in variables["implementation_plan"]]


def declared_rules(variables: Mapping[str, Any], extra_variables: Mapping[str, Any]) -> Rules:
    """Return what the inventory demands of approvals.

    Raises:
        InvalidParameter: the command line would demand less.
    """
    name = "change_control_require_signature"
    require_signature = boolean(variables.get(name) or False)
    if name in extra_variables and not require_signature:
        raise InvalidParameter(
            name, extra_variables[name], "the command line can only demand more", f"Leave -e {name} out."
        )
    records = variables.get("change_control_records") or ""
    return Rules(
        directory=Path(variables.get("change_control_approvals") or records),
        require_signature=require_signature,
        allowed_signers=Path(variables.get("change_control_allowed_signers") or Path(records, "allowed_signers")),
    )
