# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Views as they are, as they are declared, and as they were. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.sql_text import checksum, normalised


class Grant(NamedTuple):
    """A right on a view."""

    privilege: str
    grantee: str
    grantable: bool = False

    def __str__(self) -> str:
        """Return it as a statement writes it."""
        return f"{self.privilege} to {self.grantee}{' with grant option' if self.grantable else ''}"


@dataclass(frozen=True)
class View:
    """A view, with all that belongs to it."""

    name: str
    columns: tuple[str, ...]
    query: str
    """What is after AS."""
    comment: str | None = None
    column_comments: Mapping[str, str] = field(default_factory=dict)
    grants: frozenset[Grant] = frozenset()
    depends: tuple[str, ...] = ()
    """Views of the set that it uses, where its query does not show it."""
    roles: frozenset[str] = frozenset()
    """Those who get rights that are roles, not accounts."""
    valid: bool = True
    """Whether the database holds it for valid; of what is declared it says nothing."""
    source: str = ""
    """The file that declares it."""

    @cached_property
    def normalised(self) -> str:
        """The query, in which spaces, comments and cases that mean nothing make no difference."""
        return normalised(self.query)

    @cached_property
    def checksum(self) -> str:
        """The SHA-256 of columns and normalised query."""
        return checksum("\n".join(self.columns), self.normalised)

    @property
    def comments(self) -> dict[str | None, str]:
        """Its comments, by column; that of the view itself by None."""
        own: dict[str | None, str] = {None: self.comment} if self.comment else {}
        return own | {column: text for column, text in self.column_comments.items() if text}

    def same_definition(self, other: View) -> bool:
        """Return whether another one has the same columns and the same query."""
        return self.columns == other.columns and self.normalised == other.normalised

    def details(self) -> dict[str, Any]:
        """Return what the history keeps of it besides its query."""
        return {
            "columns": list(self.columns),
            "comment": self.comment,
            "column_comments": dict(sorted(self.column_comments.items())),
            "grants": [list(each) for each in sorted(self.grants)],
        }

    @classmethod
    def of_details(cls, name: str, query: str, details: Mapping[str, Any]) -> View:
        """Return the view that a record of the history describes. Raises KeyError or TypeError if it describes none."""
        return cls(
            name,
            tuple(details["columns"]),
            query,
            details["comment"],
            details["column_comments"],
            frozenset(Grant(str(each[0]), str(each[1]), bool(each[2])) for each in details["grants"]),
        )


def digest_of(views: Mapping[str, View]) -> str:
    """Return the SHA-256 of a declared set: names, columns, normalised queries, comments and rights. Pure.

    Neither the order of sources nor spaces, comments and cases that mean nothing in them make a difference.
    """
    return checksum(
        *(json.dumps([name, view.checksum, view.details()], sort_keys=True) for name, view in sorted(views.items()))
    )


@dataclass(frozen=True)
class Dependent:
    """Something that uses a view, directly or not."""

    owner: str
    name: str
    type: str
    valid: bool
    uses: tuple[str, ...] = ()
    """The views of the set that it uses directly."""


@dataclass(frozen=True)
class Deployment:
    """What the history says of a set at one time."""

    number: int
    action: str
    """found (what was there before us, or was changed behind our back), deployed, reverted or removed; deploying,
    reverting or removing until it has come to its end."""
    views: Mapping[str, View | None]
    """None for one that was not there."""
    deployer: str = ""
    change: str | None = None
    at: str = ""
    """UTC."""


@dataclass(frozen=True)
class FoundViews:
    """What of the database a plan depends on."""

    user: str
    schema: str
    schema_known: bool
    views: Mapping[str, View]
    """Those of the set that are there."""
    others: Mapping[str, str] = field(default_factory=dict)
    """Names of the set that something else than a view has: name → type."""
    dependents: Sequence[Dependent] = ()
    """All that uses views of the set, without these."""
    history: Sequence[Deployment] | None = None
    """In its order; None if there is no table for it."""
    errors: Mapping[str, str] = field(default_factory=dict)
    """Of those that are invalid: why."""
    unknown_grantees: frozenset[str] = frozenset()
