# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a platform has when it is started for the first time, from YAML.

name: BI-LIVE
cms: bi-live.exams.example:6400
version: 14.3.4.4990
licences: 5
accounts: [{name: svc-exam-automation, authentication: secEnterprise, password_file: bi_login_password}]
connections: [{cuid: …, name: EUGEX LIVE, rows: [{Exam code: …}]}]
universes: [{cuid: …, name: …, kind: DSL.MetaDataFile, folder: Universes/Exams, revision: 7, connections: [cuid],
             objects: [Exam code]}]
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from emulators.business_objects import store

_EPOCH = 1767225600
"""2026-01-01: the platform's clock is its own, so that what is made of it is always the same."""


def load_seed(path: Path) -> dict[str, Any]:
    """Return a seed from a file."""
    seed: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return seed


def with_passwords(seed: Mapping[str, Any], *, secrets: Path) -> dict[str, Any]:
    """Return a seed with each `password_file` read from the directory of secrets."""
    accounts = [
        {**each, "password": (secrets / each["password_file"]).read_text(encoding="utf-8")} for each in seed["accounts"]
    ]
    return {**seed, "accounts": accounts}


def first_state(seed: Mapping[str, Any]) -> store.State:
    """Return the state that a seed describes."""
    state: store.State = {
        "name": seed["name"],
        "cms": seed["cms"],
        "version": seed["version"],
        "licences": seed["licences"],
        "accounts": [
            {key: each[key] for key in ("name", "authentication")} | {"password": store.digest_of(each["password"])}
            for each in seed["accounts"]
        ],
        "folders": {},
        "connections": [],
        "universes": [],
        "sessions": {},
        "next_id": seed.get("first_id", 5000),
        "clock": _EPOCH,
    }
    for each in seed["connections"]:
        entry = {"id": store.new_id(state), "updated": store.tick(state), "rows": [], **each}
        state["connections"].append(entry)
    for each in seed["universes"]:
        objects = [{"id": f"DO{n}", "name": name, "path": f"Exams|folder\\{name}|dimension"}
                   for n, name in enumerate(each["objects"], 1)]  # fmt: skip
        folder = store.folder_of(state, each["folder"])
        state["universes"].append(
            {**each, "objects": objects, "id": store.new_id(state), "folder_id": folder, "updated": store.tick(state)}
        )
    return state
