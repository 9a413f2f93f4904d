# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that die before each of their changes to the disk, a full disk, two runs at once: wholly old or wholly new."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash import DIED, FINISHED, in_child
from tests.integration.config_bundle.conftest import Promotion, contents

MOST_CHANGES = 300
OTHERS = {"service.log": b"not ours", "Config/more/x.txt": b"not ours"}


@pytest.fixture
def rendered(promotion: Promotion) -> Promotion:
    """A target that is rendered, with files of others in it, and a source that has changed since."""
    for name in ("Connect.exe.config", "NLog.config", "web.config", "notes.txt", "service.properties"):
        (promotion.source / name).unlink()  # fewer files are fewer moments to die at
    promotion.collect()
    promotion.render()
    for other, content in OTHERS.items():
        (promotion.target / other).parent.mkdir(exist_ok=True)
        (promotion.target / other).write_bytes(content)
    path = promotion.source / "appsettings.json"
    path.write_bytes(path.read_bytes().replace(b"api-test", b"api2-test"))
    (promotion.source / "calsync.ini").unlink()
    path = promotion.source / "Config" / "Settings.config"
    path.write_bytes(path.read_bytes().replace(b"exams-test@", b"exams2-test@"))
    return promotion


def ours(directory: Path) -> dict[str, bytes]:
    """Return the files that come from a bundle."""
    return {path: content for path, content in contents(directory).items() if path not in OTHERS}


@pytest.mark.parametrize("what", [pytest.param("target", marks=pytest.mark.thorough), "bundle"])
def test_that_it_may_die_at_any_moment(rendered: Promotion, tmp_path: Path, what: str) -> None:
    directory, others = tmp_path / what, OTHERS if what == "target" else {}
    if what == "target":
        rendered.collect()
    act = rendered.render if what == "target" else rendered.collect
    old = ours(directory)
    start = tmp_path / "start"
    shutil.copytree(directory, start)
    act()
    new = ours(directory)
    assert set(old) - set(new) == {"calsync.ini" if what == "target" else "files/calsync.ini"}
    stories = set()
    for moment in range(1, MOST_CHANGES):
        for path in tmp_path.glob(f".{what}.*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.rmtree(directory)
        shutil.copytree(start, directory)

        def die(change: int, moment: int = moment) -> None:
            if change == moment:
                os._exit(DIED)

        status = in_child(act, die, tmp_path)
        left = directory if directory.exists() else tmp_path / f".{what}.previous"
        assert ours(left) in (old, new), f"moment {moment}"
        predicted = act(check=True)
        carried_on = act()
        assert carried_on["changes"] == predicted["changes"]
        stories |= {str(each["before"]) for each in carried_on["changes"] if "broken off" in each["item"]}
        assert contents(directory) == {**new, **others}, f"moment {moment}"
        assert sorted(path.name for path in tmp_path.glob(f".{what}.*")) == [f".{what}.lock"]
        assert act()["changed"] is False
        if status == FINISHED:
            break
    else:
        raise AssertionError(f"it makes more than {MOST_CHANGES} changes to the disk")
    assert {story.split(";")[0].split(",")[0] for story in stories} == {"wholly the old files", "wholly the new files"}


@pytest.mark.parametrize("what", ["target", "bundle"])
def test_that_a_full_disk_leaves_what_was_there(rendered: Promotion, what: str) -> None:
    if what == "target":
        rendered.collect()
    act = rendered.render if what == "target" else rendered.collect
    directory = rendered.root / what
    old = contents(directory)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, limits[1]))  # octets of a file: what a full disk is like
    try:
        broken = act()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert broken["failed"]
    assert "cannot write the file: File too large" in broken["msg"]
    assert "Nothing was applied" in broken["msg"]
    assert contents(directory) == old
    assert sorted(path.name for path in rendered.root.glob(f".{what}.*")) == [f".{what}.lock"]
    assert act()["changed"] is True


HOLDER = """
import sys
from pathlib import Path
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.lock import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_that_two_runs_at_once_are_told_apart(promotion: Promotion) -> None:
    promotion.collect()
    lock = promotion.root / ".target.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        refused = promotion.render()
        assert "another run is at work there" in refused["msg"]
        assert f"process {holder.pid}, for " in refused["msg"]
        assert "Nothing was touched" in refused["msg"]
        assert promotion.render(check=True)["changed"] is True  # looking is always possible
        holder.kill()
    assert promotion.render()["changed"] is True
    assert lock.read_bytes() == b""
