# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificate of CalSync's is proven with, while a rotated one waits for its certification authority."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.role_variables import concluded


@pytest.mark.parametrize(
    ("declared", "issued", "waiting", "in_use", "serves"),
    [
        (2, [1], [2], 1, True),
        (2, [1], [], 1, False),  # on another host than CalSync's, where nobody knows that it waits
        (2, [1, 2], [], 2, False),
        (3, [1, 2], [3], 2, True),
        (1, [1, 2], [], 1, False),  # one that was gone back to
        (11, [9], [10, 11], 9, True),
        (1, [], [1], 1, False),
    ],
)
def test_that_the_newest_one_before_serves_until_the_authority_has_answered(
    tmp_path: Path, declared: int, issued: list[int], waiting: list[int], in_use: int, *, serves: bool
) -> None:
    for generation in issued + waiting:
        directory = tmp_path / f"calsync/office365-{generation}"
        directory.mkdir(parents=True)
        file = "certificate.pem" if generation in issued else "request.pem"
        (directory / file).write_text("", encoding="utf-8")
    seen = {
        "exam_state_directory": str(tmp_path),
        "calsync_certificate_generation": declared,
        "calsync_certificate_kept": {"waiting": waiting},
    }
    assert concluded("calsync", "calsync_certificate_in_use", **seen) == str(tmp_path / f"calsync/office365-{in_use}")
    assert concluded("calsync", "calsync_certificate_before_serves", **seen) is serves
