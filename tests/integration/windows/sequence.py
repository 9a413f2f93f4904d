# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sequence that every module which changes something goes through: check, real, again."""

from __future__ import annotations

from typing import Any

from tests.integration.windows.conftest import Host
from tests.integration.windows.playbook import Result


def proven(host: Host, task: dict[str, Any], reading: dict[str, Any], *then: dict[str, Any]) -> list[Result]:
    """Run a task in check mode, for real and again, and then other tasks.

    It must change something, say so in check mode without doing it, show the same difference then, and change nothing
    the second time.

    Returns:
        What the task said in check mode, what was read before and after the real run, and what the other tasks said.
    """
    before, checked, between, real, after, again, *others = host.run(
        reading, {**task, "check_mode": True}, reading, task, reading, task, *then
    )
    assert not any(each.get("failed") for each in (before, checked, real, after, again)), (checked, real, again)
    assert (checked["changed"], real["changed"], again["changed"]) == (True, True, False), (checked, real, again)
    assert plain(before) == plain(between), "check mode changed something"
    assert plain(before) != plain(after), "nothing was changed"
    assert (checked.get("diff") or None) == (real.get("diff") or None)
    return [checked, before, after, *others]


def plain(result: Result) -> Result:
    """Return a result without what differs from one reading to the next."""
    return {name: value for name, value in result.items() if name not in ("_ansible_no_log", "action", "invocation")}
