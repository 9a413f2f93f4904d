# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is declared of EUGEX beside what the modules found there, for the proofs of its lines of the plan. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.predictions import as_declared

Declared = Mapping[str, Any]
"""The role's variables by name, without `eugex_`: views, account, invigilators_data, streams, phase, phase_2_fields."""
Seen = Mapping[str, Any]
"""Results of modules: streams, table, rows, account, access, views."""

ACT = "{act}"
"""In a remedy: to run the playbook, or to wait for whoever carries the line out."""


class Item(NamedTuple):
    """One property: what it must be, what it is, what to do if it is not."""

    expected: object
    found: object
    remedy: str = ACT


Items = dict[str, Item]


def judgement(line: str, declared: Declared, seen: Seen, owner: str, *, ours: bool) -> dict[str, Any]:
    """Return what `uoe.exam_scheduling.prove` takes for a line of the plan: expected, found, no_answer, remedies.

    Args:
        line: 2.3, 2.4, 4.1, 4.2 or 4.7.
        declared: what the inventory says.
        seen: what modules found; the one about Streams has no `tables` if the database did not answer, and any other
            has `no_answer` if it did not answer that one any more.
        owner: who owns the line.
        ours: whether this collection carries it out; if not, whoever does is told to act, not to run a playbook.
    """
    items = _LINES[line](declared, seen)
    silence = _silence(line, seen)
    act = "Run playbooks/live.yml --tags eugex." if ours else f"{owner} does it; the request is among the hand-overs."
    return {
        "expected": {name: item.expected for name, item in items.items()},
        "found": {} if silence else {name: item.found for name, item in items.items()},
        "no_answer": silence,
        "remedies": {name: item.remedy.replace("{owner}", owner).replace(ACT, act) for name, item in items.items()},
    }


def _silence(line: str, seen: Seen) -> str:
    """Return why nothing can be said of a line, which may be that the database stopped answering half-way."""
    if "tables" not in seen["streams"]:
        return str(seen["streams"].get("msg", "it was not asked"))
    asked = (seen[name] for name in _ASKED[line])
    return next((str(each["msg"]) for each in asked if each.get("no_answer")), "")


def _views(declared: Declared, seen: Seen) -> Items:
    result = seen["views"]
    found = {f"{declared['views']['schema']}.{name}": view for name, view in result.get("views", {}).items()}
    items = {"definitions, comments and rights": Item("as their sources", _same(result, "as their sources"))}
    if declared["views"]["only_signed_off"]:
        remedy = "Bring back the sources that were signed off, or have these signed off."
        items["digest of the sources"] = Item(declared["views"]["digest"], result.get("digest", "not known"), remedy)
    for name in declared["account"]["reads"]["views"]:
        view = found.get(name)
        items[name] = Item("valid", "missing" if view is None else "valid" if view["valid"] else "invalid")
    return items


_LOGIN = "Look whether the account is locked, and which password it has."
_TOO_MUCH = f"Find out who gave it. {ACT} What a role or everybody has must be taken back where it was given."


def _account(declared: Declared, seen: Seen) -> Items:
    account, access = declared["account"], seen["access"]
    items = {"profile and rights": Item("as declared", as_declared(seen["account"]))}
    if "readable" not in access:
        why = str(access.get("msg", "not tried"))
        return items | {"login": Item("accepted", why, _LOGIN)}
    reads = [*account["reads"]["views"], *account["reads"]["tables"]]
    items["login"] = Item("accepted", "accepted")
    items["system privileges"] = Item(
        sorted(account["system_privileges"]), sorted(access["system_privileges"]), _TOO_MUCH
    )
    items["roles"] = Item([], access["roles"] + access["roles_not_enabled"], _TOO_MUCH)
    items["all that it can read"] = Item(sorted(reads), access["readable"], _TOO_MUCH)
    items["what cannot be told"] = Item([], access["unclear"], _TOO_MUCH)
    items["all that it can change"] = Item([], access["writable"], _TOO_MUCH)
    for name in reads:
        found = access["objects"][name]
        items[f"reading {name}"] = Item("it reads", "it reads" if found["readable"] else found["error"])
    for name in account["refused"]:
        found = access["refused"][name]
        words = "refused" if found["refused"] else "it reads" if found["error"] is None else found["error"]
        items[f"trying {name}"] = Item("refused", words, _TOO_MUCH)
    return items


def _invigilators(declared: Declared, seen: Seen) -> Items:
    return {
        "table": Item("as declared", as_declared(seen["table"])),
        "rows": Item(
            "those of the file",
            _same(seen["rows"], "those of the file"),
            f"{ACT} Or bring the file up to date: {declared['invigilators_data']['csv']}.",
        ),
    }


def _streams(declared: Declared, seen: Seen) -> Items:
    streams, result = declared["streams"], seen["streams"]
    items: Items = {}
    for kind in ("capture", "apply"):
        running = None if result.get(kind) is None else {each["name"]: each for each in result[kind]}
        for name in streams[kind]:
            items |= _process(f"{kind} process {name}", name, running, streams["maximum_lag_seconds"])
    for table, columns in streams["columns"].items():
        for column in columns:
            found = result.get("tables", {}).get(table, {}).get("columns", {}).get(column, {})
            items[f"{table}.{column}"] = Item("there, replicated, populated", _column(found), _COLUMN)
    return items


