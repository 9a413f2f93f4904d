# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is declared, turned into what is there: the inventory of an estate that was built by hand. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

NOTHING = "nothing"
AS_SIGNED_OFF = "as signed off"


def adopted_product(
    product: Mapping[str, Any], keys: Sequence[str], services: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return a product as it is installed: its version, start mode and account of its services.

    Args:
        product: what is declared.
        keys: the versions that Windows lists.
        services: what win_service_info said of each of the product's services, in their order.

    Returns:
        The product as `windows_product` takes it. What is not there, or there more than once, is left as it is
        declared: an inventory cannot say that a product is not installed.
    """
    adopted = {**product}
    if len(keys) == 1:
        adopted["version"] = keys[0]
    declared = product.get("services", [])
    found = [dict(service) for service in declared]
    for service, told in zip(found, services, strict=False):
        for each in (told.get("services") or [])[:1]:
            service["start_mode"] = each["start_mode"]
            if "account" in service:
                service["account"] = each["username"]
    return {**adopted, "services": found} if declared else adopted


def adopted_database(declared: Mapping[str, Any], databases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a database of SQL Server as it is.

    Args:
        declared: the database, as the role takes it.
        databases: what `mssql_info` said of all that the login may see.

    Returns:
        `database`, the declared one with collation, recovery model, snapshots of read committed and owner that are
        there; `record`, what it says of being in service, None if nothing. A database that is not there is left as it
        is declared. `expected` and `found` tell what differs, for a proof.
    """
    here = f"database {declared['name']}"
    there = next((each for each in databases if each["name"].casefold() == declared["name"].casefold()), None)
    if there is None:
        return {"database": {**declared}, "record": None, "expected": {here: "present"}, "found": {here: NOTHING}}
    found = {
        "collation": there["collation"],
        "recovery_model": str(there["recovery_model"]).lower(),
        "read_committed_snapshot": there["read_committed_snapshot"],
        "owner": there["owner"],
    }
    # of what cannot be told, such as the owner whose login is gone, the declaration stays
    adopted = {**declared, **{name: value for name, value in found.items() if value is not None}}
    return {
        "database": adopted,
        "record": (there["extended_properties"] or {}).get("exam_scheduling_service"),
        "expected": {f"{here}: {name.replace('_', ' ')}": declared[name] for name in found},
        "found": {f"{here}: {name.replace('_', ' ')}": value for name, value in found.items()},
    }


def adopted_reference_data(
    golden_copy: Mapping[str, Any], digested: Mapping[str, Any], database: str
) -> dict[str, Any]:
    """Return the golden copy, deployed by the role unless the database holds other reference data.

    Args:
        golden_copy: what is declared of it.
        digested: what `mssql_table_data` said with `state: digested`. Without a digest, as of a database or a table
            that is not there, there are no data that could stay: the golden copy is deployed as it is declared.
        database: the name of the database, for the proof.

    Returns:
        `golden_copy`, with `left_alone` true where other data are to stay. `expected` and `found`, for a proof.
    """
    digest = digested.get("digest")
    subject = f"digest of the reference data of {database}"
    stays = {"left_alone": True} if digest and digest != golden_copy["digest"] else {}
    return {
        "golden_copy": {**golden_copy, **stays},
        "expected": {subject: golden_copy["digest"]},
        "found": {subject: digest or digested.get("msg") or "not read"},
    }


def adopted_accounts(results: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return accounts of SQL Server with the rights that they have in the declared databases.

    Args:
        results: of a loop over the declared accounts: of each its `item`, and what `mssql_login` said in check mode,
            with `state: exact`, that it would change.

    Returns:
        `accounts` as the role takes them, with roles and permissions on the server as they are: those that have no
        login are left out, and so are databases in which they have no user. An account that could not be read is left
        as it is declared. `expected` and `found` tell by account what differs, for a proof.
    """
    accounts, expected, found = [], {}, {}
    for result in results:
        declared, changes = result["item"], result.get("changes")
        subject = f"rights of {declared['name']}"
        expected[subject] = "as declared"
        if changes is None:
            accounts.append(declared)
            found[subject] = result.get("msg", "not read")
            continue
        before = {change["item"]: change["before"] for change in changes}
        found[subject] = "; ".join(f"{item}: {value or NOTHING}" for item, value in before.items()) or "as declared"
        if f"login {declared['name']}" in before:
            found[subject] = "no login"
            continue
        users = [_adopted_user(entry, declared["name"], before) for entry in declared["databases"]]
        server = _adopted_server_rights(declared, before)
        accounts.append({**declared, **server, "databases": [user for user in users if user]})
    return {"accounts": accounts, "expected": expected, "found": found}


def _adopted_server_rights(declared: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return a login's roles and permissions on the server as they are, where there are any or some are declared."""
    rights = {}
    for option, kind in (("server_roles", "server role"), ("server_permissions", "permission")):
        start = f"login {declared['name']} {kind} "
        told = {item.removeprefix(start): value for item, value in before.items() if item.startswith(start)}
        missing = {name.casefold() for name, value in told.items() if value is None}
        kept = [name for name in declared.get(option, []) if name.casefold() not in missing]
        names = [*kept, *(name for name, value in told.items() if value is not None)]
        if names or option in declared:
            rights[option] = names
    return rights


def _adopted_user(entry: Mapping[str, Any], login: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return a login's user of a database as it is; nothing if there is none.

    Args:
        entry: what is declared of it.
        login: whose it is.
        before: of each right that would be changed, by the item that `mssql_login` calls it, what it is.
    """
    where = f"database {entry['name']} user {entry.get('user') or login}"
    there = before.get(where, {})
    if there is None:
        return {}
    called = {"user": there["name"]} if "name" in there else {}
    roles = [role for role in entry.get("roles", []) if f"{where} role {role}" not in before]
    rights = {}
    for each in entry.get("permissions", []):
        for permission in each["permissions"]:
            target = ".".join(each[part] for part in ("schema", "object") if each.get(part))
            rights[permission.upper(), target] = {**each, "permissions": [permission]}
    for item, value in before.items():
        kind, _space, what = item.removeprefix(f"{where} ").partition(" ")
        if not item.startswith(f"{where} "):
            continue
        if kind == "role" and value is not None:
            roles.append(what)
        elif kind == "permission":
            permission, _on, target = what.partition(" on ")
            rights.pop((permission.upper(), target), None)
            if value is not None:
                schema, _dot, name = target.partition(".")
                right = {"permissions": [permission], "schema": schema or None, "object": name or None}
                state = {"state": "deny"} if value == "DENY" else {}
                rights[permission.upper(), target] = {key: each for key, each in right.items() if each} | state
    return {**entry, **called, "roles": roles, "permissions": list(rights.values())}


def adopted_configuration(declared: Mapping[str, Any], seen: Mapping[str, Any]) -> dict[str, Any]:
    """Return configuration files, deployed by the role if they are what was signed off, and left alone otherwise.

    Args:
        declared: the configuration, as the role takes it.
        seen: what `config_deployment` said with `state: seen`.

    Returns:
        `configuration`, with `deployed` false where a run would replace a file, or could not. `expected` and `found`
        tell by file what differs, for a proof.
    """
    artefact = declared["artefact"]
    if seen.get("expected") is None:
        found = str(seen.get("msg", "not read"))
        return {
            "configuration": {**declared, "deployed": False},
            "expected": {artefact: AS_SIGNED_OFF},
            "found": {artefact: found},
        }
    files = sorted({*seen["expected"], *(each["item"] for each in seen["changes"])})
    same = not seen["changes"]
    return {
        "configuration": {**declared} if same else {**declared, "deployed": False},
        "expected": {f"{artefact}: {path}": _digest(seen["expected"].get(path)) for path in files},
        "found": {f"{artefact}: {path}": _digest(seen["present"].get(path)) for path in files},
    }


def _digest(sha256: str | None) -> str:
    return NOTHING if sha256 is None else f"SHA-256 {sha256[:16]}…"


def adopted_scope(declared: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    """Return an application's account with the scope that it has in Exchange.

    Args:
        declared: `calsync_account`.
        result: what `exchange_application_access` said in check mode.

    Where the application has its role in a scope of another name, ask again with the account that is returned: which
    mailboxes are in it is known only then.

    Returns:
        `account` with the scope's name, and its filter as `recipient_filter` where it is another one. Access by groups
        or units, or by several scopes, stays as it is declared. `expected` and `found` tell what differs, for a proof.
    """
    subject, changes = f"access of {declared['name']} to calendars", result.get("changes")
    expected = {subject: "as declared"}
    if changes is None:
        found = "no application" if "skipped" in result else str(result.get("msg", "not read"))
        return {"account": {**declared}, "expected": expected, "found": {subject: found}}
    role = str(result["role"])
    others = [
        str(each["before"]).removeprefix(f"{role} in filter ")
        for each in changes
        if each["action"] == "delete" and str(each["before"]).startswith(f"{role} in filter ")
    ]
    has_none = any(each["action"] == "create" and each["item"].endswith(f" role {role}") for each in changes)
    adopted = {**declared}
    filters = [
        each["before"]
        for each in changes
        if each["item"] == f"scope {declared['scope']}" and each["action"] == "update"
    ]
    if has_none and len(others) == 1:
        adopted["scope"] = others[0]
    elif filters:
        adopted["recipient_filter"] = filters[0]
    told = "; ".join(f"{each['item']}: {each['before'] or NOTHING}" for each in changes)
    return {"account": adopted, "expected": expected, "found": {subject: told or "as declared"}}
