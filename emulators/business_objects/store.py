# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an emulated BI platform holds: a JSON file that the web services and `lcm_cli` share, one at a time."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from emulators.certificates import write_private

State = dict[str, Any]
"""`name`, `cms`, `version`, `licences`, `accounts`, `folders`, `connections`, `universes`, `sessions`, `queries`,
`next_id`, `clock`."""


class Store:
    """A platform's directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._file = directory / "platform.json"

    def seeded(self) -> bool:
        """Return whether there is a platform."""
        return self._file.exists()

    def create(self, state: State) -> None:
        """Write the platform's first state."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._write(state)

    @contextlib.contextmanager
    def changing(self) -> Iterator[State]:
        """Provide the state, and keep what was made of it; nothing is kept if that fails."""
        with (self.directory / "lock").open("a", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            state: State = json.loads(self._file.read_text(encoding="utf-8"))
            yield state
            self._write(state)

    def read(self) -> State:
        """Return the state as it is."""
        state: State = json.loads(self._file.read_text(encoding="utf-8"))
        return state

    def _write(self, state: State) -> None:
        beside = self._file.with_suffix(".new")
        write_private(beside, json.dumps(state, indent=1, sort_keys=True).encode())
        beside.rename(self._file)


def digest_of(password: str) -> str:
    """Return what is kept of a password."""
    return hashlib.sha256(password.encode()).hexdigest()


def account_refusal(state: State, user: str, password: str, authentication: str) -> bool:
    """Return whether nobody of this name, password and kind of authentication may log on."""
    return not any(
        (each["name"].casefold(), each["authentication"], each["password"])
        == (user.casefold(), authentication, digest_of(password))
        for each in state["accounts"]
    )


def tick(state: State) -> str:
    """Return the platform's time, a second later each time: no two changes have the same."""
    state["clock"] += 1
    return f"{dt.datetime.fromtimestamp(state['clock'], dt.UTC):%b %d, %Y %H:%M:%S}"


def new_id(state: State) -> int:
    """Return an SI_ID that nothing else has."""
    state["next_id"] += 1
    return int(state["next_id"])


def by_cuid(entries: list[dict[str, Any]], cuid: str) -> dict[str, Any] | None:
    """Return the universe or connection of a CUID."""
    return next((each for each in entries if each["cuid"] == cuid), None)


def folder_path(state: Mapping[str, Any], folder: int) -> str:
    """Return a folder's path, such as `Universes/Exams`."""
    names = []
    while str(folder) in state["folders"]:
        entry = state["folders"][str(folder)]
        names.append(entry["name"])
        folder = entry["parent"]
    return "/".join(reversed(names))


def folder_of(state: State, path: str) -> int:
    """Return the SI_ID of a folder, made with those above it where it is missing."""
    parent = 0
    for name in path.split("/"):
        found = next(
            (int(key) for key, each in state["folders"].items() if (each["name"], each["parent"]) == (name, parent)),
            None,
        )
        if found is None:
            found = new_id(state)
            state["folders"][str(found)] = {"name": name, "parent": parent, "cuid": f"AFolder{found}"}
        parent = found
    return parent
