# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arguments of module `oracle_views`, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import checked_name, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_order import in_order
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_planner import uses_within
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_source import view_of_file
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import View, digest_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

VIEWS_ARGUMENTS: dict[str, dict[str, object]] = {
    "schema": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent", "reverted"], "default": "present"},
    "sources": {"type": "list", "elements": "path", "default": []},
    "digest": {"type": "str"},
    "set_name": {"type": "str", "default": "views"},
    "history_table": {"type": "str", "default": "EXAM_VIEW_HISTORY"},
    "revoke_extra": {"type": "bool", "default": False},
    "change_id": {"type": "str"},
    "deployer": {"type": "str"},
    "deployment": {"type": "int"},
    "whole_release": {"type": "bool", "default": False},
    "ddl_lock_timeout": {"type": "int", "default": 30},
}


@dataclass(frozen=True)
class DeclaredViews:
    """A set of views as a task declares it."""

    schema: str
    state: str
    views: Mapping[str, View]
    set_name: str
    history_table: str
    revoke_extra: bool = False
    change: str | None = None
    deployer: str | None = None
    deployment: int | None = None
    whole_release: bool = False


def views_from(params: Mapping[str, Any]) -> DeclaredViews:
    """Return what the arguments `VIEWS_ARGUMENTS` declare.

    Raises:
        InvalidParameter: they cannot be meant.
        Problem: a source cannot be used, or the views use each other in a circle.
    """
    schema, state = checked_name("schema", params["schema"]), params["state"]
    if not 0 <= params["ddl_lock_timeout"] <= 1_000_000:
        raise InvalidParameter(
            "ddl_lock_timeout", params["ddl_lock_timeout"], "it is no time to wait", "Give seconds, 0 to 1000000."
        )
    for name in ("set_name", "deployer", "change_id"):
        value = params[name]
        if value is not None and not (1 <= len(value.encode()) <= 128 and value.isprintable()):
            raise InvalidParameter(name, value, "it does not fit into the history", "Give 1 to 128 characters.")
    if params["deployment"] is not None and state != "reverted":
        raise InvalidParameter("deployment", params["deployment"], f"state={state} has none", "Leave it out.")
    if params["whole_release"] and (state != "reverted" or params["deployment"] is not None):
        why = f"state={state} has none" if state != "reverted" else "deployment names another way back"
        raise InvalidParameter("whole_release", True, why, "Leave one of them out.")
    if (state == "reverted") == bool(params["sources"]):
        why = "what it reverts to is in the history" if params["sources"] else f"state={state} needs them"
        raise InvalidParameter("sources", params["sources"], why, "See the documentation of state.")
    views = views_of_sources(params["sources"], schema)
    history = checked_name("history_table", params["history_table"])
    if history in views:
        raise InvalidParameter("history_table", history, "a view has this name", "Choose another one.")
    _check_digest(params["digest"], views)
    return DeclaredViews(
        schema,
        state,
        views,
        params["set_name"],
        history,
        params["revoke_extra"],
        params["change_id"],
        params["deployer"],
        params["deployment"],
        params["whole_release"],
    )


def views_of_sources(sources: Sequence[str], schema: str) -> dict[str, View]:
    """Return the views that source files declare, by name.

    Args:
        sources: files, or directories of them.
        schema: whose views they are.

    Raises:
        InvalidParameter: two files declare the same view, or a directory holds none.
        Problem: a source cannot be used, or the views use each other in a circle.
    """
    views: dict[str, View] = {}
    for path in _files(sources):
        view = view_of_file(path, schema)
        if view.name in views:
            raise InvalidParameter(
                "sources", str(path), f"{shown(view.name)} is declared by {views[view.name].source} too", "Delete one."
            )
        views[view.name] = view
    for view in views.values():
        for used in view.depends:
            if used not in views:
                raise InvalidParameter(
                    "sources", view.source, f"@depends {used} is no view of the set", "Name views of the set alone."
                )
    in_order(uses_within(schema, views))
    return views


def _check_digest(wanted: str | None, views: Mapping[str, View]) -> None:
    if wanted is None:
        return
    if not views:
        raise InvalidParameter("digest", wanted, "there are no sources that could have it", "Leave it out.")
    found = digest_of(views)
    if found != wanted.strip().lower():
        raise InvalidParameter(
            "digest",
            wanted,
            f"the sources have the digest {found}, so they are not what was signed off",
            "Bring back the sources that were, or have these signed off and give their digest.",
        )


def _files(sources: Sequence[str]) -> list[Path]:
    """Return the files that are meant: of a directory all *.sql in it."""
    found = []
    for number, each in enumerate(sources):
        path = Path(each)
        if path.is_dir():
            files = sorted(path.glob("*.sql"))
            if not files:
                raise InvalidParameter(f"sources[{number}]", each, "no file *.sql is in it", "Give where they are.")
            found += files
        else:
            found.append(path)
    return found
