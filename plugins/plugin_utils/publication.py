# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether CalSync's services are held, or run as declared. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.windows_product import START_MODES

HELD, OPEN = "held", "open"


def start_mode(declared: str, publication: str) -> str:
    """Return the start mode that a service has to have, given that which it has once publication is open.

    Raises:
        InvalidParameter: publication is neither held nor open.
    """
    if publication not in (HELD, OPEN):
        raise InvalidParameter("exam_publication", publication, "it is neither", "Give held or open.")
    return "disabled" if publication == HELD else declared


def judgement(told: Sequence[Mapping[str, Any]], publication: str) -> dict[str, Any]:
    """Return how services stand to what publication wants of them.

    Args:
        told: what win_service_info said of each, with its host and the service (`name`, `start_mode`) as `item`.
        publication: `held` or `open`.

    Returns:
        `expected`, `found` and `remedies`, item by item; a service that is not there is found as nothing. `silence`:
        why a host has not answered, empty if all have. `differs`: whether something is known to be other than it has to
        be, whoever else is silent.

    Raises:
        InvalidParameter: publication is neither held nor open.
    """
    expected: dict[str, str] = {}
    found: dict[str, str] = {}
    remedies: dict[str, str] = {}
    silence = ""
    differs = False
    for each in told:
        (host, service), now = each["item"], (each.get("services") or [None])[0]
        silent = "services" not in each
        if silent:
            silence = silence or f"{host}: {each.get('msg', 'it did not answer')}"
        mode = start_mode(service["start_mode"], publication)
        state = START_MODES[mode]
        for what, wanted in (("start mode", mode), ("state", state)):
            if wanted is None:
                continue
            item = f"{host}: {service['name']}: {what}"
            expected[item] = wanted
            remedies[item] = _remedy(service["name"], what, publication)
            if now is not None:
                found[item] = str(now["start_mode" if what == "start mode" else "state"])
            elif silent:
                found[item] = "no answer"
            differs = differs or (not silent and found.get(item) != wanted)
    return {"expected": expected, "found": found, "remedies": remedies, "silence": silence, "differs": differs}


_HOLD = "Run playbooks/live.yml --tags publication."


def _remedy(service: str, what: str, publication: str) -> str:
    if publication == OPEN:
        return "Look into its log, and run playbooks/go_live.yml again."
    if what == "state":
        return f"Find out who started {service}, and what it has written since. {_HOLD}"
    return _HOLD
