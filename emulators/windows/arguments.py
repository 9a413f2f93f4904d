# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of a module, held against the documentation of the collection that the module comes from."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.plugin_docs import read_docstring
from ansible.plugins.loader import fragment_loader, init_plugin_loader
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder
from ansible.utils.plugin_docs import add_fragments

_COPIED = ("choices", "default", "elements", "required", "aliases", "no_log")
_TYPES = {"path": "str", "any": "raw"}
"""A Windows path is not the controller's: it must not be expanded here."""


class InvalidArguments(Exception):
    """Arguments that the real module refuses too; the message is what it says."""


class NotDocumented(Exception):
    """There is no documentation of a module that is emulated: its collection is not installed, or it is not in it."""


@dataclass(frozen=True)
class Rules:
    """What a module's documentation does not say in a form to be read: rules between options, and hidden options."""

    hidden: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Options that only the module's own action plugin sets."""
    defaults: dict[str, Any] = field(default_factory=dict)
    """Defaults that the program has and the documentation only tells of."""
    required_if: Sequence[tuple[Any, ...]] = ()
    required_one_of: Sequence[Sequence[str]] = ()
    mutually_exclusive: Sequence[Sequence[str]] = ()
    required_by: dict[str, str] = field(default_factory=dict)


class Contract:
    """The options of one module."""

    def __init__(self, module: str, rules: Rules) -> None:
        """Read the documentation.

        Raises:
            NotDocumented: there is none.
        """
        self._short_name = module.rpartition(".")[2]
        self._options = {**{name: _option(each) for name, each in options(module).items()}, **rules.hidden}
        self._options.pop("free_form", None)
        for name, default in rules.defaults.items():
            self._options[name]["default"] = default
        self._validator = ArgumentSpecValidator(
            self._options,
            mutually_exclusive=rules.mutually_exclusive,
            required_if=rules.required_if,
            required_one_of=rules.required_one_of,
            required_by=rules.required_by,
        )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments in their types, with defaults, under the options' own names.

        Raises:
            InvalidArguments: the module would refuse them.
        """
        known = {name for option, each in self._options.items() for name in (option, *each.get("aliases", ()))}
        unsupported = [name for name in given if name not in known]
        if unsupported:
            raise InvalidArguments(
                f"Unsupported parameters for ({self._short_name}) module: {', '.join(sorted(unsupported))}. "
                f"Supported parameters include: {', '.join(sorted(known))}"
            )
        result = self._validator.validate(given)
        if result.error_messages:
            raise InvalidArguments("; ".join(_as_on_windows(message) for message in result.error_messages))
        names = self._options.keys()
        return {name: value for name, value in result.validated_parameters.items() if name in names}


def options(module: str) -> dict[str, Any]:
    """Return the documented options of a module, those of its fragments included.

    Raises:
        NotDocumented: there is no documentation.
    """
    namespace, collection, name = module.split(".")
    package = importlib.util.find_spec(f"ansible_collections.{namespace}.{collection}")
    places = [] if package is None else list(package.submodule_search_locations or ())
    candidates = [
        Path(place, "plugins", "modules", name + suffix) for place in places for suffix in (".py", ".yml", ".yaml")
    ]
    path = next((candidate for candidate in candidates if candidate.exists()), None)
    if path is None:
        raise NotDocumented(
            f"{module} is emulated, but the collection {namespace}.{collection} here has no documentation of it"
        )
    documentation = read_docstring(str(path))["doc"]
    if not documentation:
        raise NotDocumented(f"{path} holds no documentation")
    add_fragments(documentation, str(path), fragment_loader=fragment_loader)
    # plain values instead of those that Ansible tags with where they come from
    found: dict[str, Any] = json.loads(json.dumps(documentation.get("options", {})))
    return found


def prepare() -> None:
    """Let the collections be found; to be called once in a process, before any contract is read."""
    if not any(isinstance(finder, _AnsibleCollectionFinder) for finder in sys.meta_path):
        init_plugin_loader()


def _as_on_windows(message: str) -> str:
    """Return a message of Python's argument specification in the words of that of PowerShell."""
    return re.sub(r", got: (.*)$", r". Got no match for: \1", message)


def _option(documented: dict[str, Any]) -> dict[str, Any]:
    kind = documented.get("type", "str")
    option = {"type": _TYPES.get(kind, kind), **{key: documented[key] for key in _COPIED if key in documented}}
    option["elements"] = _TYPES.get(option.get("elements", ""), option.get("elements"))
    if option["elements"] is None:
        del option["elements"]
    below = documented.get("suboptions") or documented.get("options")
    if below:
        option["options"] = {name: _option(each) for name, each in below.items()}
    return option
