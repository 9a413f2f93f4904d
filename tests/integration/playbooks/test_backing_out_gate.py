# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gate asks before a release is backed out of: for each line that stands, whichever play backs out of it.

The estate is seeded and does not run, so that whatever got past the gate would fail on the first packet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control import permits
from emulators.estate.estate import Estate
from tests.integration.playbooks.isolated import Playbook
from tests.integration.playbooks.test_changes import INSIDE, OUTSIDE, one_line, records, sign

RUN = "2026-11-01T120000Z-abcdef"
STANDING = ("1.3", "1.6", "3.4")


@pytest.fixture
def released(seeded_estate: Estate) -> Iterator[Path]:
    """The state directory, with the journal of a run that has applied some lines."""
    directory = seeded_estate.directory / "state"
    (directory / permits.NAME).unlink(missing_ok=True)
    journal = directory / "journal" / f"{RUN}.jsonl"
    journal.parent.mkdir(exist_ok=True)
    words = ["ansible-playbook", "playbooks/live.yml"]
    events: list[dict[str, Any]] = [{"event": "run began", "playbook": "playbooks/live.yml", "command": words}]
    for line in STANDING:
        about = {"task": line, "host": "localhost"}
        events.append({"event": "task began", **about, "name": line, "role": "dns", "line": line, "title": "Title"})
        events.append({"event": "task ended", **about, "outcome": "ok", "changed": True})
    events.append({"event": "run ended", "outcome": "ok"})
    lines = [json.dumps({"v": 1, "at": "2026-11-01T12:00:00+00:00", **event}) for event in events]
    journal.write_text("\n".join(lines) + "\n", encoding="utf-8")
    yield directory
    journal.unlink()


def lines_refused(playbook: Playbook, *options: str) -> set[str]:
    """Return the lines that backing out is refused for."""
    done = playbook.run("back_out.yml", *options)
    output = one_line(done.stdout + done.stderr)
    assert done.returncode != 0, output
    return set(re.findall(r"- line (\S+) \(", output.partition("without an approved change")[2]))


def test_each_line_that_stands_has_to_be_covered_and_no_other(
    playbook: Playbook, released: Path, tmp_path: Path
) -> None:
    option = records(tmp_path, covers={"lines": ["1.3", "5"]})
    sign(playbook, *option)
    assert lines_refused(playbook, *option) == set(STANDING) - {"1.3"}
    assert permits.events(released) == []
    assert lines_refused(playbook, *option, "--limit", "control_node:web_timetables") == {"1.6"}
    assert permits.events(released) == [], "the first play is refused already"


@pytest.mark.thorough
@pytest.mark.parametrize("covers", [{"lines": ["1.3"]}, {"procedures": ["back_out"]}], ids=["line", "procedure"])
def test_a_line_that_is_on_hosts_outside_the_limit_is_not_asked_for(
    playbook: Playbook, released: Path, tmp_path: Path, covers: dict[str, list[str]]
) -> None:
    option = records(tmp_path, covers=covers)
    sign(playbook, *option)
    assert lines_refused(playbook, *option, "--limit", "control_node") == set(), "it ends where nothing answers"
    assert [event["lines"] for event in permits.events(released)] == [{}], "the first play begins no line"


@pytest.mark.thorough
def test_what_was_begun_in_its_window_is_backed_out_of_after_it(playbook: Playbook, released: Path) -> None:
    """Line 3.4 has no stage: a procedure of its own begins it. Line 5 was never begun, and does not stand."""
    permits.append(released, RUN, INSIDE, dict.fromkeys(("1.3", "1.6"), "SAS005-150"), None)
    assert lines_refused(playbook, *OUTSIDE) == {"3.4"}
    permits.append(released, RUN, INSIDE, {"snapshot": "SAS005-150"}, None)
    assert lines_refused(playbook, *OUTSIDE) == set(), "it ends where the estate does not answer"
    assert permits.events(released)[-1]["run"] != RUN, "the first play was let begin"
