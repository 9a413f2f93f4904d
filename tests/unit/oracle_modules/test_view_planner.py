# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of views: they lead from any state to any other, and back; rights are taken away only on request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_hand_over import script_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_history import same
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_planner import (
    ViewChange,
    Views,
    extra_grants,
    plan_views,
    statements_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import Grant, View

SCHEMA = "HUB"
NAMES = ["V1", "V2", "V3"]
RIGHTS = st.builds(Grant, st.sampled_from(["SELECT", "READ"]), st.sampled_from(["A", "B"]), st.booleans())
GRANTS = st.lists(RIGHTS, unique_by=lambda each: each[:2]).map(frozenset)


@st.composite
def states(draw: st.DrawFn) -> dict[str, View | None]:
    """Return some views of three, which may use each other."""
    found: dict[str, View | None] = {}
    for name in NAMES:
        columns = draw(st.sampled_from([("A",), ("A", "B")]))
        base = draw(st.sampled_from(["BASE", *(each for each, view in found.items() if view is not None)]))
        comments = draw(st.dictionaries(st.sampled_from(columns), st.sampled_from(["one", "it's"]), max_size=2))
        own = draw(st.sampled_from([None, "a view"]))
        query = " ".join(("SELECT", ", ".join(columns), "FROM", base))
        view = View(name, columns, query, own, comments, draw(GRANTS))
        found[name] = draw(st.sampled_from([None, view]))
    return found


STATES = states()


def there(state: Views) -> dict[str, View]:
    return {name: view for name, view in state.items() if view is not None}


def executed(
    before: Mapping[str, View], changes: list[ViewChange], broken_off_after: int | None = None
) -> dict[str, View]:
    """Return what a database would have after the statements, or the first of them, executed one by one as it does."""
    state = dict(before)
    for statement in statements_of(changes)[:broken_off_after]:
        name = re.findall(r'"HUB"\."(\w+)"', statement)[0]
        if match := re.fullmatch(r'CREATE OR REPLACE VIEW "HUB"\."\w+" \((.*?)\) AS\n(.*)', statement, re.DOTALL):
            columns, old = tuple(re.findall(r'"(\w+)"', match[1])), state.get(name)
            for used in re.findall(r"FROM (V\d)", match[2]):
                assert used in state, "a view is made after those that it uses"
            kept = {key: text for key, text in (old.column_comments if old else {}).items() if key in columns}
            state[name] = replace(old or View(name, (), ""), columns=columns, query=match[2], column_comments=kept)
        elif statement.startswith("DROP"):
            del state[name]
        elif match := re.fullmatch(r"COMMENT ON (TABLE|COLUMN) \S+?(?:\.\"(\w)\")? IS '(.*)'", statement):
            text = match[3].replace("''", "'")
            if match[1] == "TABLE":
                state[name] = replace(state[name], comment=text or None)
            else:
                state[name] = replace(state[name], column_comments={**state[name].column_comments, match[2]: text})
        elif match := re.fullmatch(r'(GRANT|REVOKE) (\w+) ON \S+ (?:TO|FROM) "(\w)"( WITH GRANT OPTION)?', statement):
            rest = {each for each in state[name].grants if each[:2] != (match[2], match[3])}
            added = {Grant(match[2], match[3], match[4] is not None)} if match[1] == "GRANT" else set()
            state[name] = replace(state[name], grants=frozenset(rest | added))
        else:
            raise AssertionError(statement)
    return state


@given(STATES, STATES)
def test_that_a_plan_leads_to_what_is_declared_and_then_there_is_none(one: Views, other: Views) -> None:
    reached = executed(there(one), plan_views(SCHEMA, there(one), other, revoke=True))
    assert all(same(reached.get(name), other[name]) for name in NAMES)
    assert plan_views(SCHEMA, reached, other, revoke=True) == []
    back = executed(reached, plan_views(SCHEMA, reached, one, revoke=True))
    assert all(same(back.get(name), one[name]) for name in NAMES)


@given(STATES, STATES)
def test_that_rights_stay_unless_they_are_asked_to_be_taken_away(one: Views, other: Views) -> None:
    changes = plan_views(SCHEMA, there(one), other)
    reached = executed(there(one), changes)
    for name, view in there(other).items():
        wanted = {each[:2] for each in view.grants}
        had = one[name].grants if one[name] is not None else frozenset()  # type: ignore[union-attr]
        assert {each[:2] for each in reached[name].grants} == wanted | {each[:2] for each in had}
        extra = {each[:2] for each in extra_grants(reached, other).get(name, [])}
        assert {each[:2] for each in had} - wanted <= extra
    assert plan_views(SCHEMA, reached, other) == []
    assert not any("REVOKE" in each for each in statements_of(changes))


@given(STATES, STATES)
def test_that_a_script_has_every_statement_as_sqlplus_reads_it(one: Views, other: Views) -> None:
    changes = plan_views(SCHEMA, there(one), other, revoke=True)
    found: list[str] = []
    lines: list[str] = []
    for line in script_of(SCHEMA, changes, title="Views", lock_seconds=5).splitlines():
        if not lines and (not line or line.startswith(("--", "WHENEVER", "SET "))):
            continue
        if line != "/":
            lines.append(line)
        else:
            found.append("\n".join(lines))
            lines = []
    assert not lines
    assert found[2:-1] == statements_of(changes)


def test_that_a_slash_on_a_line_of_its_own_does_not_end_a_statement() -> None:
    view = View("V1", ("A",), "SELECT a -- the end;\n\n  FROM base WHERE 4\n/\n 2 = b")
    (change,) = plan_views(SCHEMA, {}, {"V1": view})
    text = script_of(SCHEMA, [change], title="Views", lock_seconds=5)
    assert "SELECT a -- the end;\n\n  FROM base WHERE 4 /\n 2 = b\n/\n" in text
