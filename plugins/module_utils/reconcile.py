# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module of this collection shares: errors that name the remedy, and read, plan, apply, report.

A module brings a `Resource`: a reader, a pure planner and an applier. `run` owns the order of the steps, check mode,
diff, `changed` and what is said when an application breaks off half-way.
"""

from __future__ import annotations

import json
import traceback
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal import Applied, journalled

if TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

PREREQUISITE_ARGUMENTS: dict[str, dict[str, object]] = {"prerequisite_line": {"type": "str"}}
"""Arguments of every module that can find its prerequisite missing (doc fragment `reconcile`)."""


class Problem(Exception):
    """An error for whoever runs the playbook: what is wrong, where, what was expected and found, and what to do.

    Readers and appliers raise it; `run` and `proof.conclude` turn it into the task's failure.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        expected: object = None,
        found: object = None,
        remedy: str | None = None,
    ) -> None:
        """Keep the parts apart, so that reports can show them apart; `str()` joins them into one message."""
        self.what = what
        self.where = where
        self.expected = expected
        self.found = found
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.expected is not None:
            parts.append(f"expected {self.expected}")
        if self.found is not None:
            parts.append(f"found {self.found}")
        message = "; ".join(parts)
        return f"{message}. {self.remedy}" if self.remedy else message


class InvalidParameter(Problem):
    """A parameter that cannot be meant, refused before anything is touched. Never raise it with a secret value."""

    def __init__(self, parameter: str, value: object, why: str, remedy: str) -> None:
        """Name the parameter by its path in the task, for example `flows[3].port`."""
        self.parameter = parameter
        super().__init__(f"{parameter}={value!r} is refused: {why}", remedy=remedy)


class MissingPrerequisite(Problem):
    """Something is not there that another line of the plan creates: `pending` in check mode, a failure otherwise."""


class Unreachable(Problem):
    """The system was not reached, or answers no more: a proof takes it for neither right nor wrong."""


class OutcomeUnknown(Unreachable):
    """A change was sent and its answer got lost: whether it is in force is not known."""


@dataclass(frozen=True)
class Change:
    """One difference between what is and what shall be. Secrets are masked before they get here."""

    item: str
    """What changes, as its owner would name it: `www.exams.example. A`."""
    action: Literal["create", "update", "delete"]
    before: object = None
    after: object = None

    def as_dict(self) -> dict[str, object]:
        """Return the change as the module returns it: item, action, before, after."""
        return {"item": self.item, "action": self.action, "before": self.before, "after": self.after}


Present = TypeVar("Present")
ChangeT = TypeVar("ChangeT", bound=Change)


class Resource(ABC, Generic[Present, ChangeT]):
    """What a module keeps in the declared state."""

    @abstractmethod
    def read(self) -> Present:
        """Return the present state. Writes nothing.

        Raises:
            Problem: it cannot be read.
            MissingPrerequisite: what holds it does not exist yet.
        """

    @abstractmethod
    def plan(self, present: Present) -> Sequence[ChangeT]:
        """Return the changes that lead from the present to the declared state, in the order of application.

        Pure: touches nothing, and returns nothing for a state that is as declared.
        """

    def prerequisite(self, present: Present) -> MissingPrerequisite | None:
        """Return what the plan takes as there although it is not. None by default.

        Check mode shows the plan nevertheless, and says that it waits for the line that creates it.
        """
        return None

    @abstractmethod
    def apply(self, changes: Sequence[ChangeT]) -> Iterator[ChangeT]:
        """Apply the changes, yielding each as soon as it is in force. An atomic set is yielded after it is in force.

        Raises:
            Problem: it broke off; what was yielded stands, the rest does not.
        """

    def facts(self, present: Present) -> Mapping[str, object]:
        """Return further return values, computed from the state that was read. None by default.

        The list `warnings` is shown to the user, and is no return value.
        """
        return {}


@dataclass(frozen=True)
class Outcome(Generic[ChangeT]):
    """What `reconcile` did, or in check mode would do."""

    changes: Sequence[ChangeT]
    applied: Sequence[ChangeT]
    facts: Mapping[str, object]
    problem: Problem | None = None
    """Why the application broke off, if it did."""
    missing: MissingPrerequisite | None = None
    """What the changes wait for, in check mode."""

    @property
    def pending(self) -> Sequence[ChangeT]:
        """The changes that are not in force: all of them in check mode."""
        applied = [id(change) for change in self.applied]
        return [change for change in self.changes if id(change) not in applied]

    def result(self, *, check_mode: bool, diff: bool) -> dict[str, object]:
        """Return the module's return values. `changed` in check mode is what the real run would return."""
        result: dict[str, object] = {
            **{name: value for name, value in self.facts.items() if name != "warnings"},
            "changed": bool(self.changes if check_mode else self.applied),
            "changes": [change.as_dict() for change in self.changes],
        }
        if self.problem is not None:
            result["applied"] = [change.item for change in self.applied]
            result["pending"] = [change.item for change in self.pending]
        if diff:
            result["diff"] = [_diff(change) for change in (self.changes if check_mode else self.applied)]
        return result

    @property
    def warnings(self) -> list[str]:
        """What the user is to be warned of."""
        warnings = self.facts.get("warnings")
        return [str(warning) for warning in warnings] if isinstance(warnings, list) else []


