# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A set of views: from what is to what is declared. Pure.

A deployment, putting back after a failure, reverting, and the two halves of a hand-over are all plans from one state to
another, and all made here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle import view_statements
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_order import in_order
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_references import references
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import Grant, View
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change

Views = Mapping[str, "View | None"]
"""By name; None for one that is not, or shall not be there."""


@dataclass(frozen=True)
class ViewChange(Change):
    """What becomes of one view."""

    name: str = ""
    definition: tuple[str, ...] = ()
    """CREATE OR REPLACE VIEW, or DROP VIEW."""
    forced: bool = False
    """Whether the view was invalid and shall be so again."""
    attributes: tuple[str, ...] = ()
    """Comments and rights."""


def uses_within(schema: str, views: Views) -> dict[str, set[str]]:
    """Return which views of a set of a schema each of them uses; other schemas may have some of the same name."""
    uses: dict[str, set[str]] = {}
    for name, view in views.items():
        if view is None:
            uses[name] = set()
            continue
        read = {each.name for each in references(view.query) if not each.link and each.owner in (None, schema)}
        uses[name] = (read | set(view.depends)) & set(views)
    return uses


def plan_views(
    schema: str, before: Mapping[str, View], after: Views, *, revoke: bool | Mapping[str, frozenset[Grant]] = False
) -> list[ViewChange]:
    """Return the changes in the order of application: views after those that they use, at last those that go.

    Args:
        schema: whose views they are.
        before: those that are there.
        after: those that shall be there, and None for those that shall not.
        revoke: whether rights that are not declared are taken away; or which of each view.

    Raises:
        Problem: the views use each other in a circle.
    """
    changes = []
    for name in in_order(uses_within(schema, after)):
        view = after[name]
        if view is not None:
            allowed = revoke if isinstance(revoke, bool) else revoke.get(name, frozenset())
            change = _change(schema, before.get(name), view, allowed)
            if change is not None:
                changes.append(change)
    gone = {name: before[name] for name, view in after.items() if view is None and name in before}
    for name in reversed(in_order(uses_within(schema, gone))):
        statement = view_statements.drop(schema, name)
        shown = view_statements.script(gone[name])
        changes.append(ViewChange(f"view {schema}.{name}", "delete", shown, None, name, (statement,)))
    return changes


def _change(schema: str, before: View | None, after: View, revoke: bool | frozenset[Grant]) -> ViewChange | None:
    """Return what becomes of a view that shall be there, None if it is as it shall be."""
    force = not after.valid
    replaced = before is None or not before.same_definition(after) or (not before.valid and not force)
    comments = tuple(view_statements.comments(schema, before, after, replaced=replaced))
    present = before.grants if before is not None else frozenset()
    rights, left = _rights(schema, after, present, revoke)
    if not (replaced or comments or rights):
        return None
    reached = replace(after, grants=left)
    return ViewChange(
        f"view {schema}.{after.name}",
        "create" if before is None else "update",
        view_statements.script(before),
        view_statements.script(reached),
        after.name,
        (view_statements.create(schema, after, force=force),) if replaced else (),
        force,
        (*comments, *rights),
    )


def _rights(
    schema: str, after: View, present: frozenset[Grant], revoke: bool | frozenset[Grant]
) -> tuple[list[str], frozenset[Grant]]:
    """Return what gives and takes rights, and which there are then."""
    wanted = {(each.privilege, each.grantee): each for each in after.grants}
    reached = {(each.privilege, each.grantee): each for each in present}
    statements = []
    for key, right in sorted(wanted.items()):
        has = reached.get(key)
        if has is None or (right.grantable and not has.grantable):
            statements.append(view_statements.grant(schema, after.name, right))
            reached[key] = right
    for key, has in sorted(reached.items()):
        right_or_none = wanted.get(key)
        takes = revoke if isinstance(revoke, bool) else any(key == each[:2] for each in revoke)
        if not takes or has == right_or_none:
            continue
        statements.append(view_statements.revoke(schema, after.name, has))
        del reached[key]
        if right_or_none is not None:
            # the option alone cannot be taken away
            statements.append(view_statements.grant(schema, after.name, right_or_none))
            reached[key] = right_or_none
    return statements, frozenset(reached.values())


def statements_of(changes: Sequence[ViewChange]) -> list[str]:
    """Return all statements in the order in which they are executed."""
    definitions = [each for change in changes for each in change.definition]
    return definitions + [each for change in changes for each in change.attributes]


def extra_grants(before: Mapping[str, View], after: Views) -> dict[str, list[Grant]]:
    """Return the rights that there are and that nobody declares, of each view that has some."""
    found = {}
    for name, view in after.items():
        if view is None or name not in before:
            continue
        wanted = {(each.privilege, each.grantee): each.grantable for each in view.grants}
        extra = [
            each
            for each in sorted(before[name].grants)
            if (each.privilege, each.grantee) not in wanted or (each.grantable and not wanted[each[:2]])
        ]
        if extra:
            found[name] = extra
    return found
