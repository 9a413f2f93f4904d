# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CREATE, ALTER and DROP VIEW, and COMMENT ON."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from emulators.oracle.engine import rights
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.model import Model
from emulators.oracle.engine.results import Outcome
from emulators.oracle.engine.schema_objects import Table, View
from emulators.oracle.sql.catalogue import Catalogue
from emulators.oracle.sql.ddl import defines, existing, in_schema, owned
from emulators.oracle.sql.registry import Action, statement
from emulators.oracle.sql.tokens import Words
from emulators.oracle.sql.tree import Name
from emulators.oracle.sql.view_text import compile_view, expanded

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session


@statement("CREATE", "VIEW")
def create_view(words: Words) -> Action:
    """Read CREATE VIEW."""
    return _create(words, replaces=False, force=False)


@statement("CREATE", "FORCE", "VIEW")
def create_force_view(words: Words) -> Action:
    """Read CREATE FORCE VIEW."""
    return _create(words, replaces=False, force=True)


@statement("CREATE", "OR", "REPLACE", "VIEW")
def replace_view(words: Words) -> Action:
    """Read CREATE OR REPLACE VIEW."""
    return _create(words, replaces=True, force=False)


@statement("CREATE", "OR", "REPLACE", "FORCE", "VIEW")
def replace_force_view(words: Words) -> Action:
    """Read CREATE OR REPLACE FORCE VIEW."""
    return _create(words, replaces=True, force=True)


@statement("CREATE", "OR", "REPLACE", "NOFORCE")
def replace_noforce_view(words: Words) -> Action:
    """Read CREATE OR REPLACE NOFORCE VIEW."""
    words.expect("VIEW")
    return _create(words, replaces=True, force=False)


def _create(words: Words, *, replaces: bool, force: bool) -> Action:
    name = words.qualified()
    names: list[str] = []
    if words.skip("("):
        while True:
            names.append(words.name())
            if not words.sees_any((",", ")")):
                raise refused("constraints and attributes of a view's columns", words.next.position)
            if not words.skip(","):
                break
        words.expect(")")
    if words.sees_any(("BEQUEATH", "DEFAULT", "OF", "SHARING")):
        raise refused(f"CREATE VIEW ... {words.next.value}", words.next.position)
    words.expect("AS", number=905)
    start = words.tokens[words.at - 1].end  # comments before AS are lost, those after it are kept
    start += len(words.text[start:]) - len(words.text[start:].lstrip())
    text = words.text[start:].rstrip()
    read_only = [each.value for each in words.tokens[-4:-1]] == ["WITH", "READ", "ONLY"]

    def run(session: Session, model: Model) -> Outcome:
        owner, last = owned(session, name)
        in_schema(session, model, owner, "CREATE VIEW", "CREATE ANY VIEW")
        found = model.object(owner, last)
        if found is not None and (not replaces or isinstance(found, Table)):
            raise OracleError(955)
        return _define(session, model, found, (owner, last), text, names, start, force=force, read_only=read_only)

    return defines(run, view=name)


def _define(
    session: Session, model: Model, found: View | Table | None, key: tuple[str, str], text: str, names: list[str],
    start: int, *, force: bool, read_only: bool,
) -> Outcome:  # fmt: skip
    now = time.time()
    instance = session.instance
    stored = text
    try:
        stored = expanded(Words(text), Catalogue(instance, key[0], key[0], definer=True))
    except OracleError as error:
        error.position += start
        if not force or error.number in _SYNTAX:
            raise
    view = View(model.new_id(), *key, now, now, stored, list(names), read_only=read_only)
    if isinstance(found, View):
        view.id, view.created, view.comment = found.id, found.created, found.comment
        view.columns = [each for each in found.columns if each.name in names] if names else []
    compile_view(instance, model, view)
    if view.status == "INVALID" and not force:
        # said again, with where it is
        from emulators.oracle.sql.view_text import bind_view  # noqa: PLC0415

        try:
            bind_view(Catalogue(instance, key[0], key[0], definer=True), Words(stored), names)
        except OracleError as error:
            error.position += start
            raise
        raise OracleError(1731, message="circular view definition encountered")
    if isinstance(found, View):
        for column in view.columns:
            before = found.column(column.name)
            column.comment = before.comment if before is not None else ""
    _grantable(model, view)
    model.objects[key] = view
    model.touch_object(view)
    if found is not None:
        instance.invalidate(*key)
    return Outcome(warning=view.status == "INVALID")


