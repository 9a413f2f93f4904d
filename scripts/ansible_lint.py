# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-lint without its own syntax check, for which it starts ansible-playbook once for each playbook and role.

That took three quarters of its time. The stage `lint` has the syntax of all playbooks checked by one ansible-playbook,
and the scenarios run every role.
"""

from __future__ import annotations

import sys
from unittest.mock import patch

from ansiblelint.__main__ import _run_cli_entrypoint
from ansiblelint.runner import Runner


def main() -> None:
    """Run ansible-lint as its command does, with the arguments that were given. Ends the process with its exit code."""
    sys.argv[0] = "ansible-lint"
    with patch.object(Runner, "_run_syntax_check_phase", return_value=[]):
        _run_cli_entrypoint()


if __name__ == "__main__":
    main()
