# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The history of a set of views: what each deployment left, so that the one before can be brought back. Pure.

A deployment is a record for each view of the set, its query and all that belongs to it. What was there before the first
deployment, or was changed behind the back of the last one, is recorded as found before it is replaced, together with
what replaces it: a run that breaks off can then be told from somebody who changed the views.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_planner import Views
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import Deployment, Grant, View
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change, MissingPrerequisite, Problem

BEGUN = {"deployed": "deploying", "removed": "removing", "reverted": "reverting"}
"""What a deployment is recorded as before its first change. One that stays so broke off, or is still at work."""

FORWARD = ("deployed", "removed", "deploying", "removing")
"""What can be reverted: finding and reverting cannot."""

COLUMNS = (
    "set_name VARCHAR2(128) NOT NULL",
    "deployment NUMBER(10) NOT NULL",
    "view_name VARCHAR2(128) NOT NULL",
    "action VARCHAR2(16) NOT NULL",
    "checksum VARCHAR2(64)",
    "deployer VARCHAR2(128) NOT NULL",
    "change_id VARCHAR2(128)",
    "deployed_at TIMESTAMP(6) NOT NULL",
    "details CLOB",
    "definition CLOB",
    "PRIMARY KEY (set_name, deployment, view_name)",
)
"""Of the table. Times are UTC; details are JSON; a view that was not there has neither checksum nor definition."""


@dataclass(frozen=True)
class HistoryChange(Change):
    """Records to add."""

    deployments: tuple[Deployment, ...] = ()


def deployments_of(rows: Iterable[Sequence[Any]], where: str) -> list[Deployment]:
    """Return the deployments that rows of the table describe.

    Args:
        rows: deployment, action, deployer, change, time, view, details, definition; ordered by deployment.
        where: what messages call the table.

    Raises:
        Problem: a record cannot be understood.
    """
    found = []
    for (number, action, deployer, change, at), group in groupby(rows, key=lambda row: tuple(row[:5])):
        views: dict[str, View | None] = {}
        for *_head, name, details, definition in group:
            try:
                views[name] = None if definition is None else View.of_details(name, definition, json.loads(details))
            except (ValueError, KeyError, TypeError, IndexError) as error:
                raise Problem(
                    f"the record of {name} in deployment {number} cannot be understood",
                    where=where,
                    found=f"{type(error).__name__}: {error}",
                    remedy="Restore the table from a backup, or use another history_table.",
                ) from None
        shown = at.isoformat(sep=" ", timespec="seconds") if hasattr(at, "isoformat") else str(at)
        found.append(Deployment(int(number), action, views, deployer, change, shown))
    return found


def rows_of(set_name: str, deployment: Deployment) -> list[tuple[object, ...]]:
    """Return the rows that record a deployment, without the time. Long values come last, as the driver needs them."""
    return [
        (
            set_name,
            deployment.number,
            name,
            deployment.action,
            None if view is None else view.checksum,
            deployment.deployer,
            deployment.change,
            None if view is None else json.dumps(view.details()),
            None if view is None else view.query,
        )
        for name, view in sorted(deployment.views.items())
    ]


def is_begun(deployment: Deployment) -> bool:
    """Return whether nothing says that a deployment has come to its end."""
    return deployment.action in BEGUN.values()


def as_begun(deployments: Iterable[Deployment]) -> list[Deployment]:
    """Return deployments as they are recorded before the first change."""
    return [replace(each, action=BEGUN.get(each.action, each.action)) for each in deployments]


def state_after(history: Iterable[Deployment]) -> dict[str, View | None]:
    """Return what the views were after some deployments. One that has not come to its end has left nothing for sure."""
    state: dict[str, View | None] = {}
    for each in history:
        if not is_begun(each):
            state |= each.views
    return state


def names_in(history: Iterable[Deployment]) -> set[str]:
    """Return the views that deployments are about."""
    return {name for each in history for name in each.views}


def same(one: View | None, other: View | None) -> bool:
    """Return whether two views are the same in all that is kept, or both not there."""
    if one is None or other is None:
        return one is other
    return one.same_definition(other) and one.comments == other.comments and one.grants == other.grants


def differs(state: Views, other: Views) -> bool:
    """Return whether another state has other views of the same names."""
    return any(not same(view, other.get(name)) for name, view in state.items())


@dataclass(frozen=True)
class Target:
    """What reverting leads to."""

    views: Mapping[str, View | None]
    revoke: Mapping[str, frozenset[Grant]]
    """Rights that what is reverted gave."""
    takes_back: bool = False
    """Whether deployments that stand are taken back. That is recorded even if their views are what was there before."""


