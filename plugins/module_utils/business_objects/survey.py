# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What module `bi_universe_info` returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.server import NoAnswer
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_query import run_query
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_reader import (
    Universe,
    read_universes,
    read_version,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


def survey(session: Session, cuids: Sequence[str], query: tuple[Sequence[str], int] | None) -> dict[str, Any]:
    """Return version and universes.

    Args:
        session: of who asks.
        cuids: of the universes, all if there are none.
        query: objects and number of rows of a query to ask through each of `cuids`.

    Raises:
        Problem: they cannot be read. A query that fails is no error, but an answer.
    """
    universes = read_universes(session, cuids)
    return {
        "platform_version": read_version(session),
        "universes": [
            each.as_dict() | ({"query": _asked(session, each, *query)} if query is not None and cuids else {})
            for each in universes
        ],
    }


def _asked(session: Session, universe: Universe, objects: Sequence[str], rows: int) -> dict[str, Any]:
    try:
        return {"rows": len(run_query(session, universe, objects, rows=rows)), "error": None}
    except NoAnswer:
        raise
    except Problem as problem:
        return {"rows": 0, "error": f"{problem.what}: {problem.found}" if problem.found else problem.what}
