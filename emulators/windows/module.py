# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an emulated module is: its name, how it answers, and what its documentation leaves out."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emulators.windows import modules, paths
from emulators.windows.arguments import Contract, Rules

if TYPE_CHECKING:
    from emulators.windows.machine import Machine


class ModuleFailure(Exception):
    """The module ends with `failed`; the message is its `msg`, other results may stand beside it."""

    def __init__(self, message: str, **results: Any) -> None:
        super().__init__(message)
        self.results = results


@dataclass
class Call:
    """One run of a module on one host."""

    machine: Machine
    arguments: dict[str, Any]
    """Checked and complete."""
    check: bool
    diff: bool
    user: str
    environment: dict[str, str] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=lambda: {"changed": False})

    def __getitem__(self, option: str) -> Any:
        return self.arguments.get(option)

    def path(self, option: str) -> str:
        """Return an option that is a path, with environment variables replaced."""
        return self.expand(self.arguments[option])

    def expand(self, text: str) -> str:
        """Return a text with environment variables replaced."""
        known = paths.environment(self.user, self.machine.name)
        return paths.expand(text, {**known, **{name.lower(): value for name, value in self.environment.items()}})

    def changed(self) -> bool:
        """Say that something changes, and return whether it is to be done: not in check mode."""
        self.result["changed"] = True
        return not self.check


@dataclass(frozen=True)
class Module:
    """An emulated module; a file of emulators/windows/modules has one as `MODULE`."""

    name: str
    run: Callable[[Call], None]
    """Puts its answer into `call.result`, or raises ModuleFailure."""
    rules: Rules = field(default_factory=Rules)
    check_mode: bool = True
    """False: skipped in check mode, as the real one is."""


@dataclass(frozen=True)
class Loaded:
    """A module with the options that its collection documents."""

    module: Module
    contract: Contract


def load() -> dict[str, Loaded]:
    """Return all emulated modules by name.

    Raises:
        NotDocumented: a module is not in the collections that are installed.
    """
    found = {}
    for each in pkgutil.iter_modules(modules.__path__):
        module: Module = importlib.import_module(f"{modules.__name__}.{each.name}").MODULE
        found[module.name] = Loaded(module, Contract(module.name, module.rules))
    return found
