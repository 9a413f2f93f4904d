# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Brings back all that stood at the time of a generation, as a switch of its own."""

from __future__ import annotations

from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change, InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.deployment import (
    Deployment,
    Stands,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.plan import (
    Generation,
    Incoming,
    Journal,
    before_all,
    original,
)

ORIGINAL = "original"
"""In the place of a generation's name: what was there before anything that was signed off."""


def restored(deployment: Deployment, wanted: str | None, *, check: bool) -> dict[str, Any]:
    """Bring a generation back, or foresee it, and return what a task tells. Raises Problem."""
    stands = deployment.mend(deployment.look([]), only_look=check)
    journal = stands.journal
    nothing = wanted == ORIGINAL and (journal is None or journal.digest is None)
    target = None if nothing else _target(journal, wanted)
    files = target.files if target else {}
    # what would be mended is foreseen, and not there to be looked at
    present = {**deployment.look(list(files)).present, **stands.present}
    incoming = {
        path: None if sha256 is None else Incoming(sha256, source=deployment.place.copy(target, path))
        for path, sha256 in files.items()
        if target and present[path] != sha256
    }
    if target and incoming and not check:
        deployment.deploy(incoming, target.digest, Stands(journal, present), target.managed)
    elif deployment.mended and not check:
        deployment.resume(stands)
    told: dict[str, Any] = {"changed": bool(incoming or deployment.mended), "changes": [], "digest": None}
    if nothing:
        return {**told, "msg": "Nothing that was signed off is there."}
    if target is None:
        known = ", ".join(each.name for each in (journal.generations if journal else ())) or "none"
        raise InvalidParameter("generation", wanted, "it is not kept", f"Give one of these, the newest first: {known}.")
    changes = [
        Change(path, "delete" if each is None else "create" if present[path] is None else "update")
        for path, each in sorted(incoming.items())
    ]
    return {
        **told,
        "changes": [each.as_dict() for each in changes],
        "digest": target.digest,
        "msg": f"What stands is generation {target.name} ({target.digest or 'not from a bundle'}).",
    }


def _target(journal: Journal | None, wanted: str | None) -> Generation | None:
    """Return all that stood at the time of a generation; None if it is not kept."""
    generations = journal.generations if journal else ()
    names = [each.name for each in generations]
    number = original(generations) if wanted == ORIGINAL else names.index(wanted) if wanted in names else None
    return None if number is None else before_all(generations[: number + 1])