_PROCESS = "{owner} looks at its error and starts it again; no run does, because it concerns every consumer of the hub."
_COLUMN = "{owner} adds it and has it replicated and filled; the request has the script."
_SIGHT = "Grant SELECT_CATALOG_ROLE to the account of eugex_connection."


def _process(name: str, key: str, running: Mapping[str, Any] | None, lag: int) -> Items:
    if running is None:
        return {name: Item("ENABLED", "not visible", _SIGHT)}
    found = running.get(key)
    if found is None:
        return {name: Item("ENABLED", "missing", _PROCESS)}
    items = {name: Item("ENABLED", " ".join(filter(None, (found["status"], found["error"]))), _PROCESS)}
    if found["lag_seconds"] is not None:
        items[f"{name}, lag"] = Item({"at_most": lag, "unit": "s"}, found["lag_seconds"], _PROCESS)
    if "failed_transactions" in found:
        failed = found["failed_transactions"]
        remedy = "{owner} looks at DBA_APPLY_ERROR, mends the cause and has them executed again."
        items[f"{name}, transactions not applied"] = (
            Item(0, "not visible", _SIGHT) if failed is None else Item(0, failed, remedy)
        )
    return items


def _column(found: Mapping[str, Any]) -> str:
    if not found.get("exists"):
        return "missing"
    replicated = {True: "replicated", False: "not replicated", None: "not visible whether replicated"}
    populated = {True: "populated", False: "empty", None: "not visible whether populated"}
    filled = None if found["filled"] is None else found["filled"] > 0
    return f"there, {replicated[found['replicated']]}, {populated[filled]}"


_POPULATED = {
    True: ("there, populated", ACT),
    False: ("there, the same in all rows", "The student system's team populates it; or set eugex_phase back to 1."),
    None: ("there, not visible whether populated", "Let the account of eugex_connection read the view."),
}
"""By whether a field has more than one value."""


def _fields(declared: Declared, seen: Seen) -> Items:
    items: Items = {}
    populated = int(declared["phase"]) > 1
    tables = seen["streams"].get("tables", {})
    for view, fields in declared["phase_2_fields"].items():
        for field in fields:
            found = tables.get(view, {}).get("columns", {}).get(field, {})
            words = "there" if found.get("exists") else "missing"
            remedy = ACT
            if populated and found.get("exists"):
                words, remedy = _POPULATED[found["varies"]]
            items[f"{view}.{field}"] = Item("there, populated" if populated else "there", words, remedy)
    return items


def _same(result: Mapping[str, Any], words: str) -> str:
    found = as_declared(result)
    return words if found == "as declared" else found


_LINES: dict[str, Callable[[Declared, Seen], Items]] = {
    "2.3": _views,
    "2.4": _account,
    "4.1": _invigilators,
    "4.2": _streams,
    "4.7": _fields,
}


_ASKED: dict[str, tuple[str, ...]] = {
    "2.3": ("views",),
    "2.4": ("account", "access"),
    "4.1": ("table", "rows"),
    "4.2": (),
    "4.7": (),
}
"""By line: whose results it is judged by, besides Streams'."""


def parity(seen: Seen) -> dict[str, Any]:
    """Return what of EUGEX is to be the same in all environments, as flat facts: no counts, times or passwords."""
    table, account, access = (
        seen["table"]["table_before"] or {},
        seen["account"]["account_before"] or {},
        seen["access"],
    )
    facts: dict[str, Any] = {
        "database": {"version": seen["streams"]["version"]},
        "view": seen["views"]["views"],
        "table": {name: table.get(name) for name in ("columns", "constraints")},
        "account": {
            **{name: account.get(name) for name in ("status", "profile")},
            **dict.fromkeys(account.get("rights", ()), "granted"),
            **{f"reads {name}": "yes" for name in access.get("readable", ())},
            **{f"can {privilege}": "yes" for privilege in access.get("writable", ())},
        },
        "column": {
            f"{name}.{column}": {key: found[key] for key in ("exists", "type", "replicated")}
            for name, each in seen["streams"]["tables"].items()
            for column, found in each["columns"].items()
        },
    }
    return flattened(facts)


def columns_to_look_at(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return tables and columns as `oracle_streams_info` takes them, from a dict of tables."""
    return [{"table": table, "columns": list(names)} for table, names in columns.items()]


def reading_rights(reads: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Return rights as `oracle_account` takes them: to read views, whose sources give the right, and tables."""
    return [
        {"object": name, "privileges": ["SELECT"], "granted_elsewhere": kind == "views"}
        for kind in ("views", "tables")
        for name in reads[kind]
    ]


def waiting(results: Sequence[Mapping[str, Any]], check_mode: bool) -> bool:
    """Return whether a task waits for another line, or would change something in check mode: neither can be proven."""
    return any("pending_line" in each or (check_mode and each.get("changed")) for each in results)


def flattened(facts: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested facts as one level: names joined by a space, values as they are."""
    flat: dict[str, Any] = {}
    for name, value in facts.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping) and value:
            flat |= flattened(value, f"{key} ")
        else:
            flat[key] = value
    return flat
