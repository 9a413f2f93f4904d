# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What these roles have installed or changed on Windows hosts is taken back; what was there before stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.windows_roles import estate
from tests.integration.windows_roles.conftest import Runner

GOOD: dict[str, Any] = {"exam_scheduler_product": estate.declared("2.0.0")}


def versions(runner: Runner, host: str) -> list[str]:
    return [each.version for each in runner.process.state(host).products]


@pytest.mark.timeout(300)
def test_that_what_was_installed_where_nothing_was_is_uninstalled(runner: Runner) -> None:
    hosts = dict.fromkeys(("installed", "upgraded", "standing"), GOOD)
    applied = runner.run("products", hosts)
    assert not any(each.failure for each in applied.values())
    kept = {host: runner.directory / f"state/artefacts/product-before-{host}-Product.json" for host in hosts}
    assert json.loads(kept["installed"].read_text(encoding="utf-8")) == {"installed": ""}
    kept["upgraded"].write_text(json.dumps({"installed": "1.0.0"}), encoding="utf-8")
    kept["standing"].unlink()  # no run has installed it

    predicted = runner.run("1.4", hosts, check=True)
    assert {host: versions(runner, host) for host in hosts} == {host: ["2.0.0"] for host in hosts}
    done = runner.run("1.4", hosts)
    assert not any(each.failure for each in (*predicted.values(), *done.values()))
    assert [each.changed for each in done.values()] == [each.changed for each in predicted.values()] == [1, 1, 0]
    assert (versions(runner, "installed"), runner.process.state("installed").service("Product")) == ([], None)
    assert done["installed"].tasks["Prove that there is no such product"]["proven"] is True
    assert versions(runner, "upgraded") == versions(runner, "standing") == ["2.0.0"]
    assert "had Product 1.0.0 before" in (
        runner.directory / "state/hand-overs/1.4-backing-out-of-product-2-0-0-on-upgraded.md"
    ).read_text(encoding="utf-8")
    assert [each.changed for each in runner.run("1.4", hosts).values()] == [0, 0, 0]


@pytest.mark.timeout(300)
def test_that_the_layout_file_comes_back_byte_for_byte(runner: Runner) -> None:
    hosts: dict[str, dict[str, Any]] = {"relaid": {}}

    def layout() -> bytes:
        file = runner.process.state("relaid").files[estate.LAYOUT_FILE.lower()]
        return (runner.process.directory / "blobs" / file.blob).read_bytes()

    assert runner.run("logs", hosts)["relaid"].failure == ""
    changed = layout()
    assert changed != estate.LAYOUT.encode()
    predicted = runner.run("1.9", hosts, check=True)["relaid"]
    assert layout() == changed
    done = runner.run("1.9", hosts)["relaid"]
    assert (done.failure, done.changed) == ("", predicted.changed)
    assert (done.changed, layout()) == (2, estate.LAYOUT.encode()), "the file, and the service that takes it up"
    kept = runner.directory / "state/artefacts/calsync-log-layout-before-relaid.config"
    kept.with_name("calsync-log-layout-before-standing.config").write_bytes(kept.read_bytes())
    again = runner.run("1.9", {**hosts, "standing": {}})
    assert [(each.failure, each.changed) for each in again.values()] == [("", 0), ("", 0)], (
        "there is no CalSync, either"
    )
