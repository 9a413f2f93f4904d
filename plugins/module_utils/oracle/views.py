# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A set of views, kept as declared: what module `oracle_views` reconciles.

A set is in force as a whole or not at all: if anything fails on the way, what was replaced is put back. What was there
is recorded before it is replaced, so that not even a run that is killed loses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle import view_reader
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.arguments import server_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.failures import ConnectionLost, SqlProblem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import listed, quoted, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_checks import (
    check_bases,
    check_found,
    missing_grantees,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_declaration import views_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_facts import ACTIONS, facts_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_history import (
    BEGUN,
    COLUMNS,
    HistoryChange,
    Target,
    as_begun,
    names_in,
    plan_history,
    reverted,
    rows_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_planner import (
    ViewChange,
    plan_views,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import Deployment, FoundViews
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_writer import (
    prove_valid,
    put_back,
    write,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    Change,
    MissingPrerequisite,
    Problem,
    Resource,
)


class ViewSet(Resource[FoundViews, Change]):
    """A set of views of one schema."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Check the parameters of module `oracle_views`; nothing is sent.

        Raises:
            Problem: they cannot be meant.
        """
        self.declared = views_from(params)
        self._session = Session(server_from(params))
        self._session.lock_seconds = params["ddl_lock_timeout"]
        self._found = FoundViews("", self.declared.schema, schema_known=False, views={})
        self._changes: Sequence[Change] = ()
        self._warnings: list[str] = []

    def read(self) -> FoundViews:
        """Return the views, what uses them and their history; what cannot be done is refused."""
        self._found = self._read()
        after = self._target(self._found).views
        check_found(self._found, after)
        self._changes = self.plan(self._found)
        changes = [each for each in self._changes if isinstance(each, ViewChange)]
        check_bases(self._session, self.declared.schema, after, changes)
        return self._found

    def _read(self) -> FoundViews:
        declared, session = self.declared, self._session
        schema = declared.schema
        user = view_reader.read_user(session)
        if not view_reader.schema_known(session, schema):
            return FoundViews(user, schema, schema_known=False, views={})
        session.use_schema(schema)
        objects = view_reader.read_objects(session, schema, [declared.history_table, *declared.views])
        history = None
        if declared.history_table in objects.types:
            history = view_reader.read_history(session, schema, declared.history_table, declared.set_name)
        names = sorted({*declared.views, *names_in(history or ())})
        objects = view_reader.read_objects(session, schema, names)
        views = view_reader.read_set(session, schema, user, names, objects.invalid)
        granting = declared.views.values() if declared.state == "present" else ()
        return FoundViews(
            user,
            schema,
            schema_known=True,
            views=views,
            others={name: objects.types[name] for name in declared.views if objects.types.get(name, "VIEW") != "VIEW"},
            dependents=view_reader.read_dependents(session, schema, sorted(views)),
            history=history,
            errors=view_reader.read_errors(session, schema, [name for name, view in views.items() if not view.valid]),
            unknown_grantees=view_reader.unknown_grantees(session, granting),
        )

    def _target(self, found: FoundViews) -> Target:
        """Return what the views shall be."""
        declared = self.declared
        if declared.state == "reverted":
            where = f"{self._session.where} table {shown(declared.schema, declared.history_table)}"
            return reverted(found.history, declared.deployment, where, whole_release=declared.whole_release)
        if declared.state == "absent":
            return Target(dict.fromkeys(declared.views), {})
        return Target(declared.views, {})

    def prerequisite(self, present: FoundViews) -> MissingPrerequisite | None:
        """Return that somebody who gets rights is not there."""
        return missing_grantees(present)

    def plan(self, present: FoundViews) -> Sequence[Change]:
        """Return the changes of the views, and the records that they leave in the history."""
        declared, target = self.declared, self._target(present)
        revoke = target.revoke if declared.state == "reverted" and not declared.revoke_extra else declared.revoke_extra
        changes: list[Change] = [*plan_views(declared.schema, present.views, target.views, revoke=revoke)]
        record = plan_history(
            present.history,
            present.views,
            target.views,
            ACTIONS[declared.state],
            changing=bool(changes) or target.takes_back,
            deployer=declared.deployer or present.user,
            change=declared.change,
        )
        return changes if record is None else [*changes, record]

    def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
        """Record what is there, make the changes and prove everything valid; if anything fails, put back what was."""
        views = [each for each in changes if isinstance(each, ViewChange)]
        records = [record for each in changes if isinstance(each, HistoryChange) for record in each.deployments]
        after = self._target(self._found).views
        self._check_undisturbed()
        try:
            self._begin(records)
        except ConnectionLost as problem:  # whether it is recorded is not known
            yield from self._put_back(problem, [], records)
        try:
            write(self._session, views)
            valid = [name for name, view in after.items() if view is not None]
            for each in prove_valid(self._session, self._found, valid):
                self._warnings.append(f"{each} is invalid, and this account may not compile it.")
            self._end(records)
        except Problem as problem:
            failure = problem
        except Exception as error:  # a defect of ours: even then what was there is put back
            failure = Problem(f"unexpected {type(error).__name__}: {error}")
            failure.__cause__ = error
        else:
            yield from changes
            return
        yield from self._put_back(failure, views, records)

    def _check_undisturbed(self) -> None:
        """Stop before anything is touched if the set was deployed by somebody else since it was read.

        What would be put back after a failure, and recorded as found, is not what is there any more.
        """
        declared, session = self.declared, self._session
        if (
            self._found.history is None
            and not view_reader.read_objects(session, declared.schema, [declared.history_table]).types
        ):
            return
        known = {(each.number, each.action) for each in self._found.history or ()}
        last = max((number for number, _action in known), default=0)
        recorded = view_reader.read_deployments(session, declared.schema, declared.history_table, declared.set_name)
        later = [told for key, told in recorded.items() if key not in known]
        if later:
            raise Problem(
                f"set {declared.set_name} is being deployed by somebody else as well",
                where=f"{session.where} table {shown(declared.schema, declared.history_table)}",
                expected=f"no deployment after {last}, which was the last one when this run began",
                found=listed(later),
                remedy="Nothing was touched. Look at what was deployed, and run it again if it is still wanted.",
            )

    def _put_back(
        self, failure: Problem, changes: Sequence[ViewChange], records: Sequence[Deployment]
    ) -> Iterator[Change]:
        """Put back what was there, yield what stands nevertheless, and raise why."""
        names = [each.name for each in changes]
        standing: list[str] | None = None
        invalid: list[str] = []
        why = "what stands could not be read"
        try:
            standing, invalid = put_back(self._session, self._found, names)
            if not standing:  # else the history says what was there
                self._forget(records)
        except Problem as problem:
            why = f"{why}: {problem}"
        if standing is None:
            told = f"It is not known what stands of {listed(map(shown, names))} ({why})."
        elif standing:
            told = f"Not put back: {listed(map(shown, standing))}; the others are what they were."
            yield from (each for each in changes if each.name in standing)
        else:
            told = "What had been replaced was put back." if names else "The views were not touched."
        if invalid:
            told += f" To be compiled again, which their next use does: {listed(map(shown, invalid))}."
        raise Problem(
            failure.what,
            where=failure.where,
            expected=failure.expected,
            found=failure.found,
            remedy=f"{told} {failure.remedy or ''}".strip(),
        ) from failure.__cause__

    def _begin(self, records: Sequence[Deployment]) -> None:
        """Record what is there, and what is begun: in a table that is created if there is none.

        Raises:
            Problem: somebody else has begun at the same moment, or it was not recorded; the views are untouched.
        """
        declared, session = self.declared, self._session
        table = quoted(declared.schema, declared.history_table)
        now = datetime.now(UTC).replace(tzinfo=None)
        rows = [(now, *row) for each in as_begun(records) for row in rows_of(declared.set_name, each)]
        insert = " ".join(
            (
                "INSERT INTO",
                table,
                "(deployed_at, set_name, deployment, view_name, action, checksum, deployer, change_id, details, "
                "definition) VALUES (:1, :2, :3, :4, :5, :6, :7, :8, :9, :10)",
            )
        )
        try:
            if self._found.history is None:
                session.execute_all([[f"CREATE TABLE {table} ({', '.join(COLUMNS)})"]])
            with session.transaction():
                session.call_many(insert, rows)
        except SqlProblem:
            self._check_undisturbed()  # who was faster says more than that there is such a record
            raise

    def _end(self, records: Sequence[Deployment]) -> None:
        """Record that what was begun has come to its end."""
        table = quoted(self.declared.schema, self.declared.history_table)
        update = " ".join(("UPDATE", table, "SET action = :1 WHERE set_name = :2 AND deployment = :3"))
        with self._session.transaction():
            for each in records:
                if each.action in BEGUN:
                    self._session.call(update, each.action, self.declared.set_name, each.number)

    def _forget(self, records: Sequence[Deployment]) -> None:
        """Delete the records of this run, if it got so far that it may have left some."""
        if not view_reader.read_objects(self._session, self.declared.schema, [self.declared.history_table]).types:
            return
        table = quoted(self.declared.schema, self.declared.history_table)
        with self._session.transaction():
            for each in records:
                self._session.call(
                    " ".join(("DELETE FROM", table, "WHERE set_name = :1 AND deployment = :2")),
                    self.declared.set_name,
                    each.number,
                )

    def facts(self, present: FoundViews) -> Mapping[str, object]:
        """Return the views as they were, the history, the hand-over, and what has to be warned about."""
        changes = [each for each in self._changes if isinstance(each, ViewChange)]
        facts = facts_of(self.declared, present, self._target(present).views, changes, self._session.lock_seconds)
        return {**facts, "warnings": [*self._warnings, *facts["warnings"]]}

    def close(self) -> None:
        """Close the connection."""
        self._session.close()
