# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pins and floors agree wherever they are written."""

from __future__ import annotations

import re

import pytest
import yaml

from scripts.working_copy import ROOT

PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s#]+)(?P<reason>\s+# .{10,})?")
DEBIAN = re.compile(r"(runtime|test)\s+[a-z0-9.+-]+\s+(command|module|library|header):\S+\s+# .{10,}")


def lines(name: str) -> list[str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins(name: str) -> dict[str, str]:
    found = {}
    for line in lines(name):
        match = PIN.fullmatch(line)
        assert match, f"requirements/{name}: expected NAME==VERSION, found {line!r}"
        found[match["name"].lower().replace("_", "-")] = match["version"]
    return found


@pytest.mark.parametrize("name", ["runtime.txt", "development.txt"])
def test_that_each_requirement_is_pinned_has_its_reason_and_is_locked(name: str) -> None:
    locked = pins("lock.txt")
    for requirement, version in pins(name).items():
        assert locked.get(requirement) == version, f"{requirement}: requirements/lock.txt has another version, or none"
    assert all("  # " in line for line in lines(name)), f"requirements/{name}: each line says what it is for"


def test_that_each_debian_package_says_how_it_is_seen_and_what_it_is_for() -> None:
    for line in lines("debian.txt"):
        assert DEBIAN.fullmatch(line), f"requirements/debian.txt: {line!r}"


def test_that_the_floor_of_ansible_core_is_the_same_everywhere() -> None:
    floor = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["requires_ansible"]
    series = floor.removeprefix(">=").rsplit(".", 1)[0]
    assert pins("runtime.txt")["ansible-core"].startswith(f"{series}."), "the tests run on the floor that is promised"
    readme = ROOT / "README.md"
    mentioned = set(re.findall(r"ansible-core\D{0,12}(\d+\.\d+)", readme.read_text(encoding="utf-8")))
    assert mentioned == {series}, "README.md names the floor that meta/runtime.yml promises, and no other"


def test_that_the_configuration_names_no_package_index() -> None:
    files = [path for path in (ROOT / "requirements").rglob("*") if path.is_file()]
    assert ROOT / "requirements/node/package-lock.json" in files
    written = "".join(path.read_text(encoding="utf-8") for path in files)
    written += (ROOT / "scripts" / "setup.sh").read_text(encoding="utf-8")
    assert not re.search(r"index.url|find.links|https?://", written), "where packages come from is the user's choice"
