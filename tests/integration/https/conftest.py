# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One certification authority for all tests here: keys take time to make."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulators.certificates import Authority
from tests.integration.https.estate import Estate
from tests.integration.https.pki import Pki


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """The authorities, saved to files."""
    directory = tmp_path_factory.mktemp("pki")
    root = Authority.create("Exams test root")
    issuing = Authority.create("Exams test issuing", parent=root)
    stranger = Authority.create("Stranger")
    root.save(directory / "root")
    issuing.save(directory / "issuing")
    stranger.save(directory / "stranger")
    return Pki(directory, root, issuing, stranger)


@pytest.fixture
def estate(tmp_path: Path, pki: Pki) -> Estate:
    """Certificates in a directory of the test's own."""
    return Estate(tmp_path, pki)
