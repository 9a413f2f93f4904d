# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What TEST has handed to LIVE by the time that a rehearsal begins: reference data, and configuration as artefacts."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle import store
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.collect import Rules, collect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.content import Content
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.place import parse_settings
from emulators.certificates import write_private

GOLDEN_COPY = Path(__file__).with_name("golden_copy")
DECLARED = Path(__file__).parents[2] / "inventories/test/group_vars/all/artefacts.yml"
CONFIGURATION = Path(__file__).with_name("configuration")


def store_artefacts(artefacts: Path, passphrase: str) -> None:
    """Store what is not there yet. The sign-offs are in changes/live; their digests are those of this content."""
    golden_copy = artefacts / "exam-scheduler-golden-copy"
    if not golden_copy.exists():
        shutil.copytree(GOLDEN_COPY, golden_copy)
    for artefact in sorted(path.name for path in CONFIGURATION.iterdir()):
        if not (artefacts / artefact).exists():
            content = collected(artefact)
            for name, stored in store.written(content, passphrase).items():
                path = artefacts / artefact / name
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_private(path, stored)


def files_of(artefact: str) -> dict[str, bytes]:
    """Return the files of an artefact as TEST has them, by path."""
    directory = CONFIGURATION / artefact
    paths = (path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in sorted(paths)}


def collected(artefact: str) -> Content:
    """Return an artefact as playbooks/sign_off.yml collects it: secrets out, where TEST's inventory has them."""
    declared = yaml.load(DECLARED.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    places = parse_settings("secret_places", declared["exam_artefacts"][artefact]["secret_places"])
    return collect(files_of(artefact), Rules(secrets=places))


class _Loader(yaml.SafeLoader):
    """Reads an inventory; nobody needs its vault values here."""


_Loader.add_constructor("!vault", lambda _loader, _node: None)
