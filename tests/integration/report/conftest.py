# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example's pages, and a headless Chromium that opens them as a reader does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report import page
from tests.integration.report.chromium import chromium
from tests.report_example import ATTESTATIONS, CHANGE, Script, a_run, evening, proof, weeks


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as started:
        yield started


def _worst() -> Script:
    """Return a run in which everything happens at once, on the real LIVE."""
    refusals = [
        "line 2.1: no approved record covers it; SAS005-150 comes nearest, its window ended 2027-01-19 22:00 GMT"
    ]
    emergency = {"approver": "Head of service", "reason": "exams start in an hour, and the certificate has expired"}
    script = Script(
        a_run(rehearsal=False, change={**CHANGE, "refusals": refusals, "emergency": emergency, "warnings": ["clock"]})
    )
    long_word = "a-name-without-a-single-space-" * 8
    finding = {"where": long_word, "what": long_word, "expected": long_word, "found": long_word, "remedy": long_word}
    differs = proof("differs", 1, proven=False, state="different", differences=[finding])
    script.task("1.3", long_word, {long_word: differs})
    script.task("1.6", "Reach it", {"web1": {"msg": long_word}}, outcome="unreachable")
    script.task(None, long_word, {"localhost": {"msg": long_word}}, outcome="failed")
    return script


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages by name: the example's report and plan, a prediction, and the worst that can happen."""
    directory = tmp_path_factory.mktemp("pages")
    contents = {
        "report": page.report_page(evening().report()),
        "plan": page.plan_page(weeks(), ATTESTATIONS, "Europe/London"),
        "prediction": page.report_page(evening(a_run(check_mode=True)).report()),
        "worst": page.report_page(_worst().report()),
    }
    for name, content in contents.items():
        (directory / f"{name}.html").write_text(content, encoding="utf-8")
    return {name: directory / f"{name}.html" for name in contents}