def reverted(
    history: Sequence[Deployment] | None, number: int | None, where: str, *, whole_release: bool = False
) -> Target:
    """Return what the set was before its last deployment, or after one that is named.

    Where the last one, or with `whole_release` every one, was taken back already, it is what that has left.

    Args:
        history: in its order; None if there is no table for it.
        number: the deployment to go back to; 0 for what was before the first one.
        where: what messages call the table.
        whole_release: go back to before the first of all deployments that stand, whichever changes they belong to.

    Raises:
        MissingPrerequisite: nothing was deployed.
        Problem: there is no such deployment.
    """
    forward = [place for place, each in enumerate(history or ()) if each.action in FORWARD]
    if not history or not forward:
        raise MissingPrerequisite(
            "there is nothing to revert to: no deployment of this set is recorded",
            where=where,
            remedy="Deploy it first, or correct set_name or history_table.",
        )
    standing = _standing(history)
    if number is not None:
        place, stands = (forward[0] if number == 0 else _after(history, number, where)), True
    elif whole_release:
        place, stands = (standing or forward)[0], bool(standing)
    else:
        place, stands = forward[-1], forward[-1] in standing
    known = history[:place] if stands else history
    state = _before(history) | state_after(known)
    undone = [*_broken_off(history[:place]), *history[place:]]
    names = names_in(undone)
    if number is not None:
        # no later deployment need have touched what somebody has changed since; what had left the set by then stays
        ended = [at for at, each in enumerate(known) if each.action in BEGUN]
        names |= names_in(known[ended[-1] :] if ended else ())
    revoke = {}
    for name in names:
        view = state.get(name)
        keeps = view.grants if view is not None else frozenset()
        given = {
            grant
            for each in undone
            if each.action in FORWARD and (later := each.views.get(name)) is not None
            for grant in later.grants
        }
        # one that was given with another option is taken away too, and given anew as it was
        revoke[name] = frozenset(given - keeps)
    return Target({name: state.get(name) for name in sorted(names)}, revoke, stands and number is None)


def _after(history: Sequence[Deployment], number: int, where: str) -> int:
    """Return the place after a deployment."""
    for place, each in enumerate(history, start=1):
        if each.number == number:
            return place
    raise Problem(
        f"deployment={number} is refused: it is not recorded",
        where=where,
        expected=", ".join(["0", *(str(each.number) for each in history)]),
        remedy="Give one of them.",
    )


def _before(history: Sequence[Deployment]) -> dict[str, View | None]:
    """Return what each view was before the history: what it was found to be, if that is the first record of it."""
    state: dict[str, View | None] = {}
    for each in history:
        for name, view in each.views.items():
            state.setdefault(name, view if each.action == "found" else None)
    return state


def _standing(history: Sequence[Deployment]) -> list[int]:
    """Return the places of the deployments that nothing has taken back.

    The history does not say where reverting led to, but what it left: that is what stood when the set was so first.
    """
    states = [_before(history)]
    standing: list[list[int]] = [[]]
    for place, each in enumerate(history):
        state = states[-1] if is_begun(each) else {**states[-1], **each.views}
        stands = [*standing[-1], place] if each.action in FORWARD else standing[-1]
        if each.action == "reverted":
            same_states = (then for then, was in zip(standing, states, strict=True) if not differs(state, was))
            stands = next(same_states, stands)
        states.append(state)
        standing.append(stands)
    return standing[-1]


def plan_history(
    history: Sequence[Deployment] | None,
    before: Mapping[str, View],
    after: Views,
    action: str,
    *,
    changing: bool,
    deployer: str,
    change: str | None,
) -> HistoryChange | None:
    """Return the records that a deployment leaves, None if it leaves none.

    Args:
        history: what is recorded.
        before: the views that are there.
        after: the views that are declared, None for those that shall not be there.
        action: deployed, reverted or removed.
        changing: whether a view is changed.
        deployer: who deploys.
        change: the change under which it is deployed.
    """
    recorded = state_after(history or ())
    broken_off = _broken_off(history or ())
    if not changing and not broken_off and not differs(after, recorded):
        return None
    number = max((each.number for each in history or ()), default=0)
    present = {name: before.get(name) for name in after}
    if broken_off:
        # what these have left was not there before: that is recorded already
        mixed = {
            name: [state.get(name) for state in (recorded, *(each.views for each in broken_off))] for name in after
        }
        present = {name: view for name, view in present.items() if not _is_mixture(view, mixed[name])}
    added = []
    if differs(present, recorded):
        number += 1
        added.append(Deployment(number, "found", present, deployer, change))
    added.append(Deployment(number + 1, action, dict(after), deployer, change))
    shown = [
        {"deployment": each.number, "action": each.action, "change": each.change, "views": sorted(each.views)}
        for each in added
    ]
    return HistoryChange("history of the views", "create", None, shown, tuple(added))


def _broken_off(history: Sequence[Deployment]) -> list[Deployment]:
    """Return the deployments at the end of a history that were begun, and none after them has come to its end."""
    ended = [place for place, each in enumerate(history) if each.action in BEGUN]
    return [each for each in history[ended[-1] + 1 if ended else 0 :] if is_begun(each)]


def _is_mixture(view: View | None, states: Sequence[View | None]) -> bool:
    """Return whether all of a view is of one or another of its states: between two statements it is neither."""
    views = [each for each in states if each is not None]
    if view is None:
        return len(views) < len(states)
    comments = {item for each in views for item in each.comments.items()}
    grants = {grant for each in views for grant in each.grants}
    defined = any(view.same_definition(each) for each in views)
    return defined and view.comments.items() <= comments and view.grants <= grants
