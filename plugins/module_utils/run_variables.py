# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a run of ansible-playbook talks to the modules that it starts on the controller: by environment variables.

The callback plugin sets them in its own process before it forks a worker; modules on other hosts never see them.
"""

from __future__ import annotations

JOURNAL = "EXAM_SCHEDULING_JOURNAL"
"""The journal that a module appends its changes to; absent where the task is not journalled."""

PROGRESS = "EXAM_SCHEDULING_PROGRESS"
"""The file that a module appends its progress to; absent where nobody listens."""

TASK = "EXAM_SCHEDULING_TASK"
"""The unique identifier of the task."""

HOST = "EXAM_SCHEDULING_HOST"
"""The host of the inventory that the task works for."""
