# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Views and the account of the Oracle hub as they are declared, turned into what is there. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_source import view_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import digest_of
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.adoption import NOTHING

AS_DECLARED = "as declared"


def adopted_views(declared: Mapping[str, Any], result: Mapping[str, Any], directory: str) -> dict[str, Any]:
    """Return the variables and the files that declare the views of a set as they are.

    Args:
        declared: `eugex_views`.
        result: what `oracle_views` said in check mode.
        directory: where the files are going to be, in `adopted_views`.

    Returns:
        `variables`, none where the views are as declared, are not there, or one of them is such that no file can
        declare it; `files`, their contents by name; `expected` and `found` by view, for a proof.
    """
    if result.get("changes") is None:
        subject = f"views {declared['set_name']}"
        found = {subject: str(result.get("msg", "not read"))}
        return {"variables": {}, "files": {}, "expected": {subject: AS_DECLARED}, "found": found}
    changed = {each["item"]: each["before"] for each in result["changes"] if each["item"].startswith("view ")}
    sources = result["sources"]
    subjects = {f"view {declared['schema']}.{name}": text for name, text in sources.items()} | dict.fromkeys(
        changed.keys() - {f"view {declared['schema']}.{name}" for name in sources}
    )
    found = {item: _told(item in changed, changed.get(item), text) for item, text in sorted(subjects.items())}
    adopted: dict[str, Any] = {
        "variables": {},
        "files": {},
        "expected": dict.fromkeys(found, AS_DECLARED),
        "found": found,
    }
    if not changed or not sources or None in sources.values():
        return adopted
    names = {name: f"adopted_views/{re.sub('[^a-z0-9_]', '_', name.lower())}.sql" for name in sources}
    digest = digest_of({name: view_of(text, declared["schema"], where=name) for name, text in sources.items()})
    variables = {
        "eugex_views": {**declared, "digest": digest},
        "eugex_view_sources": [f"{directory}/{name}" for name in names.values()],
    }
    return {**adopted, "variables": variables, "files": {names[name]: text for name, text in sources.items()}}


def _told(is_changed: bool, before: object, source: str | None) -> str:
    if not is_changed:
        return AS_DECLARED
    if before is None:
        return NOTHING
    return "differs" if source else "differs, and no file can declare it"


def adopted_hub_account(
    declared: Mapping[str, Any], result: Mapping[str, Any], views: Collection[str]
) -> dict[str, Any]:
    """Return the account as it is.

    Args:
        declared: `eugex_account`.
        result: what `oracle_account` said in check mode, with `state: exact`, that it would change.
        views: the views of the set that are there, as schema.name.

    Where the account has another profile than the declared one, ask again with the account that is returned: the
    limits of a profile are known only then.

    Returns:
        `account` with the profile and its limits, system privileges, and what it can read; nothing that it reads is in
        `refused`. Of what an account cannot be declared to have (roles, other rights on objects, rights that can be
        passed on), and of its password, the declaration stays. `expected` and `found`, for a proof.
    """
    subject = f"account {declared['name']}"
    expected = {subject: AS_DECLARED}
    changes = result.get("changes")
    if changes is None:
        return {
            "account": {**declared},
            "expected": expected,
            "found": {subject: str(result.get("msg", "not read"))},
        }
    told = "; ".join(f"{each['item'].removeprefix(f'{subject} ')}: {_shown(each['before'])}" for each in changes)
    there = result["account_before"]
    if there is None:
        return {"account": {**declared}, "expected": expected, "found": {subject: NOTHING}}
    before = {each["item"]: each["before"] for each in changes}
    adopted = {
        **declared,
        "profile": there["profile"],
        "profile_limits": _limits(declared, there["profile"], before),
        "system_privileges": _named(there["rights"], "system privilege "),
        "reads": _reads(declared["reads"], _named(there["rights"], "object privilege SELECT on "), views),
    }
    readable = {name.upper() for names in adopted["reads"].values() for name in names}
    adopted["refused"] = [name for name in declared["refused"] if name.upper() not in readable]
    return {"account": adopted, "expected": expected, "found": {subject: told or AS_DECLARED}}


def _shown(before: object) -> str:
    if isinstance(before, Mapping):
        return ", ".join(f"{name} {value}" for name, value in before.items())
    return str(before or NOTHING)


def _named(rights: list[str], prefix: str) -> list[str]:
    return [right.removeprefix(prefix) for right in rights if right.startswith(prefix)]


def _limits(declared: Mapping[str, Any], profile: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the declared limits as they are. Those of Oracle's own profile are nobody's to declare."""
    if profile == "DEFAULT":
        return {}
    found = before.get(f"profile {profile}") or {}
    limits = {name: found.get(name.upper(), value) for name, value in declared["profile_limits"].items()}
    return {name: value for name, value in limits.items() if value is not None}


def _reads(declared: Mapping[str, list[str]], readable: list[str], views: Collection[str]) -> dict[str, list[str]]:
    """Return what the account reads. A view that is not there yet stays: its source gives the right."""
    can = {name.upper() for name in readable}
    known = {name.upper() for names in declared.values() for name in names}
    further = [name for name in readable if name.upper() not in known]
    return {
        "views": [name for name in declared["views"] if name.upper() in can or name.upper() not in views]
        + [name for name in further if name in views],
        "tables": [name for name in declared["tables"] if name.upper() in can]
        + [name for name in further if name not in views],
    }
