# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a release was validated, by whom, and what of it has changed since. Pure.

The evidence is an extended property of the database, as that of the dry run (`data_population`): JSON with digests of
what was validated (`inputs`), and what came of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.data_population import (
    FOR_VALIDATION,
    LOADED,
    SERVICE,
    read_evidence,
)

EVIDENCE = "exam_scheduling_validation"
OPEN, SIGNED_OFF, REFUSED = "open", "signed off", "refused"
_LONGEST = 3750
"""Characters of an extended property: 7500 octets."""
_VALIDATION = "validation"
_AGAIN = "Validate it again: playbooks/validate.yml -e step=open."


def judgement(
    inputs: Mapping[str, str], properties: Mapping[str, str] | None, rows: int | None = None
) -> dict[str, Any]:
    """Return what stands.

    Args:
        inputs: digests and versions of what is validated, by what people call them.
        properties: extended properties of the database; None if it was not reached.
        rows: how many rows its transactional tables have; None if they were not counted.

    Returns:
        `state` (`none`, `open`, `signed off`, `refused`), `loaded` (whether data are loaded for a validation),
        `opened` (whether just that load was), `broken_off` (whether they are, and that load was not opened, or nothing
        is left of it), `stale` (the names of inputs that are other ones since), `validated` (whether it is signed off
        and nothing is stale), and what `uoe.exam_scheduling.prove` takes: `expected`, `found`, `remedies`.
    """
    held = properties or {}
    evidence = read_evidence(held.get(EVIDENCE))
    of = evidence.get("inputs", {})
    state = str(evidence.get("state", "none"))
    live = held.get(SERVICE) == "live"
    # once it is in service, what was validated may change
    stale = [] if live else sorted(name for name, value in inputs.items() if of and of.get(name) != value)
    mark = held.get(LOADED, "")
    loaded = mark.startswith(FOR_VALIDATION)
    # the run that loads opens it once all is proven, so that both name the same run
    opened = state == OPEN and mark == f"{FOR_VALIDATION}: {evidence.get('under')}"
    broken_off = loaded and (not opened or rows == 0)
    expected = {_VALIDATION: SIGNED_OFF} | ({} if live else dict(inputs))
    remedies = dict.fromkeys(expected, _AGAIN)
    if state == OPEN and not broken_off:
        remedies[_VALIDATION] = "Let it be signed off, and close it: playbooks/validate.yml -e step=close."
    return {
        "state": state,
        "loaded": loaded,
        "opened": opened,
        "broken_off": broken_off,
        "stale": stale,
        "validated": state == SIGNED_OFF and not stale,
        "expected": expected,
        "found": {_VALIDATION: state, **of},
        "remedies": remedies,
    }


def digest_of(inputs: Mapping[str, str]) -> str:
    """Return the digest of what is validated, which people sign off."""
    return hashlib.sha256(json.dumps(dict(inputs), sort_keys=True).encode()).hexdigest()


def evidence_of(state: str, inputs: Mapping[str, str], permit: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    """Return the evidence as the database keeps it.

    Args:
        state: what it has come to, one of `open`, `signed off`, `refused`.
        inputs: as `judgement` takes them.
        permit: that of the gate.
        results: what else is to be known: who signed it off, or refused it and why; what the database holds.

    Raises:
        InvalidParameter: the state is none.
        ValueError: it is too long for an extended property.
    """
    if state not in (OPEN, SIGNED_OFF, REFUSED):
        raise InvalidParameter("state", state, "it is none", f"Give {OPEN}, {SIGNED_OFF} or {REFUSED}.")
    text = json.dumps(
        {"state": state, "at": permit["now"], "under": permit["journal"], "inputs": dict(inputs), **results},
        separators=(",", ":"),
    )
    if len(text) > _LONGEST:
        raise ValueError(f"the evidence has {len(text)} characters, and an extended property takes {_LONGEST}")
    return text
