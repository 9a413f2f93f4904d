# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is spoilt, one run mends it as check mode foretold, and the next has nothing to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.https.estate import DAY, NOW, Estate

FILES = ["key.pem", "request.csr", "certificate.pem", "chain.pem", "fullchain.pem", "certificate.pfx"]

Spoil = Callable[[Path], object]
SPOILS: dict[str, Spoil] = {
    "remove": lambda path: path.unlink(missing_ok=True),
    "empty": lambda path: path.write_bytes(b""),
    "garbage": lambda path: path.write_bytes(b"\0garbage\n"),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:100] if path.exists() else b""),
    "open": lambda path: path.chmod(0o644) if path.exists() else None,
    "another's": lambda path: shutil.copy(path.parent.parent / "sql" / path.name, path),
}


@given(
    spoils=st.lists(st.tuples(st.sampled_from(FILES), st.sampled_from(sorted(SPOILS))), max_size=4),
    directory_mode=st.sampled_from([0o700, 0o755]),
    ends_soon=st.booleans(),
    staged=st.booleans(),
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_spoilt_is_mended_once(
    estate: Estate, spoils: list[tuple[str, str]], directory_mode: int, ends_soon: bool, staged: bool
) -> None:
    shutil.rmtree(estate.directory, ignore_errors=True)
    estate.run()
    folder = estate.directory / "es"
    if ends_soon:
        estate.put(estate.pki.issuing, not_after=NOW + 5 * DAY)
    if staged:
        shutil.copytree(folder, estate.directory / "es.next")
    for file, spoil in spoils:
        SPOILS[spoil](folder / file)
    folder.chmod(directory_mode)
    estate.settle(replace_key=True)
    assert estate.leaf().public_key() == estate.key().public_key()
    assert estate.leaf().not_valid_after_utc > NOW + 190 * DAY
    assert sorted(path.name for path in estate.directory.iterdir()) == ["es", "sql"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