def reconcile(
    resource: Resource[Present, ChangeT], *, check_mode: bool, journal: Applied | None = None
) -> Outcome[ChangeT]:
    """Read, plan and, unless in check mode, apply.

    Args:
        resource: what is kept.
        check_mode: whether to leave it as it is.
        journal: takes the item and the action of each change the moment it is in force.

    Returns:
        The outcome; its `problem` is set if the application broke off, or if the facts of it could not be had.

    Raises:
        Problem: the state could not be read or no plan made, or that was cancelled; nothing was touched.
    """
    try:
        present = resource.read()
        changes = list(resource.plan(present))
    except KeyboardInterrupt:
        raise Problem("it was cancelled") from None
    missing = resource.prerequisite(present)
    if missing is not None and not check_mode:
        raise missing
    applied: list[ChangeT] = []
    problem = None
    if changes and not check_mode:
        try:
            for change in resource.apply(changes):
                applied.append(change)
                if journal is not None:
                    journal(change.item, change.action)
        except Problem as error:
            problem = error
        except KeyboardInterrupt:  # an applier that knows what became of the change in hand has said so itself
            problem = OutcomeUnknown("it was cancelled")
        except Exception as error:  # a defect of ours: even then the user must learn what stands
            problem = Problem(f"unexpected {type(error).__name__}: {error}")
            problem.__cause__ = error
    try:
        facts = resource.facts(present)
    except (Problem, OSError) as error:
        if problem is None and not applied:
            raise  # nothing was touched
        facts, problem = {}, problem or Problem(str(error))  # why it broke off says more
    return Outcome(changes, applied, facts, problem, missing)


def run(module: AnsibleModule, resource: Resource[Present, ChangeT]) -> None:
    """Reconcile, and end the module with the result or with an error that says what stands and what does not."""
    try:
        with journalled(module) as journal:
            outcome = reconcile(resource, check_mode=module.check_mode, journal=journal)
        if outcome.missing is not None:
            _pending(module, outcome.missing, outcome.result(check_mode=True, diff=module._diff))
    except MissingPrerequisite as error:
        _pending(module, error, {"changes": []})
    except (Problem, OSError) as error:
        module.fail_json(msg=f"{_sentence(error)} Nothing was touched.", **silence(error))
    result = outcome.result(check_mode=module.check_mode, diff=module._diff)
    for warning in outcome.warnings:
        module.warn(warning)
    if outcome.problem is not None:
        if (defect := outcome.problem.__cause__) is not None:
            result["exception"] = "".join(traceback.format_exception(defect))
        module.fail_json(msg=_broken_off(outcome), **result)
    module.exit_json(**result)


def silence(error: Exception) -> dict[str, bool]:
    """Return what a failure says beside its message: that nobody answered, which is no "no", or its `returned`."""
    return {"no_answer": True} if isinstance(error, Unreachable) else dict(getattr(error, "returned", {}))


def _pending(module: AnsibleModule, missing: MissingPrerequisite, result: Mapping[str, object]) -> None:
    """End the module: the task waits for what another line of the plan creates, which is no error in check mode."""
    line = module.params.get("prerequisite_line")
    known = {**({"pending_line": line} if line else {}), **silence(missing)}
    if module.check_mode and line:
        module.warn(f"pending: {missing}; line {line} of the plan creates it")
        module.exit_json(**{**result, "changed": True, **known})
    module.fail_json(msg=f"{_sentence(missing)} Nothing was touched.", **known)


def _broken_off(outcome: Outcome[ChangeT]) -> str:
    """Say what stands and what does not, and that running again carries on."""
    why = _sentence(outcome.problem)
    applied, pending = (", ".join(each.item for each in of) or "nothing" for of in (outcome.applied, outcome.pending))
    if isinstance(outcome.problem, OutcomeUnknown):
        return f"{why} Applied: {applied}. Not known whether applied: {pending}. Running again finds out."
    if not outcome.applied:
        return f"{why} Nothing was applied; running again starts afresh."
    return f"{why} Applied: {applied}. Not applied: {pending}. Running again carries on from here."


def _sentence(error: object) -> str:
    """Return an error's message with a full stop, which one without a remedy has not."""
    return text if (text := str(error)).endswith((".", "!", "?")) else f"{text}."


def _diff(change: Change) -> dict[str, str]:
    """Return one entry of Ansible's diff."""
    return {
        "before_header": change.item,
        "after_header": change.item,
        "before": _text(change.before),
        "after": _text(change.after),
    }


def _text(value: object) -> str:
    """Return a value as lines, so that Ansible's diff shows just the lines that differ."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value if value.endswith("\n") else f"{value}\n"
    return json.dumps(value, indent=2, sort_keys=True, default=str) + "\n"
