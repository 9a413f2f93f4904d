# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command that starts a run again: the same playbook, inventories, tags and limit. It holds no value of `-e`."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

HIDDEN = "…"
"""Stands for what may be a secret, and has to be given again by whoever knows it."""

_FLAGS = {
    "ask_vault_pass": "--ask-vault-pass",
    "become_ask_pass": "--ask-become-pass",
    "ask_pass": "--ask-pass",
    "become": "--become",
    "step": "--step",
}
_VALUES = {
    "remote_user": "--user",
    "private_key_file": "--private-key",
    "become_user": "--become-user",
    "subset": "--limit",
    "start_at_task": "--start-at-task",
}


def words(options: Mapping[str, Any], *, program: str | None = None) -> tuple[str, ...]:
    """Return the words of the command, for a shell in this process's working directory.

    Args:
        options: what `ansible-playbook` made of its command line (`context.CLIARGS`).
        program: how it was started; by default as this process was.
    """
    return (_program(program or sys.argv[0]), *_options(options), *map(_short, options.get("args") or ()))


def _options(options: Mapping[str, Any]) -> Iterator[str]:
    for inventory in options.get("inventory") or ():
        yield from ("-i", inventory if "," in inventory else _short(inventory))
    if tags := [tag for tag in options.get("tags") or () if tag != "all"]:
        yield from ("--tags", ",".join(tags))
    if skipped := options.get("skip_tags"):
        yield from ("--skip-tags", ",".join(skipped))
    for name, option in _VALUES.items():
        if options.get(name):
            yield from (option, str(options[name]))
    for identity in options.get("vault_ids") or ():
        yield from ("--vault-id", identity)
    for path in options.get("vault_password_files") or ():
        yield from ("--vault-password-file", _short(path))
    yield from (option for name, option in _FLAGS.items() if options.get(name))
    for given in options.get("extra_vars") or ():
        yield from _extra(given)


def _extra(given: str) -> Iterator[str]:
    """Yield a file of variables as it was given, and of all others the names."""
    if given.startswith("@"):
        yield from ("-e", given)
        return
    for name in _names(given):
        yield from ("-e", f"{name}={HIDDEN}")


def _names(given: str) -> Sequence[str]:
    try:
        if given.lstrip().startswith("{"):
            return list(json.loads(given))
        return [word.partition("=")[0] for word in shlex.split(given) if "=" in word]
    except ValueError:
        return [HIDDEN]  # in a form that is not read here: whoever gave it knows


def _program(started: str) -> str:
    """Return the program's name where the shell finds the same one by it, or else its path."""
    found = shutil.which(Path(started).name)
    if found and Path(found).resolve() == Path(started).resolve():
        return Path(started).name
    return _short(started)


def _short(path: str) -> str:
    """Return a path below the working directory without it; anything else, such as a playbook's full name, as it is."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path
