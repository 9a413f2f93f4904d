# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rehearsed LIVE, and a control node from which users' tasks run on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.integration.examples.control_node import ControlNode

NETWORK = "127.44"


@pytest.fixture(scope="session")
def control_node() -> Iterator[ControlNode]:
    """LIVE, rehearsed, in namespaces that have names and places as the university's network has."""
    node = ControlNode(NETWORK)
    try:
        node.estate("reset")
        node.play("live.yml")
        node.furnish()
        yield node
    finally:
        node.close()
        shutil.rmtree(node.directory, ignore_errors=True)
