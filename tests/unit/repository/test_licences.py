# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that running the playbooks brings is listed with its licence, which goes with the GPL or is explained."""

from __future__ import annotations

import re

import yaml

from scripts import licences
from scripts.working_copy import ROOT
from tests.unit.repository.test_requirements import pins

PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
LISTED = dict(re.findall(r"^\| (?!package )([a-z0-9-]+) \| (.+?) \|$", PAGE, re.MULTILINE))
GOES_WITH_THE_GPL = re.compile(
    r"Apache-2\.0|BSD|BSD-[23]-Clause|GPL-3\.0-or-later|ISC|MIT|MIT-0|MPL-2\.0|PSF-2\.0|UPL-1\.0"
)


def test_that_what_is_brought_is_listed_with_the_licence_that_it_has() -> None:
    assert {name: LISTED.get(name) for name in licences.brought()} == {
        name: licences.licence_of(name) for name in licences.brought()
    }, "python -m scripts.licences prints the table"


def test_that_nothing_is_listed_that_is_not_pinned() -> None:
    assert LISTED.keys() - {licences.name_of(name) for name in pins("lock.txt")} == set()


def test_that_each_licence_goes_with_the_gpl_or_is_explained() -> None:
    for name, licence in LISTED.items():
        alternatives = re.split(r" OR | or | AND ", licence)
        assert all(GOES_WITH_THE_GPL.fullmatch(each) for each in alternatives) or f"`{name}`" in PAGE, name


def test_that_the_pins_are_audited_where_the_data_can_be_had() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    commands = [step["run"] for step in jobs["audit"]["steps"] if "run" in step]
    assert any("pip-audit" in each and "requirements/lock.txt" in each for each in commands)
    assert any("npm audit" in each and "requirements/node" in each for each in commands)
