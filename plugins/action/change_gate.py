# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate before each stage: the right inventory, a real rehearsal, an approved change; then the permit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.state_directory import Marker, require
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import given_values, run_identity, run_memory
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control import clock, permits, selection
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.authorisation import (
    Question,
    answer,
    declared_emergency,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.decision import (
    Work,
    roles_of,
    works_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.selection import Entered
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.settings import (
    ControllerAction,
    Settings,
    responsible_plan,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.gate_file import write_gate_file
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.inventory_guard import (
    inventory_refusals,
    plan_refusals,
    rehearsal_refusals,
)


class ActionModule(ControllerAction):
    """Runs on the controller, contacts nothing but the ticket system, and ends the run where it must not go on."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the permit of the stage, and what the report needs to know of this run."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(
            argument_spec={
                "environment": {"type": "str"},
                "stage": {"type": "str"},
                "procedure": {"type": "str"},
                "lines": {"type": "list", "elements": "str"},
                "back_out": {"type": "bool", "default": False},
                "work": {"type": "bool", "default": True},
            },
            mutually_exclusive=[("stage", "procedure")],
            required_by={"lines": ["procedure"]},
            required_if=[("back_out", True, ["procedure", "lines"])],
        )[1]
        facts = task_vars or {}
        variables, extra_variables = self.variables(facts), self.extra_variables()
        refusals = inventory_refusals(arguments["environment"], variables, extra_variables)
        rehearsal = bool(variables["exam_rehearsal"])
        if rehearsal and not refusals:
            refusals = rehearsal_refusals(self._endpoints(facts, run_memory.MEMORY.on_loopback))
        responsibilities = variables["implementation_responsibilities"] or {}
        refusals = refusals or plan_refusals(variables["implementation_plan"] or [], responsibilities)
        if refusals:
            raise AnsibleActionFail(f"Refused before anything was touched: {' '.join(refusals)}")
        plan = responsible_plan(variables)
        procedure = arguments["procedure"] if arguments["work"] else None
        directory = Path(variables["exam_state_directory"])
        try:
            require(directory, Marker(variables["exam_environment"], rehearsal))
            play = selection.of_play(selection.play_of(self._task))
            plays = selection.of_run(self._loader, facts, self._templar) if arguments["work"] else []
            works, begins = self._works(arguments, play, plays, plan)
            change = self._change(arguments, variables, extra_variables, plan, works)
            found = {
                "environment": variables["exam_environment"],
                "work": arguments["work"],
                "procedure": procedure,
                "rehearsal": rehearsal,
                "check_mode": bool(self._task.check_mode),
                "state_directory": str(directory),
                "headings": variables["implementation_headings"] or {},
                "plan": plan,
                "change": change,
                "plays": [entered.as_dict() for entered in plays],
                "on_loopback": list(facts["groups"]["all"]) if rehearsal else [],
                "given": self._given(extra_variables, directory) if arguments["work"] else None,
            }
            if run_identity.current():
                result["implementation_file"] = write_gate_file(directory, found)
        except Problem as problem:
            raise AnsibleActionFail(f"Refused before anything was touched: {problem}") from None

        result["changed"] = False
        if change["required"] and change["refusals"]:
            return {**result, "failed": True, "msg": self._refusal(change, directory)}
        self._say(change)
        if change["required"]:
            own = {name: record for name, record in change["lines"].items() if name in begins}
            at = datetime.fromisoformat(change["now"])
            permits.append(directory, run_identity.require(), at, own, change["emergency"])
        return {
            **result,
            "roles": {
                role: arguments["work"]
                for entry in plan
                if arguments["stage"] in (None, entry["stage"])
                for role in sorted(roles_of(entry) & play.roles)
            },
            "procedure": procedure,
            "run": run_identity.current(),
            "now": change["now"],
            "journal": _journal_text(change),
            "carried_out_by": {line: entry["carried_out_by"] for line, entry in responsibilities.items()},
            "owner": {line: entry["owner"] for line, entry in responsibilities.items()},
        }

    def _change(
        self,
        arguments: Mapping[str, Any],
        variables: Mapping[str, Any],
        extra_variables: Mapping[str, Any],
        plan: list[dict[str, Any]],
        works: list[Work],
    ) -> dict[str, Any]:
        """Return what change control says of the work.

        Raises:
            Problem: a setting is wrong, or a clock is.
        """
        live = variables["exam_environment"] == "live"
        required = live and arguments["work"] and not self._task.check_mode
        directory = Path(variables["exam_state_directory"])
        settings = Settings.parse(variables, extra_variables)
        if required:
            clock.refuse_earlier_than_last_run(directory / "journal", run_identity.require(), settings.actual)
        found = answer(
            Question(
                works=works,
                records=settings.records,
                rules=settings.rules,
                now=settings.now,
                plan=plan,
                tickets=(variables["change_control_ticket_system"] or {}) if live else {},
                emergency=declared_emergency(variables, extra_variables) if live else None,
                begun=permits.begun(directory) if arguments["back_out"] else None,
            )
        )
        return {
            "required": required,
            "now": settings.now.isoformat(timespec="seconds"),
            "board_meetings": [str(meeting) for meeting in variables["change_control_board_meetings"] or []],
            **found.as_dict(),
        }

    @staticmethod
    def _works(
        arguments: Mapping[str, Any], own: Entered, plays: Sequence[Entered], plan: list[dict[str, Any]]
    ) -> tuple[list[Work], set[str]]:
        """Return the work from this play to the end of the run, and the names of that which this play begins."""
        if not arguments["work"]:
            return [], set()
        places = [place for place, play in enumerate(plays) if (play.play, play.roles) == (own.play, own.roles)]
        # what this play begins is asked for in any case, whatever an earlier gate took its arguments for
        begins = {work.name: work for work in works_of(arguments, own.roles, plan)}
        works = dict(begins)
        for play in plays[places[0] :] if places else plays:
            for gate in play.gates:
                works |= {work.name: work for work in works_of(gate, play.roles, plan)}
        return list(works.values()), set(begins)

    def _given(self, extra_variables: Mapping[str, Any], directory: Path) -> str | None:
        """Return the digest of what was given with -e for the journal; None where there is none of this run."""
        if self._task.check_mode:
            return None
        try:
            return given_values.digest(extra_variables, directory)
        except OSError as error:
            self._display.warning(f"playbooks/status.yml will not know this run by what -e gave: {error}")
            return None

    def _refusal(self, change: Mapping[str, Any], directory: Path) -> str:
        """Say why the work may not run, and what may."""
        first = (
            "Stopped at the boundary of a stage: what came before is done, and nothing of this stage was touched."
            if permits.given(directory, run_identity.current())
            else "Refused before anything was touched."
        )
        refusals = "\n".join(f"- {refusal}" for refusal in change["refusals"])
        return (
            f"{first} This run would change LIVE without an approved change that is open now, {change['now']}:\n"
            f"{refusals}\n"
            "Check mode (--check) and playbooks/verify.yml may always run. In an emergency, on a named approver's "
            """word: -e "change_control_emergency_approver='…'" -e "change_control_emergency_reason='…'\""""
        )

    def _say(self, change: Mapping[str, Any]) -> None:
        """Warn of what nobody may overlook."""
        for warning in change["warnings"]:
            self._display.warning(warning)
        if change["emergency"]:
            self._display.warning(
                "EMERGENCY: LIVE is changed outside every approved change, on the word of "
                f"{change['emergency']['approver']}: {change['emergency']['reason']}"
            )
        elif change["refusals"] and self._task.check_mode:
            self._display.warning(f"outside check mode this run would be refused: {'; '.join(change['refusals'])}")

    @staticmethod
    def _endpoints(task_vars: dict[str, Any], seen: Collection[str]) -> dict[str, dict[str, Any]]:
        """Return the endpoints of every host of the inventory, whether this run uses it or not, but of those seen."""
        endpoints = {}
        for host in task_vars["groups"]["all"]:
            if host in seen:
                continue
            of_host = task_vars["hostvars"][host]
            endpoints[host] = {
                "exam_connect_address": of_host.get("exam_connect_address"),
                "ansible_host": of_host.get("ansible_host"),
                "exam_resolver": (of_host.get("exam_resolver") or {}).get("address"),
            }
        return endpoints


def _journal_text(change: Mapping[str, Any]) -> str:
    """Return the note that targets keep of their last change: which run, under which change, by whom."""
    under = ",".join(sorted(set(change["lines"].values()))) or ("emergency" if change["emergency"] else "none")
    return f"run={run_identity.for_a_note()} change={under} by={permits.who()}"
