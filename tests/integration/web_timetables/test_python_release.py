# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases of a small application, built for real, and what goes wrong in that."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.python_release import builder
from emulators.web_timetables.releases import wheel
from tests.module_runner import run_module

METADATA = "Metadata-Version: 2.1\nName: small\n"


class Host:
    """A host with releases of an application `small`."""

    def __init__(self, directory: Path) -> None:
        self.base = directory / "srv"
        self.incoming = directory / "incoming"
        self.incoming.mkdir()

    def release(self, version: str, *, source: str = "", needs: str = "", filler: int = 0) -> dict[str, str]:
        """Build a wheel as a team would, and return it as the module takes it."""
        files = {
            "small.py": f"VERSION = '{version}'\n{source}".encode(),
            f"small-{version}.dist-info/METADATA": f"{METADATA}Version: {version}\n{needs}".encode(),
            f"small-{version}.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        if filler:
            files["filler.bin"] = b"\0" * filler
        name, content = wheel("small", version, "py3-none-any", files)
        path = self.incoming / name
        path.write_bytes(content)
        return {"path": str(path), "sha256": hashlib.sha256(content).hexdigest()}

    def build(self, version: str, file: dict[str, str], *, check: bool = False, **more: Any) -> dict[str, Any]:
        arguments = {
            "path": str(self.base), "version": version, "files": [file], "imports": ["small"], "python": sys.executable,
            **more,
        }  # fmt: skip
        return run_module("python_release", arguments, check=check)

    def keep(self, state: str, **more: Any) -> dict[str, Any]:
        return run_module("python_release", {"path": str(self.base), "state": state, **more})

    def deploy(self, version: str) -> None:
        built = self.build(version, self.release(version))
        assert built["changed"], built
        assert self.keep("current", name=built["release"])["changed"]

    def there(self, version: str, *, in_service: bool = True) -> None:
        """Have a release that nothing of is looked at but that it is there."""
        directory = self.base / "releases" / version
        directory.mkdir(parents=True)
        (directory / "release.json").write_text(json.dumps({"version": version, "files": []}), encoding="utf-8")
        if in_service:
            self.keep("current", name=version)

    def releases(self) -> list[str]:
        return sorted(path.name for path in (self.base / "releases").iterdir())

    def current(self) -> str:
        return (self.base / "current").readlink().name


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_a_release_is_predicted_built_put_in_service_and_then_left_alone(host: Host) -> None:
    file = host.release("1.0.0")
    contents = {"settings.json": '{"a": 1}'}
    links = {"socket": "/run/small/{name}.sock"}
    predicted = host.build("1.0.0", file, check=True, contents=contents, links=links)
    assert predicted["changed"]
    assert predicted["release"] == "1.0.0"
    assert not host.base.exists()
    built = host.build("1.0.0", file, contents=contents, links=links)
    assert built["changes"] == predicted["changes"]
    assert host.keep("current", name="1.0.0")["changed"]
    python = host.base / "current/venv/bin/python"
    said = subprocess.run(
        [python, "-c", "import small; print(small.VERSION)"], capture_output=True, text=True, check=True
    )
    assert said.stdout == "1.0.0\n"
    assert (host.base / "current/settings.json").stat().st_mode & 0o777 == 0o600
    assert (host.base / "current/socket").readlink() == Path("/run/small/1.0.0.sock")
    assert not host.build("1.0.0", file, contents=contents, links=links)["changed"]
    assert not host.keep("current", name="1.0.0")["changed"]


def test_other_settings_are_another_release_and_the_file_need_not_be_there_any_more(host: Host) -> None:
    file = host.release("1.0.0")
    host.build("1.0.0", file, contents={"secrets.json": '{"password": "first"}'})
    second = host.build("1.0.0", file, contents={"secrets.json": '{"password": "second"}'})
    assert second["release"] == "1.0.0-2"
    assert "second" not in json.dumps(second)
    Path(file["path"]).unlink()
    back = host.build("1.0.0", file, contents={"secrets.json": '{"password": "first"}'})
    assert (back["changed"], back["release"]) == (False, "1.0.0")


@pytest.mark.thorough
def test_a_version_that_never_was_in_service_is_built_again(host: Host) -> None:
    host.deploy("1.0.0")
    host.there("1.1.0", in_service=False)  # it failed, and its run was killed
    again = host.build("1.1.0", host.release("1.1.0"))
    assert [change["action"] for change in again["changes"]] == ["delete", "create"]
    assert host.releases() == ["1.0.0", "1.1.0"]


def test_a_version_that_was_built_again_is_refused(host: Host) -> None:
    host.deploy("1.0.0")
    refused = host.build("1.0.0", host.release("1.0.0", source="OTHER = 1\n"))
    assert refused["failed"]
    assert "there already, built from other files" in refused["msg"]
    assert "a version of its own" in refused["msg"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"source": "raise ImportError('not on this host')\n"}, "cannot import small"),
        pytest.param({"needs": "Requires-Dist: missing-library>=2\n"}, "missing-library", marks=pytest.mark.thorough),
    ],
)
def test_a_release_that_does_not_work_leaves_nothing_and_says_why(host: Host, given: dict[str, Any], said: str) -> None:
    host.deploy("1.0.0")
    failed = host.build("1.1.0", host.release("1.1.0", **given))
    assert failed["failed"]
    assert said in failed["msg"]
    assert host.releases() == ["1.0.0"]
    assert host.current() == "1.0.0"


