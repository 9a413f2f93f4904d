# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for all tests."""

from __future__ import annotations

import signal

from hypothesis import settings

# A shell that starts a command in the background has it ignore SIGINT, and its children too. Tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A single example has no time limit: on a busy machine it would tell of the machine. pytest-timeout limits the test.
settings.register_profile("exam_scheduling", deadline=None, print_blob=True)
settings.load_profile("exam_scheduling")
