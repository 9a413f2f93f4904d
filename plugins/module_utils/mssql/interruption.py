# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ctrl-C at the one moment at which nobody could say what became of a transaction: while it is committed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class CancelledAfterCommit(KeyboardInterrupt):
    """It was cancelled (Ctrl-C) while a transaction was committed: all of the transaction is in force."""


@contextmanager
def interrupt_deferred() -> Iterator[Callable[[], bool]]:
    """Have Ctrl-C wait for the end, and provide what tells afterwards whether there was any."""
    before = signal.getsignal(signal.SIGINT)
    received: list[int] = []
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        yield lambda: False  # nothing would be raised here
        return
    signal.signal(signal.SIGINT, lambda number, _frame: received.append(number))
    try:
        yield lambda: bool(received)
    finally:
        signal.signal(signal.SIGINT, before)