def test_another_file_than_the_declared_one_is_refused(host: Host) -> None:
    file = host.release("1.0.0")
    with zipfile.ZipFile(file["path"], "a") as changed:
        changed.writestr("more.py", "")
    failed = host.build("1.0.0", file)
    assert "it is not the file that was declared" in failed["msg"]
    assert file["sha256"] in failed["msg"]
    assert host.releases() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Any:
    """A host whose disk has room for little more than an empty virtual environment."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], check=True)
    host = Host(tmp_path)
    host.base = disk / "srv"
    yield host
    subprocess.run(["umount", disk], check=True)


def test_too_little_space_is_said_before_anything_is_unpacked(small_disk: Host) -> None:
    failed = small_disk.build("1.0.0", small_disk.release("1.0.0", filler=1_500_000))
    assert "there is not enough space for another release" in failed["msg"]
    assert small_disk.releases() == []


@pytest.mark.thorough
def test_a_disk_that_is_full_in_the_middle_leaves_nothing(small_disk: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    small_disk.deploy("1.0.0")
    monkeypatch.setattr(builder, "SPACE", 0)  # somebody else fills it after it was looked at
    failed = small_disk.build("1.1.0", small_disk.release("1.1.0", filler=1_500_000))
    assert failed["failed"]
    assert "No space left" in failed["msg"]
    assert small_disk.releases() == ["1.0.0"]
    assert small_disk.current() == "1.0.0"
    monkeypatch.undo()
    assert small_disk.build("1.1.0", small_disk.release("1.1.0"))["changed"], "there is room again"


@pytest.mark.thorough
def test_what_a_killed_run_left_is_no_release_and_goes(host: Host) -> None:
    host.deploy("1.0.0")
    (host.base / "releases/1.1.0/venv").mkdir(parents=True)
    refused = host.keep("current", name="1.1.0")
    assert "there is no release 1.1.0" in refused["msg"]
    assert host.build("1.1.0", host.release("1.1.0"))["changed"]
    assert (host.base / "releases/1.1.0/release.json").exists()


def test_going_back_twice_goes_further_back_and_never_to_what_was_left(host: Host) -> None:
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        host.there(version)
    for expected in ("1.1.0", "1.0.0"):
        previous = host.keep("pruned", keep=1000)["previous"]
        assert previous == expected
        host.keep("current", name=previous)
    host.there("1.3.0")
    seen = host.keep("pruned", keep=1000)
    assert seen["previous"] == "1.0.0", "1.2.0 and 1.1.0 were left because they were bad"


def test_a_way_back_that_fails_costs_no_release_its_place(host: Host) -> None:
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        host.there(version)
    before = host.keep("pruned", keep=3)
    for tried in ("1.0.0", "1.1.0"):
        host.keep("current", name=tried)
        assert host.keep("current", name="1.2.0", put_back=True)["changed"]
    host.there("1.3.0")  # a deployment that fails
    assert host.keep("current", name="1.2.0", put_back=True)["changed"]
    host.keep("absent", name="1.3.0")
    after = host.keep("pruned", keep=3)
    assert (after["changed"], after["served"], after["previous"]) == (False, before["served"], "1.1.0")
    host.keep("current", name="1.0.0")
    host.keep("current", name="1.2.0")  # deployed again, after it was left
    assert host.keep("pruned", keep=1000)["served"] == ["1.0.0", "1.2.0"]


def test_only_releases_that_were_in_service_count_among_those_that_are_kept(host: Host) -> None:
    host.there("1.0.0")
    host.there("1.1.0")
    for version in ("1.2.0", "1.3.0"):  # never in service: they failed
        host.there(version, in_service=False)
    assert host.keep("pruned", keep=2)["changed"]
    assert host.releases() == ["1.0.0", "1.1.0"]
    refused = host.keep("absent", name="1.1.0")
    assert "is in service" in refused["msg"]


def test_current_is_there_at_every_moment(host: Host) -> None:
    for version in ("1.0.0", "1.1.0"):
        host.there(version)
    missing, done = [], threading.Event()

    def watch() -> None:
        while not done.is_set():
            if not (host.base / "current/release.json").exists():
                missing.append(1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(40):
        host.keep("current", name="1.1.0")
        host.keep("current", name="1.0.0")
    done.set()
    watcher.join()
    assert not missing


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"version": "1.0-rc/1"}, "version="),
        ({"contents": {"../x": ""}}, "contents="),
        ({"files": [{"path": "/x.whl", "sha256": "ABC"}]}, "files[0].sha256="),
        ({"files": [{"path": "/x.exe", "sha256": "0" * 64}]}, "files[0].path="),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_touched(
    host: Host, changed: dict[str, Any], named: str
) -> None:
    given = {"path": str(host.base), "version": "1.0.0", "files": [{"path": "/x.whl", "sha256": "0" * 64}], **changed}
    refused = run_module("python_release", given)
    assert named in refused["msg"]
    assert not host.base.exists()
