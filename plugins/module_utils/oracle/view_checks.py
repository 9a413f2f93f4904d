# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is found before a set of views is touched: what a query reads and is not there, and what is in the way."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.failures import SqlProblem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import listed, quoted, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.sql_text import tokens
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_order import in_order, users_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_planner import (
    ViewChange,
    Views,
    uses_within,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_references import references
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import FoundViews, View
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import MissingPrerequisite, Problem

_MISSING = (942, 904, 4043, 2019)
"""Table or view, column, object, link that is not there."""
_TOGETHER = 10
"""Views whose queries are tried at once."""
_WITHIN_WITH = 32034
"""Old servers do not take WITH inside of WITH: then only CREATE VIEW itself can tell."""


def check_found(found: FoundViews, after: Views) -> None:
    """Refuse what cannot be done with what is there. Pure.

    Raises:
        MissingPrerequisite: the schema is not there.
        Problem: something else has the name of a view, or something uses a view that shall go.
    """
    if not found.schema_known:
        raise MissingPrerequisite(
            f"there is no schema {shown(found.schema)}", where="the database", remedy="Correct schema, or create it."
        )
    for name, kind in found.others.items():
        raise Problem(
            f"{shown(found.schema, name)} is no view but a {kind.lower()}",
            where="the database",
            remedy="Give the view another name, or have the other thing renamed.",
        )
    gone = {name for name, view in after.items() if view is None and name in found.views}
    using = [each for each in found.dependents if gone & set(each.uses)]
    if using:
        raise Problem(
            "views that shall go are used",
            where=f"schema {shown(found.schema)}",
            found=listed(
                f"{each.type.lower()} {shown(each.owner, each.name)} uses {listed(each.uses)}" for each in using
            ),
            remedy="Remove what uses them first, or keep them.",
        )


def missing_grantees(found: FoundViews) -> MissingPrerequisite | None:
    """Return that accounts or roles that get rights are not there, None if they are. Pure."""
    if not found.unknown_grantees:
        return None
    return MissingPrerequisite(
        "there is no such account, or role",
        where="@grant of the sources",
        found=listed(map(shown, sorted(found.unknown_grantees))),
        remedy="Create the account first (uoe.exam_scheduling.oracle_account).",
    )


def trial_of(schema: str, after: Views, names: Sequence[str]) -> str:
    """Return a query that reads nothing, and can only be understood if the queries of some views can be. Pure.

    Views of the set that they use are part of it, as they shall be: the database may not have them yet.
    """
    uses = uses_within(schema, after)
    needed: set[str] = set(names)
    while more := {used for name in needed for used in uses[name]} - needed:
        needed |= more
    parts = []
    for name in in_order(uses):
        view = after[name]
        if name in needed and view is not None:
            columns = ", ".join(quoted(each) for each in view.columns)
            parts.append(f"{quoted(name)} ({columns}) AS (\n{_within(schema, view, after)}\n)")
    reads = [" ".join(("SELECT 1 AS found FROM", quoted(each), "WHERE 1 = 0")) for each in names]
    return " ".join(("WITH", ",\n".join(parts), " UNION ALL ".join(reads)))


def _within(schema: str, view: View, after: Views) -> str:
    """Return a view's query with what it uses of the set named without the schema, and without its closing clause."""
    stream, text = tokens(view.query), view.query
    end = stream[:-2] if len(stream) > 2 and stream[-2].text == "CONSTRAINT" else stream
    if [each.text for each in end[-3:]] in (["WITH", "READ", "ONLY"], ["WITH", "CHECK", "OPTION"]):
        text, stream = text[: end[-3].start], end[:-3]
    for place in range(len(stream) - 3, -1, -1):
        owner, dot, name = stream[place : place + 3]
        if owner.name == schema and dot.text == "." and name.name in after:
            text = text[: owner.start] + text[name.start :]
    return text


def check_bases(session: Session, schema: str, after: Views, changes: Collection[ViewChange]) -> None:
    """Have the database read the queries of the views that change, and of those that use them, without any row.

    Raises:
        MissingPrerequisite: a table, view or column is not there, or not for this account; all of them are named.
        Problem: a query has an error.
    """
    uses = uses_within(schema, after)
    changing = {change.name for change in changes if change.definition and after[change.name] is not None}
    names = [name for name in in_order(uses) if name in users_of(changing, uses) and after[name] is not None]
    suspects: list[str] = []
    for first in range(0, len(names), _TOGETHER):
        chosen = names[first : first + _TOGETHER]
        if _refusal(session, trial_of(schema, after, chosen)) is not None:
            suspects += chosen
    wrong: dict[str, SqlProblem] = {}
    for name in suspects:
        if uses[name] & wrong.keys():
            continue  # what it uses is wrong: it would say the same
        problem = _refusal(session, trial_of(schema, after, [name]))
        if problem is not None:
            wrong[name] = problem
    if not wrong:
        return
    texts = [
        f"view {shown(name)}: {problem.found}{_bases_of(session, schema, after[name])}"
        for name, problem in wrong.items()
    ]
    missing = all(problem.number in _MISSING for problem in wrong.values())
    raise (MissingPrerequisite if missing else Problem)(
        "views could not be made",
        where=session.where,
        found="; ".join(texts),
        remedy="Have what is missing created, or granted to the owner of the views directly, not through a role."
        if missing
        else "Correct their sources.",
    )


def _refusal(session: Session, query: str) -> SqlProblem | None:
    try:
        session.rows(query)
    except SqlProblem as problem:
        return None if problem.number == _WITHIN_WITH else problem
    return None


def _bases_of(session: Session, schema: str, view: View | None) -> str:
    """Return which of the tables that a view reads this account does not see, as a message says it."""
    if view is None:
        return ""
    pairs = sorted({(each.owner or schema, each.name) for each in references(view.query) if not each.link})
    seen = session.rows_of_pairs(
        "SELECT DISTINCT owner, object_name, 'X' FROM all_objects WHERE (owner, object_name) IN {pairs}", pairs
    )
    there = {(owner, name) for owner, name, _mark in seen}
    missing: Mapping[tuple[str, str], None] = dict.fromkeys(each for each in pairs if each not in there)
    return f" (not seen: {listed(shown(*each) for each in missing)})" if missing else ""
