# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-lint without what it does again and again, which takes most of its time. What it finds is the same.

- For each playbook and role, and each import of a playbook, it starts ansible-playbook to check its syntax. The stage
  `lint` has the syntax of all playbooks checked by one ansible-playbook, and the scenarios run every role.
- Each rule has every task parsed anew. Here it gets a copy of what the first one has got.
- For each file it compares its path with all patterns of kinds of files, several times.
"""

from __future__ import annotations

import copy
import functools
import sys
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from ansible_compat.runtime import Runtime
from ansiblelint import file_utils, utils
from ansiblelint.__main__ import _run_cli_entrypoint
from ansiblelint.runner import Runner


class ParsedTasks:
    """Tasks of files, parsed once. Takes the place of ansible-lint's `task_in_list`."""

    def __init__(self) -> None:
        """Begin with none."""
        self._parse = utils.task_in_list
        self._parsed: dict[tuple[int, str, str], tuple[object, list[utils.Task]]] = {}
        """By what identifies the data, which is kept so that no other data get its identity."""

    def __call__(self, data: Any, file: file_utils.Lintable, kind: str, position: str = ".") -> Iterator[utils.Task]:
        """Yield tasks that a rule may write into, as some do."""
        key = (id(data), kind, position)
        if key not in self._parsed:
            self._parsed[key] = data, list(self._parse(data, file, kind, position))
        for task in self._parsed[key][1]:
            own = copy.copy(task)
            if task.error is None:
                own._normalized_task = dict(task.normalized_task)
                own._normalized_task["action"] = dict(task.normalized_task["action"])
            yield own


def main() -> None:
    """Run ansible-lint as its command does, with the arguments that were given. Ends the process with its exit code."""
    sys.argv[0] = "ansible-lint"
    with (
        patch.object(Runner, "_run_syntax_check_phase", return_value=[]),
        patch.object(Runtime, "has_playbook", return_value=True),
        patch.object(utils, "task_in_list", ParsedTasks()),
        patch.object(file_utils, "kind_from_path", functools.cache(file_utils.kind_from_path)),
    ):
        _run_cli_entrypoint()


if __name__ == "__main__":
    main()
