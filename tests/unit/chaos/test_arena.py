# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two calls never share an estate: the second would replace the secrets under the first one's servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.arena import Arena, Occupied


def arena(directory: Path) -> Arena:
    made = Arena("127.250", [])
    made.estate.directory = directory / made.estate.network
    return made


def test_that_an_estate_that_another_call_has_is_left_alone(tmp_path: Path) -> None:
    first, second = arena(tmp_path), arena(tmp_path)
    first.hold()
    secret = first.estate.directory / "secrets/oracle_login_password"
    secret.parent.mkdir(parents=True)
    secret.write_text("of the first", encoding="ascii")
    with pytest.raises(Occupied, match=r"on 127\.250: give this one --network"):
        second.start()
    assert secret.read_text(encoding="ascii") == "of the first"
