# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts as on their first day, read from a YAML file; README.md describes it, an unknown key is an error."""

from __future__ import annotations

import copy
from dataclasses import field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from emulators.windows import paths
from emulators.windows.authentication import Accounts
from emulators.windows.files import Blobs
from emulators.windows.model import STATE, File, HostState

_FORBID = ConfigDict(extra="forbid")


@dataclass(config=_FORBID, kw_only=True)
class AccountSeed:
    """An account of the host or of its domain; its password is in a file, relative to the emulator's directory."""

    name: str
    password_file: Path


@dataclass(config=_FORBID, kw_only=True)
class FileSeed:
    """A file: its text, an installer's description, or, with neither, a directory."""

    content: str | None = None
    installer: dict[str, Any] | None = None


@dataclass(config=_FORBID, kw_only=True)
class SeedFile:
    """The whole of a seed file."""

    accounts: list[AccountSeed]
    shares: dict[str, FileSeed] = field(default_factory=dict)
    """Files that every host finds, by UNC path."""
    share_readers: list[AccountSeed] = field(default_factory=list)
    """Who may read the shares, as `DOMAIN\\name`. Without any, everybody may, and there is no double hop."""
    defaults: dict[str, Any] = field(default_factory=dict)
    """What a host has where it does not say otherwise; as in `hosts`."""
    hosts: dict[str, dict[str, Any]]
    """By name: `listen` (an address, or the last two numbers of one), `files`, and the parts of model.HostState."""


class HostSeed:
    """One host of a seed."""

    def __init__(
        self,
        name: str,
        host: dict[str, Any],
        *,
        network: str,
        accounts: dict[str, str],
        share_readers: dict[str, str],
    ) -> None:
        self.name = name
        self.share_readers = share_readers
        listen = host.get("listen")
        if not (isinstance(listen, str) and listen.count(".") in (1, 3)):
            raise ValueError(
                f"hosts.{name}.listen is {listen!r}; expected an address or its last two numbers, in quotes"
            )
        self.address = listen if listen.count(".") == 3 else f"{network}.{listen}"
        self._files = TypeAdapter(dict[str, FileSeed]).validate_python(host.get("files", {}))
        self._state = {"name": name, **{key: value for key, value in host.items() if key not in ("listen", "files")}}
        domain = str(host.get("domain", ""))
        names = [name, domain, domain.partition(".")[0]]
        self.accounts = Accounts(accounts, tuple(dict.fromkeys(each for each in names if each)))
        self.fqdn = STATE.validate_python(self._state).fqdn

    def state(self, blobs: Blobs) -> HostState:
        """Return the host as on its first day."""
        state = STATE.validate_python(copy.deepcopy(self._state))
        for path, each in self._files.items():
            self._add(state, blobs, path, each)
        for account in self.accounts.passwords:
            self._add(state, blobs, paths.environment(account, self.name)["temp"], FileSeed())
        self._add(state, blobs, "C:\\Windows\\Temp", FileSeed())
        return state

    @staticmethod
    def _add(state: HostState, blobs: Blobs, path: str, each: FileSeed) -> None:
        text = yaml.safe_dump({"emulated_installer": each.installer}) if each.installer else each.content
        above = paths.parent(path)
        while above != paths.parent(above):
            state.files.setdefault(paths.key(above), File(path=above, directory=True, attributes=["Directory"]))
            above = paths.parent(above)
        content = (text or "").encode()
        state.files[paths.key(path)] = File(
            path=paths.normal(path),
            directory=text is None,
            blob="" if text is None else blobs.put(content),
            size=len(content),
            attributes=["Directory" if text is None else "Archive"],
        )


def load(path: Path, *, network: str, directory: Path) -> list[HostSeed]:
    """Return the hosts of a seed file.

    Args:
        path: the seed file.
        network: the first two numbers of the hosts' loopback addresses.
        directory: the emulator's directory, in which the password files are.

    Raises:
        ValueError: the seed file is wrong; the message says where.
        FileNotFoundError: there is no such file, or no such password file.
    """
    seed = TypeAdapter(SeedFile).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))

    def password(account: AccountSeed) -> str:
        return (directory / account.password_file).read_text(encoding="utf-8").strip()

    accounts = {each.name: password(each) for each in seed.accounts}
    share_readers = {each.name.lower(): password(each) for each in seed.share_readers}
    shares = TypeAdapter(dict[str, FileSeed]).dump_python(seed.shares)
    hosts = []
    for name, own in seed.hosts.items():
        host = merged(seed.defaults, own)
        host["files"] = {**shares, **host.get("files", {})}
        hosts.append(HostSeed(name, host, network=network, accounts=accounts, share_readers=share_readers))
    return hosts


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Return two mappings as one; where both have a key, mappings are merged and everything else is the upper one's."""
    both = {
        key: merged(below[key], value) if isinstance(value, dict) and isinstance(below.get(key), dict) else value
        for key, value in above.items()
    }
    return {**copy.deepcopy(below), **both}
