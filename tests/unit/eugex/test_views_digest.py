# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The digest of sources, before anything is contacted."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.uoe.exam_scheduling.plugins.filter.eugex import views_digest
from scripts.working_copy import ROOT
from tests.unit.inventories.test_inventories import of_environment

VIEWS = ROOT / "roles/eugex/files/views"


def test_that_the_sources_of_the_role_have_the_digest_that_was_signed_off() -> None:
    files = [str(path) for path in sorted(VIEWS.glob("*.sql"), reverse=True)]
    for environment in ("dev", "test", "live"):
        signed_off = of_environment(environment)["eugex_views"]
        assert views_digest([str(VIEWS)], signed_off["schema"]) == signed_off["digest"]
        assert views_digest(files, signed_off["schema"]) == signed_off["digest"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("CREATE VIEW a (x) AS SELECT * FROM b", "stands for columns that are not named"),
        ("-- @depends c\nCREATE VIEW a (x) AS SELECT 1 FROM DUAL", "is no view of the set"),
        ("SELECT 1 FROM DUAL", "it declares no view"),
    ],
)
def test_that_a_source_that_cannot_be_used_is_named_before_anything_is_touched(
    tmp_path: Path, source: str, message: str
) -> None:
    (tmp_path / "a.sql").write_text(source, encoding="utf-8")
    with pytest.raises(AnsibleFilterError, match=message) as raised:
        views_digest([str(tmp_path)], "EUGEX")
    assert "a.sql" in str(raised.value)
    assert str(raised.value).endswith("Nothing was touched.")
