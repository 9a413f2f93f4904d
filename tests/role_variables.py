# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What roles and playbooks conclude by their own variables, from what a test says that they have seen."""

from __future__ import annotations

from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from emulators.estate.estate import ROOT


def concluded(role: str, name: str, **seen: Any) -> Any:
    """Return a variable of `vars/main.yml` as a task gets it; what was seen takes precedence."""
    loader = DataLoader()
    variables = loader.load_from_file(str(ROOT / f"roles/{role}/vars/main.yml"), cache="none", trusted_as_template=True)
    return Templar(loader, variables=variables | seen).template(variables[name])


def refusals(tasks: str, **seen: Any) -> list[str]:
    """Return what the assertions of a file of tasks say that do not hold; what was seen takes precedence."""
    loader = DataLoader()
    found = []
    for task in loader.load_from_file(str(ROOT / tasks), cache="none", trusted_as_template=True):
        if "ansible.builtin.assert" in task:
            asserted = task["ansible.builtin.assert"]
            conditions = asserted["that"] if isinstance(asserted["that"], list) else [asserted["that"]]
            templar = Templar(loader, variables=task.get("vars", {}) | seen)
            if not all(templar.evaluate_conditional(condition) for condition in conditions):
                found.append(templar.template(asserted["fail_msg"]))
    return found
