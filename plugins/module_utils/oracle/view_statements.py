# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The statements that make a view what it shall be. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import quoted, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.sql_text import literal
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import Grant, View


def create(schema: str, view: View, *, force: bool = False) -> str:
    """Return the statement that creates or replaces a view. It keeps the rights that there are."""
    columns = ", ".join(quoted(each) for each in view.columns)
    kind = "FORCE VIEW" if force else "VIEW"
    return f"CREATE OR REPLACE {kind} {quoted(schema, view.name)} ({columns}) AS\n{view.query}"


def drop(schema: str, name: str) -> str:
    """Return the statement that drops a view."""
    return f"DROP VIEW {quoted(schema, name)}"


def comment(schema: str, name: str, column: str | None, text: str) -> str:
    """Return the statement that sets a comment; an empty text removes it."""
    what = f"TABLE {quoted(schema, name)}" if column is None else f"COLUMN {quoted(schema, name, column)}"
    return f"COMMENT ON {what} IS {literal(text)}"


def grant(schema: str, name: str, right: Grant) -> str:
    """Return the statement that gives a right."""
    option = " WITH GRANT OPTION" if right.grantable else ""
    return f"GRANT {right.privilege} ON {quoted(schema, name)} TO {_grantee(right)}{option}"


def revoke(schema: str, name: str, right: Grant) -> str:
    """Return the statement that takes a right away."""
    return f"REVOKE {right.privilege} ON {quoted(schema, name)} FROM {_grantee(right)}"


def _grantee(right: Grant) -> str:
    # PUBLIC is no name but a word of the language
    return "PUBLIC" if right.grantee == "PUBLIC" else quoted(right.grantee)


def comments(schema: str, before: View | None, after: View, *, replaced: bool) -> Iterator[str]:
    """Yield what makes the comments those declared. After a replacement all are set: what it left of them is open."""
    present = before.comments if before is not None else {}
    for column, text in after.comments.items():
        if replaced or present.get(column) != text:
            yield comment(schema, after.name, column, text)
    for column in present:
        if column not in after.comments and (column is None or column in after.columns):
            yield comment(schema, after.name, column, "")


def script(view: View | None) -> str | None:
    """Return a view as a difference shows it: its definition, comments and rights; None if it is not there."""
    if view is None:
        return None
    lines = [f"VIEW {shown(view.name)} ({', '.join(map(shown, view.columns))}) AS", view.query.strip()]
    for column, text in sorted(view.comments.items(), key=lambda each: each[0] or ""):
        lines.append(f"comment{f' on {shown(column)}' if column else ''}: {text}")
    lines += [f"grant {each}" for each in sorted(view.grants)]
    if not view.valid:
        lines.append("INVALID")
    return "\n".join(lines) + "\n"
