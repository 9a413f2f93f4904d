# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of a host that gets configuration."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Protocol

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.plan import Operation


class HostProblem(Problem):
    """What a host said when it did not do what it was asked."""


class Host(Protocol):
    """What is asked of a host. Every method raises HostProblem."""

    def read(self, path: str) -> bytes | None:
        """Return a file's content; None if there is none."""

    def sha256(self, path: str) -> str | None:
        """Return a file's SHA-256; None if there is none."""

    def operate(self, operations: Sequence[Operation]) -> None:
        """Carry operations out, in their order."""

    def create(self, path: str, content: bytes) -> bool:
        """Make a file, and return whether it was not there."""

    def exchange(self, path: str, expected: bytes, content: bytes | None) -> bool:
        """Overwrite a file, or delete it if it is to have no content, and return whether it had the expected content.
        A file that has another, or none, is left alone; nobody else can change it between the two."""

    def stop(self, service: str) -> None:
        """Stop a service."""

    def start(self, service: str) -> None:
        """Start a service, and return once it has run for a while."""


@contextlib.contextmanager
def untouched() -> Iterator[None]:
    """Say of what goes wrong with the host that nothing was done yet. Raises HostProblem."""
    try:
        yield
    except HostProblem as problem:
        raise HostProblem(f"{problem} This run has touched none of the files") from None