_SYNTAX = frozenset({900, 905, 906, 907, 911, 923, 933, 936, 972, 1027, 1742, 1756})


def _grantable(model: Model, view: View) -> None:
    """Raise OracleError 1720 if a view is granted to others whose base its owner may not grant."""
    if any(each.kind == "OBJECT" and (each.owner, each.object) == (view.owner, view.name) for each in model.grants):
        check_bases(model, view)


def check_bases(model: Model, view: View) -> None:
    """Raise OracleError 1720 unless a view's owner may grant SELECT on all that it reads."""
    for owner, name in view.dependencies:
        base = model.object(owner, name)
        if base is not None and owner != view.owner and not any(
            each.kind == "OBJECT" and each.option and each.grantee == view.owner
            and (each.owner, each.object) == (owner, name) and each.privilege in ("SELECT", "READ")
            for each in model.grants
        ):  # fmt: skip
            raise OracleError(1720, f"{owner}.{name}")


@statement("ALTER", "VIEW")
def alter_view(words: Words) -> Action:
    """Read ALTER VIEW ... COMPILE."""
    name = words.qualified()
    if not words.skip("COMPILE"):
        words.fail(where="after ALTER VIEW: only COMPILE is known")
    words.done()

    def run(session: Session, model: Model) -> Outcome:
        found = existing(session, model, name)
        if not isinstance(found, View):
            raise OracleError(942)
        if found.owner != session.user:
            rights.demand(model, session.user, "ALTER ANY TABLE")
        found.changed = time.time()
        compile_view(session.instance, model, found)
        return Outcome(warning=found.status == "INVALID")

    return defines(run, view=name)


@statement("DROP", "VIEW")
def drop_view(words: Words) -> Action:
    """Read DROP VIEW."""
    name = words.qualified()
    if words.sees("CASCADE"):
        raise refused("DROP VIEW ... CASCADE CONSTRAINTS", words.next.position)
    words.done()

    def run(session: Session, model: Model) -> None:
        found = existing(session, model, name)
        if not isinstance(found, View):
            raise OracleError(942)
        if found.owner != session.user:
            rights.demand(model, session.user, "DROP ANY VIEW")
        forget(model, found.owner, found.name)
        session.instance.invalidate(found.owner, found.name)

    return defines(run, view=name)


def forget(model: Model, owner: str, name: str) -> None:
    """Take a table or a view away, with the grants on it."""
    found = model.objects.pop((owner, name))
    model.grants = [each for each in model.grants if not rights.is_on(each, owner, name)]
    model.touch("grants")
    model.touch_object(found)


@statement("COMMENT", "ON", "TABLE")
def comment_on_table(words: Words) -> Action:
    """Read COMMENT ON TABLE, which is for views too."""
    name = words.qualified()
    words.expect("IS")
    text = words.string()
    words.done()

    def run(session: Session, model: Model) -> None:
        found = _commented(session, model, name)
        found.comment = text
        model.touch_object(found)

    return defines(run)


@statement("COMMENT", "ON", "COLUMN")
def comment_on_column(words: Words) -> Action:
    """Read COMMENT ON COLUMN."""
    *name, column = words.qualified()
    words.expect("IS")
    text = words.string()
    words.done()

    def run(session: Session, model: Model) -> None:
        if not name:
            raise OracleError(1748, message="only simple column names allowed here")
        found = _commented(session, model, tuple(name))
        target = found.column(column)
        if target is None:
            raise OracleError(904, f'"{column}"')
        target.comment = text
        model.touch_object(found)

    return defines(run)


def _commented(session: Session, model: Model, name: Name) -> View | Table:
    found = existing(session, model, name)
    if found.owner != session.user:
        rights.demand(model, session.user, "COMMENT ANY TABLE")
    return found
