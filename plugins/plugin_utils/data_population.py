# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a dry run of this release has passed, what of it is left, and the evidence that the database keeps. Pure.

The evidence is an extended property of the database, so that it goes where the database goes: JSON with the digests of
what the dry run was of (`inputs`), and what came of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

SERVICE = "exam_scheduling_service"
"""The database's own record of being in service."""
EVIDENCE = "exam_scheduling_dry_run"
LOADED = "exam_scheduling_data"
"""What is loaded at present, and what for; there is no such property where nothing is."""
WITHDRAWN = "exam_scheduling_withdrawn"
"""When it was withdrawn from service, and the digest of what it held; what clears it, or goes live, takes it away."""
FOR_VALIDATION = "loaded for validation"
_LONGEST = 3750
"""Characters of an extended property: 7500 octets."""
_ROWS = "rows in transactional tables"
_TRANSFERRED = "what Connect has transferred"
_DRY_RUN = "Run playbooks/dry_run.yml."
_CLEAR_DOWN = "Run playbooks/clear_down.yml."
_OF_A_SERVICE = "It was withdrawn from service. playbooks/go_live.yml puts it back; whoever wants it gone clears it."


def judgement(inputs: Mapping[str, str], seen: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands and what is to be done.

    Args:
        inputs: digests and versions of what a dry run is of, by what people call them.
        seen: `properties` of the database, None if it was not reached; `rows` of transactional tables, None if not
            counted; `transferred`, whether Connect has a synchronisation state, None if not looked at.

    Returns:
        `record` (of being in service), `due` (whether another dry run is), `left` (whether anything is to be cleared
        before it), `for_validation` (whether people work with what is loaded, so that no dry run may clear it),
        `unmarked` (whether it holds rows that no load has left, or is what a service was withdrawn from, so that none
        may clear it either), and what `uoe.exam_scheduling.prove` takes: `expected`, `found`, `remedies`.
    """
    properties = seen["properties"] or {}
    record = properties.get(SERVICE, "nothing")
    evidence = read_evidence(properties.get(EVIDENCE))
    of = evidence.get("inputs", {})
    loaded = properties.get(LOADED, "")
    live = record == "live"
    for_validation = loaded.startswith(FOR_VALIDATION)
    expected: dict[str, Any] = {"dry run": "passed"}
    if not live:  # once it is, what it was of may change
        expected |= inputs
    if not live and not for_validation:
        expected |= {_ROWS: 0, _TRANSFERRED: "nothing"}
    transferred = {True: "something", False: "nothing", None: None}[seen["transferred"]]
    clearing = _OF_A_SERVICE if WITHDRAWN in properties and seen["rows"] != 0 and not loaded else _CLEAR_DOWN
    return {
        "record": record,
        "due": not live and dict(of) != dict(inputs),
        "left": bool(loaded or seen["rows"] or seen["transferred"]),
        "for_validation": for_validation,
        "unmarked": bool(not live and not loaded and (seen["rows"] or WITHDRAWN in properties)),
        "expected": expected,
        "found": {
            "dry run": "passed" if evidence else "none",
            **of,
            _ROWS: seen["rows"],
            _TRANSFERRED: transferred,
        },
        "remedies": {**dict.fromkeys(expected, _DRY_RUN), _ROWS: clearing, _TRANSFERRED: clearing},
    }


def read_evidence(text: str | None) -> dict[str, Any]:
    """Return the evidence; nothing where there is none, or none that can be read."""
    try:
        evidence = json.loads(text or "{}")
    except ValueError:
        return {}
    return evidence if isinstance(evidence, dict) else {}


def evidence_of(
    inputs: Mapping[str, str],
    results: Mapping[str, Any],
    permit: Mapping[str, Any],
) -> str:
    """Return the evidence of a dry run that has passed, as the database keeps it.

    Args:
        inputs: as `judgement` takes them.
        results: what modules returned: `comparisons` (of each item), `again` (of each item of a second comparison, or
            none), `checks`, `loaded` (digested transactional tables), `left` (digested reference tables). In check mode
            they are missing.
        permit: that of the gate.

    Raises:
        ValueError: it is too long for an extended property.
    """
    comparisons = results["again"] or results["comparisons"]
    text = json.dumps(
        {
            "passed": permit["now"],
            "under": permit["journal"],
            "inputs": dict(inputs),
            "rows": {each["item"]["name"]: each["count"] for each in comparisons if "count" in each},
            "loads": 2 if results["again"] else 1,
            "loaded": results["loaded"].get("digest", ""),
            "checks": results["checks"].get("count", 0),
            "warnings": results["checks"].get("to_sign_off", []),
            "left": {"rows": 0, "reference data": results["left"].get("digest", "")},
        },
        separators=(",", ":"),
    )
    if len(text) > _LONGEST:
        raise ValueError(f"the evidence has {len(text)} characters, and an extended property takes {_LONGEST}")
    return text


def differing(comparisons: Sequence[Mapping[str, Any]]) -> str:
    """Return the comparisons in which something is not the same, each with its table; an empty text if none is."""
    return "\n".join(
        f"{each['item']['name']}: {each.get('msg', '')}\n{each.get('table', '')}"
        for each in comparisons
        if not each.get("proven", False)
    )
