# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module dies before each of its changes to the file system; nothing unfit is ever in place, and it carries on."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.crash import DIED, FINISHED, in_child
from tests.integration.https.estate import DAY, NOW, Estate

MOST_CHANGES = 200


def first_issue(_estate: Estate) -> dict[str, Any]:
    return {}


def renewal(estate: Estate) -> dict[str, Any]:
    estate.run()
    estate.put(estate.pki.issuing, not_after=NOW + 20 * DAY)
    return {}


def new_key(estate: Estate) -> dict[str, Any]:
    estate.run()
    estate.path("note.txt").write_text("somebody else's\n")
    return {"replace_key": True, "certificates": [{**estate.arguments["certificates"][0], "curve": "p384"}]}


SCENARIOS: list[Callable[[Estate], dict[str, Any]]] = [first_issue, renewal, new_key]


@pytest.fixture
def one(estate: Estate) -> Estate:
    """One certificate is enough, and there are many runs."""
    estate.arguments["certificates"] = estate.arguments["certificates"][:1]
    return estate


def assert_nothing_unfit(estate: Estate) -> None:
    """Key and certificate in place fit, and nobody else can read what is private."""
    for path in (estate.directory, *estate.directory.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        if path.is_dir():
            assert mode == 0o700, f"{path} has {mode:o}"
        elif path.name.lstrip(".").startswith(("key", "certificate.pfx")):
            assert mode == 0o600, f"{path} has {mode:o}"
    key = estate.path("key.pem")
    for name in ("fullchain.pem", "certificate.pem"):
        if key.exists() and estate.path(name).exists():
            leaf = x509.load_pem_x509_certificates(estate.path(name).read_bytes())[0]
            assert leaf.public_key() == load_pem_private_key(key.read_bytes(), None).public_key()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_it_may_die_at_any_moment(scenario: Callable[[Estate], dict[str, Any]], one: Estate, tmp_path: Path) -> None:
    arguments = scenario(one)
    start = tmp_path / "start"
    if one.directory.exists():
        shutil.copytree(one.directory, start)
    for moment in range(1, MOST_CHANGES):
        shutil.rmtree(one.directory, ignore_errors=True)
        if start.exists():
            shutil.copytree(start, one.directory)

        def die(change: int, moment: int = moment) -> None:
            if change == moment:
                os._exit(DIED)

        status = in_child(lambda: one.run(**arguments), die, one.directory)
        if one.directory.exists():
            assert_nothing_unfit(one)
        result = one.run(**arguments)
        assert not result.get("failed"), result["msg"]
        assert one.run(**arguments)["changes"] == []
        assert_nothing_unfit(one)
        assert one.leaf().not_valid_after_utc > NOW + 190 * DAY
        left = {path.name for path in one.directory.rglob("*")} - {"es", "note.txt"}
        assert left == {"key.pem", "request.csr", "certificate.pem", "chain.pem", "fullchain.pem", "certificate.pfx"}
        assert one.path("note.txt").exists() is (scenario is new_key)
        if status == FINISHED:
            assert moment > 8, "the module makes more changes than that: they were not seen"
            return
        assert status == DIED
    pytest.fail(f"the module makes more than {MOST_CHANGES} changes")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_is_readable_or_unfit_in_between(scenario: Callable[[Estate], dict[str, Any]], one: Estate) -> None:
    arguments = scenario(one)
    seen = os.memfd_create("changes")

    def watch(_change: int) -> None:
        os.write(seen, b".")
        if one.directory.exists():
            assert_nothing_unfit(one)

    def with_open_umask() -> None:
        os.umask(0)
        assert not one.run(**arguments).get("failed")

    try:
        assert in_child(with_open_umask, watch, one.directory) == FINISHED
        assert os.fstat(seen).st_size > 8
    finally:
        os.close(seen)
    assert_nothing_unfit(one)
