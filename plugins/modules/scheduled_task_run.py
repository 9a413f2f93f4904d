#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: scheduled_task_run
short_description: Run a scheduled task of a Windows host, and follow it to its end
version_added: "0.1.0"
description:
  - Starts a task of the task scheduler on demand (C(schtasks /run)), and waits until it has ended. How far it is, as
    its program says in a status file, is shown while the play runs.
  - A task that runs already is neither started again nor waited for. The task fails, and says how far it is.
  - One that hangs, or takes too long, is ended (C(schtasks /end)), and the task fails. What its program has written
    until then stands.
  - A host that does not answer for a while is asked again, since the program goes on meanwhile.
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
options:
  name:
    description: The task, without its folder.
    type: str
    required: true
  path:
    description: Its folder.
    type: str
    default: \
  status:
    description: The file in which its program says how far it is, in JSON.
    type: dict
    suboptions:
      file:
        description: The file on the host.
        type: str
        required: true
      done:
        description: Where it has the number of what is done, as keys of objects inside each other.
        type: list
        elements: str
        default: []
      total:
        description: Where it has the number of all there is to do.
        type: list
        elements: str
        default: []
      message:
        description: Where it says what went wrong.
        type: list
        elements: str
        default: []
  unit:
    description: What is counted, in the plural.
    type: str
    default: rows
  deadline:
    description: How many seconds it may take.
    type: int
    default: 3600
  stalled_after:
    description:
      - After how many seconds in which O(status.done) does not move it hangs, and after how many without an answer the
        host is given up.
      - Where that number cannot be read, nothing is known of it, and only O(deadline) ends the task.
    type: int
    default: 600
  interval:
    description: How many seconds are between two looks at most. The first ones follow each other faster.
    type: int
    default: 15
  masked:
    description:
      - What of the program's message is not to be seen, as a regular expression of Python. What SQL Server quotes of a
        key is left out in any case.
    type: str
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
attributes:
  check_mode:
    support: full
    details: The task is looked at, and fails if it could not be started.
  diff_mode:
    support: none
    details: What the program changes is not known.
  idempotent:
    support: none
    details: It runs the task each time.
"""

EXAMPLES = r"""
- name: Load exams and students
  uoe.exam_scheduling.scheduled_task_run:
    name: Student Systems load
    path: \Scientia
    status:
      file: C:\ProgramData\Scientia\Connect\jobs\student-systems.json
      done: [rows, done]
      total: [rows, total]
      message: [message]
    deadline: 7200
    masked: s\d{7}
"""

RETURN = r"""
msg:
  description: What went wrong, how far it was, and what to do.
  returned: failure
  type: str
  sample: >-
    connect-live.exams.example, scheduled task \Scientia\Student Systems load: it failed; expected result 0; found
    result 0x1 after 4000 of 10400: the connection was lost. Its log says more. What it has written until then stands.
rows:
  description: How many were C(done) of how many (C(total)), V(null) where there is no status file.
  returned: success, not in check mode
  type: dict
  sample: {done: 10400, total: 10400}
seconds:
  description: How long it took.
  returned: success, not in check mode
  type: float
  sample: 41.3
changes:
  description: The task.
  returned: success, not in check mode
  type: list
  elements: dict
"""
