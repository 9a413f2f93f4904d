# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done about a universe, and why it cannot be, from what was read. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import ClassVar

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.archives import Kept
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_declaration import (
    BoundTo,
    Declared,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_reader import (
    Connection,
    Universe,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change, Problem


@dataclass(frozen=True)
class Found:
    """What was read."""

    where: str
    """The platform, for messages."""
    version: str
    universe: Universe | None
    connection: Connection | None
    """The declared one, by its CUID."""
    backup: PurePath | None = None
    """The archive of the last promotion, whether or not it holds anything."""
    kept: Kept | None = None
    """What that promotion found, or, of an export, what is known of the artefact that is there."""
    digest: str | None = None
    """SHA-256 of the artefact that is there, of an export."""


class NoWayBack(Problem):
    """What was there before is not brought back by this module; its owner has to do it."""

    returned: ClassVar[Mapping[str, bool]] = {"no_way_back": True}


def plan(declared: Declared, found: Found) -> Sequence[Change]:
    """Return what has to be done: at most one change.

    Raises:
        Problem: it cannot or must not be done.
    """
    return {"present": _present, "exported": _exported, "reverted": _reverted}[declared.state](declared, found)


def item_of(cuid: str, universe: Universe | None) -> str:
    """Return what a universe is called in changes."""
    return f"universe {cuid}" if universe is None else f"universe {universe.name} ({cuid})"


def shown(universe: Universe | None) -> dict[str, object] | None:
    """Return of a universe what a promotion changes."""
    if universe is None:
        return None
    return {"revision": universe.revision, "connections": [str(each) for each in universe.connections]}


def bound_as(universe: Universe, connection: BoundTo) -> bool:
    """Return whether a universe is bound to a connection and to no other."""
    return [each.cuid for each in universe.connections] == [connection.cuid]


def _present(declared: Declared, found: Found) -> Sequence[Change]:
    connection = declared.connection
    if connection is None or declared.revision is None:
        raise ValueError("the module's own arguments require them")
    if found.version != declared.platform_version:
        raise Problem(
            "the artefact is of another version of the BI platform, and archives are promoted between equal ones alone",
            where=found.where,
            expected=declared.platform_version,
            found=found.version,
            remedy="Bring both platforms to the same version and patch, export the universe again and have it signed "
            "off.",
        )
    if found.connection is None:
        raise Problem(
            f"the connection that the universe shall be bound to is not there: {connection}",
            where=found.where,
            remedy="The BI team makes it there once, with this CUID (Promotion Management takes the CUID along), and "
            "gives it the database of this environment.",
        )
    if found.connection.name != connection.name:
        raise Problem(
            f"the connection of CUID {connection.cuid} is not the one of this environment",
            where=found.where,
            expected=connection.name,
            found=found.connection.name,
            remedy="It may be another environment's, promoted over the one that was there. The BI team puts it right "
            "before anything is promoted: a report would show the wrong database.",
        )
    universe = found.universe
    if universe is not None and universe.revision == declared.revision and bound_as(universe, connection):
        return []
    return [
        Change(
            item_of(declared.cuid, universe),
            "create" if universe is None else "update",
            before=shown(universe),
            after={"revision": declared.revision, "connections": [str(connection)]},
        )
    ]


def _exported(declared: Declared, found: Found) -> Sequence[Change]:
    universe = found.universe
    if universe is None:
        raise Problem(
            f"there is no universe of CUID {declared.cuid} to export",
            where=found.where,
            remedy="Look at its properties in the CMC; the CUID is the same on every platform.",
        )
    wanted = Kept.of(declared.cuid, universe, found.version, found.digest)
    if found.digest is not None and found.kept == wanted:
        return []
    return [
        Change(
            f"artefact {declared.artefact}",
            "create" if found.digest is None else "update",
            before=None if found.kept is None else {"revision": found.kept.revision, "updated": found.kept.updated},
            after={"revision": universe.revision, "updated": universe.updated},
        )
    ]


def _reverted(declared: Declared, found: Found) -> Sequence[Change]:
    kept, universe = found.kept, found.universe
    if kept is None:
        raise NoWayBack(
            f"no promotion of {item_of(declared.cuid, universe)} is known here, so there is nothing to go back to",
            where=str(declared.directory),
            remedy="Give the work_directory that it was promoted with.",
        )
    if kept.name is None:
        if universe is None:
            return []
        raise NoWayBack(
            f"{item_of(declared.cuid, universe)} was not there before its promotion, and lcm_cli deletes nothing",
            where=found.where,
            remedy="The BI team deletes it in the CMC, if it must not stay.",
        )
    connection = declared.connection
    if connection is not None and list(kept.connections) != [connection.cuid]:
        raise NoWayBack(
            f"what {item_of(declared.cuid, universe)} was before its promotion is not bound to this environment's "
            "connection: its reports would show another database",
            where=found.where,
            expected=connection.cuid,
            found=", ".join(kept.connections) or "no connection",
            remedy="The BI team decides what is to be there, and brings it back by its own means; the archive is kept.",
        )
    if kept.platform_version != found.version:
        raise NoWayBack(
            "the backup is of another version of the BI platform",
            where=found.where,
            expected=kept.platform_version,
            found=found.version,
            remedy="The BI team brings the universe back by its own means; the archive is kept.",
        )
    bound = [] if universe is None else [each.cuid for each in universe.connections]
    if universe is not None and universe.revision == kept.revision and bound == list(kept.connections):
        return []
    return [
        Change(
            item_of(declared.cuid, universe),
            "create" if universe is None else "update",
            before=shown(universe),
            after={"revision": kept.revision, "connections": list(kept.connections)},
        )
    ]


def differences(
    after: Universe | None, *, revision: int | None, connections: Sequence[str], before: Universe | None
) -> list[str]:
    """Return what of a universe is not as it shall be after it was promoted, each as a sentence without a full stop.

    Args:
        after: the universe now.
        revision: that it shall have.
        connections: CUIDs of those that it shall be bound to.
        before: the universe before it was promoted.
    """
    if after is None:
        return ["there is no such universe"]
    told = []
    if after.revision != revision:
        told.append(f"its revision is {after.revision}, expected {revision}")
    if [each.cuid for each in after.connections] != list(connections):
        bound = ", ".join(map(str, after.connections)) or "no connection"
        told.append(f"it is bound to {bound}, expected {', '.join(connections)}")
    if before is not None and before.updated == after.updated:
        told.append(f"its time stamp is still {after.updated}, so that nothing was written")
    if not after.offered:
        told.append("Web Intelligence does not offer it")
    return told
