# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How proofs end."""

from __future__ import annotations

from typing import Any, cast

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import Finding, conclude, render_table

DIFFERENCE = Finding("es-live:443", "expired", "valid today", "ended 2026-01-01", "Renew it.")


class Ended(Exception):
    """A module ended."""


class Module:
    """As much of a module as `conclude` uses: `exit_json` and `fail_json` end it, as they do."""

    def __init__(self, on_difference: str) -> None:
        self.params = {"on_difference": on_difference}
        self.result: dict[str, Any] = {}
        self.warnings: list[str] = []

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def exit_json(self, **result: object) -> None:
        self.result = {**result, "failed": False}
        raise Ended

    def fail_json(self, **result: object) -> None:
        self.result = {**result, "failed": True}
        raise Ended


def ended(on_difference: str, differences: list[Finding], not_proven: list[Finding]) -> Module:
    module = Module(on_difference)
    with pytest.raises(Ended):
        conclude(
            cast(AnsibleModule, module), subject="endpoints", count=3, differences=differences, not_proven=not_proven
        )
    return module


@pytest.mark.parametrize(
    ("on_difference", "differences", "not_proven", "failed", "state"),
    [
        ("fail", [], [], False, "proven"),
        ("fail", [DIFFERENCE], [], True, "different"),
        ("report", [DIFFERENCE], [], False, "different"),
        ("fail", [], [DIFFERENCE], False, "not_proven"),
        ("fail", [DIFFERENCE], [DIFFERENCE], True, "different"),
    ],
)
def test_only_a_difference_fails_and_only_everything_proves(
    on_difference: str, differences: list[Finding], not_proven: list[Finding], failed: bool, state: str
) -> None:
    module = ended(on_difference, differences, not_proven)
    assert module.result["failed"] is failed
    assert module.result["state"] == state
    assert module.result["proven"] is (state == "proven")
    assert module.result["changed"] is False
    assert bool(module.warnings) is (state != "proven" and not failed)


def test_the_failure_shows_every_difference_in_one_table() -> None:
    message = ended("fail", [DIFFERENCE], []).result["msg"]
    assert message.splitlines()[0] == "3 endpoints: differences 1, not proven 0:"
    assert message.splitlines()[3].split("  ")[0] == "es-live:443"
    assert message.endswith("Renew it.")


def test_a_table_aligns_its_columns() -> None:
    assert render_table(("a", "bb"), [("xxx", "y")]) == "a    bb\n---  --\nxxx  y"
    assert render_table(("a",), []) == ""
