# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes views what a plan says, proves them valid, and puts back what was there if anything fails."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle import view_reader
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.failures import SqlProblem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import listed, quoted, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_history import same
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_planner import (
    ViewChange,
    Views,
    plan_views,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import FoundViews, View
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_BODIES = {"PACKAGE BODY": "PACKAGE", "TYPE BODY": "TYPE"}
_COMPILES = ("VIEW", "PROCEDURE", "FUNCTION", "PACKAGE", "TRIGGER", "TYPE", "MATERIALIZED VIEW", *_BODIES)
_NOT_ALLOWED = (942, 1031, 4043)


def write(session: Session, changes: Sequence[ViewChange]) -> None:
    """Execute all definitions, then all comments and rights.

    Raises:
        SqlProblem: the server refused one, which is named; what went before it stands.
        ConnectionLost: how much stands is not known.
    """
    work = [(change, each) for change in changes for each in change.definition]
    work += [(change, each) for change in changes for each in change.attributes]
    try:
        session.execute_all([[statement] for _change, statement in work])
    except SqlProblem as problem:
        change, statement = work[min(problem.position, len(work) - 1)]
        where = f"{problem.where} {change.item}"
        told = SqlProblem(
            "the server refused a statement",
            where=where,
            expected=f"{statement.partition(chr(10))[0]}",
            found=problem.found,
            remedy=_remedy(problem),
        )
        told.number, told.position = problem.number, problem.position
        raise told from None


def _remedy(problem: SqlProblem) -> str:
    if problem.number == 1720:
        return "Have its owner grant the base to the owner of the view WITH GRANT OPTION."
    if problem.number in (942, 1031):
        return (
            "Have the owner of what it reads grant it to the owner of the view directly: a right that comes through a "
            "role does not count in a view."
        )
    return problem.remedy or "Correct the source."


def prove_valid(session: Session, found: FoundViews, names: Sequence[str]) -> list[str]:
    """Compile what is invalid, and make sure that all views, and what uses them and was valid before, are valid.

    Returns:
        what uses them and could not be compiled by this account.

    Raises:
        Problem: something is invalid; its errors are named.
    """
    schema = found.schema
    invalid = view_reader.read_objects(session, schema, names).invalid
    for name in names:
        if name in invalid:
            session.compile(f"ALTER VIEW {quoted(schema, name)} COMPILE")
    dependents = [each for each in view_reader.read_dependents(session, schema, names) if not each.valid]
    valid_before = {(each.owner, each.name, each.type) for each in found.dependents if each.valid}
    dependents = [each for each in dependents if (each.owner, each.name, each.type) in valid_before]
    not_allowed = []
    for each in dependents:
        if each.type not in _COMPILES:
            continue
        body = " BODY" if each.type in _BODIES else ""
        kind = _BODIES.get(each.type, each.type)
        try:
            session.compile(f"ALTER {kind} {quoted(each.owner, each.name)} COMPILE{body}")
        except SqlProblem as problem:
            if problem.number not in _NOT_ALLOWED:
                raise
            not_allowed.append(f"{each.type.lower()} {shown(each.owner, each.name)}")
    if not invalid and not dependents:
        return []
    still = view_reader.read_objects(session, schema, names).invalid
    after = view_reader.read_dependents(session, schema, names) if dependents else []
    broken = [
        f"{each.type.lower()} {shown(each.owner, each.name)}"
        for each in after
        if not each.valid and (each.owner, each.name, each.type) in valid_before
    ]
    broken = [each for each in broken if each not in not_allowed]
    if still or broken:
        errors = view_reader.read_errors(session, schema, sorted(still))
        texts = [f"view {shown(schema, name)}: {errors.get(name, 'invalid')}" for name in sorted(still)]
        raise Problem(
            "not everything is valid afterwards",
            where=session.where,
            expected="every view valid, and what uses it",
            found=listed([*texts, *broken]),
            remedy="Correct the sources, or what uses the views, first.",
        )
    return not_allowed


def put_back(session: Session, found: FoundViews, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Make views what they were, as far as the database lets.

    Returns:
        those that are not what they were, and the others of the set that were valid and are not.

    Raises:
        Problem: it cannot even be read what they are.
    """
    schema = found.schema
    before: Views = {name: found.views.get(name) for name in names}
    present = _present(session, found, names)
    for change in plan_views(schema, present, before, revoke=True):
        try:
            for statement in change.definition:
                if change.forced:
                    session.compile(statement)
                else:
                    session.execute_all([[statement]])
            session.execute_all([[each] for each in change.attributes])
        except SqlProblem:
            continue  # the others are put back all the same; what stands is read afterwards
    with suppress(Problem):  # said below, by what stands
        prove_valid(session, found, [name for name, view in found.views.items() if view.valid])
    present = _present(session, found, sorted({*names, *found.views}))
    standing = [name for name in names if not same(present.get(name), before[name])]
    invalid = [name for name, view in found.views.items() if view.valid and name in present and not present[name].valid]
    return standing, [name for name in invalid if name not in standing]


def _present(session: Session, found: FoundViews, names: Sequence[str]) -> dict[str, View]:
    invalid = view_reader.read_objects(session, found.schema, names).invalid
    return view_reader.read_set(session, found.schema, found.user, names, invalid)
