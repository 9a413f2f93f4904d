# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments of `config_bundle`, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.collect import Rules
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.collected import (
    CollectedBundle,
    Source,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.documents import KINDS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.place import (
    parse_places,
    parse_settings,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.rendered import (
    Order,
    RenderedDirectory,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

_PLACE: dict[str, Any] = {
    "file": {"type": "str", "required": True},
    "xpath": {"type": "str"},
    "namespaces": {"type": "dict"},
    "pointer": {"type": "str"},
    "section": {"type": "str"},
    "key": {"type": "str", "no_log": False},
    "pattern": {"type": "str"},
    "part": {"type": "list", "elements": "str"},
    "count": {"type": "int", "default": 1},
}
_SECRET: dict[str, Any] = {"type": "str", "no_log": False}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["collected", "rendered", "described"], "default": "rendered"},
    "bundle": {"type": "path", "required": True},
    "passphrase": {"type": "str", "no_log": True},
    "digest": {"type": "str"},
    "source": {"type": "path"},
    "include": {"type": "list", "elements": "str", "default": ["*"]},
    "exclude": {"type": "list", "elements": "str", "default": []},
    "kinds": {"type": "dict", "default": {}},
    "secret_places": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "no_log": False,
        "options": {**_PLACE, "secret": {**_SECRET, "required": True}},
    },
    "not_secret": {"type": "list", "elements": "dict", "default": [], "no_log": False, "options": _PLACE},
    "directory": {"type": "path"},
    "transformations": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {**_PLACE, "value": {"type": "raw"}, "secret": _SECRET},
    },
    "secrets": {"type": "dict", "default": {}, "no_log": True},
    "protected_sections": {"type": "str", "choices": ["hand_over", "carry"], "default": "hand_over"},
}
REQUIRED_IF = [("state", "collected", ["source"]), ("state", "rendered", ["directory"])]
_SHORTEST_PASSPHRASE = 12


def passphrase_of(parameters: Mapping[str, Any]) -> str | None:
    """Return the passphrase. Raises InvalidParameter, without it, if it is too short."""
    passphrase: str | None = parameters["passphrase"]
    if passphrase is not None and len(passphrase) < _SHORTEST_PASSPHRASE:
        raise InvalidParameter(
            "passphrase",
            f"({len(passphrase)} characters)",
            "it could be guessed",
            f"Give at least {_SHORTEST_PASSPHRASE} characters.",
        )
    return passphrase


def collected(parameters: Mapping[str, Any], locks: ExitStack | None) -> CollectedBundle:
    """Return what `state=collected` keeps. Raises InvalidParameter."""
    for pattern, kind in parameters["kinds"].items():
        if kind not in KINDS:
            raise InvalidParameter(
                f"kinds['{pattern}']", kind, "there is no such kind", f"Give one of {', '.join(KINDS)}."
            )
    rules = Rules(
        parameters["kinds"],
        parse_settings("secret_places", parameters["secret_places"]),
        parse_places("not_secret", parameters["not_secret"]),
    )
    source = Source(Path(parameters["source"]), parameters["include"], parameters["exclude"], rules)
    return CollectedBundle(Path(parameters["bundle"]), passphrase_of(parameters), source, locks)


def rendered(parameters: Mapping[str, Any], locks: ExitStack | None) -> RenderedDirectory:
    """Return what `state=rendered` keeps. Raises InvalidParameter; never with a secret."""
    for name, secret in parameters["secrets"].items():
        if not isinstance(secret, str) or not secret:
            raise InvalidParameter(
                f"secrets.{name}", type(secret).__name__, "it is no text, or empty", "Give it in quotes."
            )
    order = Order(
        bundle=Path(parameters["bundle"]),
        passphrase=passphrase_of(parameters),
        digest=parameters["digest"],
        settings=parse_settings("transformations", parameters["transformations"]),
        secrets=parameters["secrets"],
        carry_protected=parameters["protected_sections"] == "carry",
    )
    return RenderedDirectory(Path(parameters["directory"]), order, locks)
