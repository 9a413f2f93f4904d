# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which roles a run will enter, play by play: what its playbooks import, by the tags and the limit that were given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible import context
from ansible.playbook import Playbook
from ansible.playbook.block import Block
from ansible.playbook.play import Play
from ansible.playbook.task import Task
from ansible.utils.collection_loader._collection_finder import _get_collection_playbook_path

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import run_memory

COLLECTION = "uoe.exam_scheduling"
GATE = f"{COLLECTION}.change_gate"
ALWAYS_THERE = ("meta", "ansible.builtin.meta", "validate_argument_spec", "ansible.builtin.validate_argument_spec")
"""What Ansible itself puts at a role's beginning and end, selected whatever the tags."""


@dataclass(frozen=True)
class Entered:
    """What one play enters."""

    play: str
    roles: frozenset[str]
    """The roles of this collection of which at least one task is selected."""
    gates: Sequence[Mapping[str, Any]]
    """The arguments of the play's gates: as they are written, or, of a whole run, as they were templated."""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {"play": self.play, "roles": sorted(self.roles), "gates": [dict(gate) for gate in self.gates]}

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Entered:
        """Return what `as_dict` made a dictionary of."""
        return cls(found["play"], frozenset(found["roles"]), found["gates"])


def of_play(play: Play) -> Entered:
    """Return what a play enters, by the tags that were given. Static imports are followed; an include is no import."""
    roles, gates = set(), []
    for task in _tasks(play.compile()):
        if task.action == GATE:
            gates.append(dict(task.args))
        role = task._role
        if role is None or role._role_collection != COLLECTION or task.action in ALWAYS_THERE:
            continue
        if task.evaluate_tags(play.only_tags, play.skip_tags, {}):
            roles.add(str(role.get_name(include_role_fqcn=False)))
    return Entered(str(play.get_name()), frozenset(roles), gates)


def of_run(loader: Any, task_vars: Mapping[str, Any], templar: Any) -> Sequence[Entered]:
    """Return what each play of the run's playbooks enters; plays without hosts enter nothing.

    The first time in a run it reads the playbooks once more, as ansible-playbook did, so it is called in a worker's
    process, whose inventory and loader nobody else uses.
    """
    if run_memory.MEMORY.plays:
        return [Entered.from_dict(play) for play in run_memory.MEMORY.plays]
    hostvars = task_vars["hostvars"]
    inventory, variables = hostvars._inventory, hostvars._variable_manager
    inventory.remove_restriction()
    directory = loader.get_basedir()
    try:
        plays = [play for play in _plays(loader, variables) if inventory.get_hosts(templar.template(play.hosts))]
        return [_templated(of_play(play), _templar(templar, play, task_vars, variables.extra_vars)) for play in plays]
    finally:
        loader.set_basedir(directory)


def _templar(templar: Any, play: Play, task_vars: Mapping[str, Any], extra_variables: Mapping[str, Any]) -> Any:
    """Return what fills in a play's templates: with its own variables, not with those of the play that asks."""
    return templar.copy_with_new_env(available_variables={**task_vars, **play.get_vars(), **extra_variables})


def _templated(entered: Entered, templar: Any) -> Entered:
    """Return what a play enters, with its gates' arguments filled in, but the environment: it says nothing of work."""
    gates = [
        {name: templar.template(value) for name, value in gate.items() if name != "environment"}
        for gate in entered.gates
    ]
    return replace(entered, gates=gates)


def play_of(task: Task) -> Play:
    """Return the play that a task belongs to."""
    parent = task._parent
    while not isinstance(parent, Block):
        parent = parent._parent
    return parent._play


def _plays(loader: Any, variables: Any) -> Iterator[Play]:
    for name in context.CLIARGS["args"]:
        of_collection = _get_collection_playbook_path(name)
        path = of_collection[1] if of_collection else name
        yield from Playbook.load(path, variable_manager=variables, loader=loader).get_plays()


def _tasks(entries: Sequence[Any]) -> Iterator[Task]:
    for entry in entries:
        if isinstance(entry, Block):
            yield from _tasks([*entry.block, *entry.rescue, *entry.always])
        else:
            yield entry
