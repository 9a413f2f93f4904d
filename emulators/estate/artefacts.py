# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What TEST has handed to LIVE by the time that a rehearsal begins: reference data, and configuration as artefacts."""

from __future__ import annotations

import shutil
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle import store
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.collect import Rules, collect
from emulators.certificates import write_private

GOLDEN_COPY = Path(__file__).with_name("golden_copy")
CONFIGURATION = Path(__file__).with_name("configuration")


def store_artefacts(artefacts: Path, passphrase: str) -> None:
    """Store what is not there yet. The sign-offs are in changes/live; their digests are those of this content."""
    golden_copy = artefacts / "exam-scheduler-golden-copy"
    if not golden_copy.exists():
        shutil.copytree(GOLDEN_COPY, golden_copy)
    for source in sorted(CONFIGURATION.iterdir()):
        if not (artefacts / source.name).exists():
            content = collect({path.name: path.read_bytes() for path in source.iterdir()}, Rules())
            for name, stored in store.written(content, passphrase).items():
                path = artefacts / source.name / name
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_private(path, stored)
