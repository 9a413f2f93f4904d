# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_config_files: operations in their order, the first that fails ends it, and nothing runs in check mode."""

from __future__ import annotations

import base64
from typing import Any

from emulators.windows.faults import Faults
from tests.integration.windows.conftest import Host

DIRECTORY = "C:\\CalSync\\configuration"


def operations(*wanted: dict[str, str]) -> dict[str, Any]:
    return {"uoe.exam_scheduling.win_config_files": {"operations": list(wanted)}}


def operation(action: str, name: str, *, content: str | None = None, **others: str) -> dict[str, str]:
    given = {"action": action, "path": f"{DIRECTORY}\\{name}"}
    if "expected" in others:
        given["expected"] = base64.b64encode(others.pop("expected").encode()).decode()
    given.update({key: f"{DIRECTORY}\\{other}" for key, other in others.items()})
    return given if content is None else {**given, "content": base64.b64encode(content.encode()).decode()}


def slurp(name: str) -> dict[str, Any]:
    return {"ansible.builtin.slurp": {"src": f"{DIRECTORY}\\{name}"}}


def text(read: dict[str, Any]) -> str:
    return base64.b64decode(read["content"]).decode()


def test_that_a_file_is_replaced_and_the_old_one_kept(host: Host) -> None:
    checked, done, new, old, again = host.run(
        {**operations(operation("create", "lock", content="x")), "check_mode": True},
        operations(
            operation("create", "lock", content="mine"),
            operation("write", "app.config", content="old"),
            operation("write", "stage\\app.config", content="new"),
            operation("replace", "app.config", source="stage\\app.config", backup="kept\\app.config"),
            operation("delete", "was never there"),
        ),
        slurp("app.config"),
        slurp("kept\\app.config"),
        {**operations(operation("create", "lock", content="other")), "ignore_errors": True},
    )
    assert checked["skipped"]
    assert (done["changed"], done["done"]) == (True, 5)
    assert (text(new), text(old)) == ("new", "old")
    assert (again["failed"], again["exists"], again["done"]) == (True, True, 0)


def test_that_the_first_operation_that_fails_ends_it(host: Host) -> None:
    host.process.faults.set(host.name, Faults(files_locked=[f"{DIRECTORY}\\app.config"]))
    failed, first, missing = host.run(
        {
            **operations(
                operation("write", "a", content="a"),
                operation("write", "app.config", content="new"),
                operation("write", "b", content="b"),
            ),
            "ignore_errors": True,
        },
        slurp("a"),
        {"ansible.windows.win_stat": {"path": f"{DIRECTORY}\\b"}},
    )
    assert failed["done"] == 1
    assert "used by another process" in failed["msg"]
    assert text(first) == "a"
    assert not missing["stat"]["exists"]


def test_that_of_several_who_have_read_the_same_one_gets_there(host: Host) -> None:
    taken = operation("overwrite", "lock", content="mine", expected="left")
    done, late, not_mine, stands, released, gone = host.run(
        operations(operation("create", "lock", content="left"), taken),
        {**operations(taken), "ignore_errors": True},
        {**operations(operation("delete", "lock", expected="left")), "ignore_errors": True},
        slurp("lock"),
        operations(operation("delete", "lock", expected="mine")),
        {**operations(taken), "ignore_errors": True},
    )
    assert (done["done"], released["done"], text(stands)) == (2, 1, "mine")
    for refused in (late, not_mine, gone):
        assert (refused["failed"], refused["differs"], refused["done"]) == (True, True, 0)
