# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What module `oracle_views` tells of a set beside its changes: views, history, scripts, warnings. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import listed, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_declaration import DeclaredViews
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_hand_over import script_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_history import is_begun, state_after
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_planner import (
    ViewChange,
    Views,
    extra_grants,
    plan_views,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_source import source_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import (
    Deployment,
    FoundViews,
    View,
    digest_of,
)

ACTIONS = {"present": "deployed", "absent": "removed", "reverted": "reverted"}
"""What the history calls what a state leads to."""


def facts_of(
    declared: DeclaredViews, present: FoundViews, after: Views, changes: Sequence[ViewChange], lock_seconds: int
) -> dict[str, Any]:
    """Return the facts that the module documents, and `warnings`.

    Args:
        declared: the set.
        present: what was found.
        after: what the views shall be.
        changes: what leads there.
        lock_seconds: how long a statement of the scripts waits for a lock.
    """

    def script(wanted: Sequence[ViewChange], title: str) -> str | None:
        return script_of(declared.schema, wanted, title=title, lock_seconds=lock_seconds) if wanted else None

    return {
        "digest": digest_of(declared.views) if declared.views else None,
        "views": {name: _view(view) for name, view in sorted(present.views.items())},
        "sources": {name: source_of(view, declared.schema) for name, view in sorted(present.views.items())},
        "history": [_deployment(each) for each in present.history or ()],
        "script": script(changes, f"{ACTIONS[declared.state].capitalize()}: {declared.set_name}"),
        "back_out_script": script(_back(declared, present, after, changes), f"Takes back: {declared.set_name}"),
        "warnings": list(_noticed(declared, present, after)),
    }


def _view(view: View) -> Mapping[str, object]:
    return {
        "valid": view.valid,
        "checksum": view.checksum,
        "grants": [str(each) for each in sorted(view.grants)],
    }


def _deployment(each: Deployment) -> Mapping[str, object]:
    return {
        "deployment": each.number,
        "action": each.action,
        "deployer": each.deployer,
        "change_id": each.change,
        "at": each.at,
        "checksums": {name: view.checksum if view else None for name, view in sorted(each.views.items())},
    }


def _back(
    declared: DeclaredViews, present: FoundViews, after: Views, changes: Sequence[ViewChange]
) -> list[ViewChange]:
    """Return the changes that take these back."""
    reached = dict(present.views) | {name: view for name, view in after.items() if view is not None}
    for change in changes:
        if after[change.name] is None:
            del reached[change.name]
    names = [change.name for change in changes]
    return plan_views(declared.schema, reached, {name: present.views.get(name) for name in names}, revoke=True)


def _noticed(declared: DeclaredViews, present: FoundViews, after: Views) -> Iterator[str]:
    """Yield what is not as declared and the task leaves alone."""
    schema = declared.schema
    if not declared.revoke_extra:
        for name, grants in extra_grants(present.views, after).items():
            yield (
                f"View {shown(schema, name)} has rights that nobody declares: {listed(map(str, grants))}. Say "
                "revoke_extra: true to take them away."
            )
    for each in present.dependents:
        if not each.valid:
            yield f"{each.type.lower()} {shown(each.owner, each.name)} was invalid before, and uses these views."
    history = present.history or ()
    if history and is_begun(history[-1]):
        last = history[-1]
        yield (
            f"Deployment {last.number} of {declared.set_name}, by {last.deployer} at {last.at} UTC, has not come to "
            "its end: it broke off, or is at work now."
        )
    recorded = state_after(history)
    for name in sorted(present.views):
        if declared.state == "present" and name not in after and recorded.get(name) is not None:
            yield f"View {shown(schema, name)} was deployed by this set before and is not declared any more."
