# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an IIS site had before its first certificate of this collection, and what brings that back; without I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.iis import as_added, identity, same

PLACE_AND_HASH = re.compile(r"(\S+:\d+)[ \t]*\r?\n[^\r\n]*:[ \t]*([0-9A-Fa-f]{40})[ \t]*\r?$", re.MULTILINE)
"""Of what `netsh http show sslcert` prints, in any language: a place, and in the next line the hash bound there."""


def before(
    record: Mapping[str, Any], *, exchange: Mapping[str, Any], site: str, sites: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the record with what a run is about to change; what is in it already is older, and stays.

    Args:
        record: what this function returned for an earlier run; empty at first.
        exchange: what `iis.exchange` returned.
        site: the name of the site that it is about.
        sites: what `microsoft.iis.website_info` returned for all sites.

    Returns:
        `bindings`, each with `site`, `ip`, `port`, `hostname` and what was there (`before`, null for nothing), and
        `imported`, thumbprints of the certificates that this collection brought.
    """
    present = {identity(each): each for own in sites if same(own["name"], site) for each in own["bindings"]}
    known = [*record.get("bindings", [])]
    have = {(str(each["site"]).lower(), identity(each)) for each in known}
    for wanted in (*exchange["bind"], *exchange["follow"]):
        there = present.get(identity(wanted))
        if (site.lower(), identity(wanted)) not in have:
            place = {key: wanted[key] for key in ("ip", "port", "hostname")}
            known.append({"site": site, **place, "before": None if there is None else as_added(there)})
    new = {exchange["thumbprint"]} if exchange["import"] and exchange["thumbprint"] else set()
    return {"bindings": known, "imported": sorted({*record.get("imported", []), *new})}


def back_out(
    record: Mapping[str, Any],
    *,
    sites: Sequence[Mapping[str, Any]],
    store: Sequence[Mapping[str, Any]],
    in_use: str = "",
) -> dict[str, Any]:
    """Return what brings the bindings back to what they were, and which certificates then go.

    A binding that somebody else has given another certificate since is theirs, and stays.

    Args:
        record: what `before` returned.
        sites: as above.
        store: what `ansible.windows.win_certificate_info` returned for LocalMachine's store My.
        in_use: what `netsh http show sslcert` printed: not only IIS binds certificates.

    Returns:
        `sites` (each with `name` and the `add` and `remove` of `microsoft.iis.website`), `certificates` (thumbprints
        that go from the store), `kept` (thumbprints that something else is bound to).
    """
    ours = {str(each).upper() for each in record.get("imported", [])}
    there = {str(each["thumbprint"]).upper() for each in store}
    with_key = {str(each["thumbprint"]).upper() for each in store if each["has_private_key"]}
    undone = [*_undone(record, sites, ours, with_key)]
    gone_back = {(str(site).lower(), identity(each)) for site, each, _back in undone}
    still_bound = {
        str(each["certificate_hash"]).upper()
        for site in sites
        for each in site["bindings"]
        if each["certificate_hash"] and (str(site["name"]).lower(), identity(each)) not in gone_back
    }
    places = {place for _site, each, _back in undone for place in _places(each)}
    elsewhere = {found.upper() for place, found in PLACE_AND_HASH.findall(in_use) if place.lower() not in places}
    mine = ours & there
    return {
        "sites": [
            {
                "name": name,
                "add": [back for site, _each, back in undone if site == name and back is not None],
                "remove": [
                    {key: each[key] for key in ("ip", "port", "hostname")}
                    for site, each, back in undone
                    if site == name and back is None
                ],
            }
            for name in sorted({site for site, _each, _back in undone})
        ],
        "certificates": sorted(mine - still_bound - elsewhere),
        "kept": sorted(mine & (still_bound | elsewhere)),
    }


def _undone(
    record: Mapping[str, Any], sites: Sequence[Mapping[str, Any]], ours: set[str], with_key: set[str]
) -> Iterator[tuple[str, Mapping[str, Any], dict[str, Any] | None]]:
    """Yield each binding that has a certificate of ours, with its site and with what it becomes: None where it goes.

    One for HTTPS whose certificate is not in the store any more, or that had none, cannot be made so again: it goes.
    """
    for entry in record.get("bindings", []):
        site = next((each for each in sites if same(each["name"], entry["site"])), None)
        present = {} if site is None else {identity(each): each for each in site["bindings"]}
        there = present.get(identity(entry))
        if site is None or there is None or str(there["certificate_hash"]).upper() not in ours:
            continue
        was = entry["before"]
        if was is not None and was["protocol"] == "https" and not was.get("use_ccs"):
            was = was if str(was.get("certificate_hash", "")).upper() in with_key else None
        yield site["name"], there, was


def _places(binding: Mapping[str, Any]) -> list[str]:
    """Return under what Windows may have a binding's certificate: the name with SNI, the address without."""
    address = "0.0.0.0" if binding["ip"] in ("*", "") else str(binding["ip"])  # noqa: S104 - as Windows prints it
    hosts = [address, "[::]", str(binding["hostname"] or "")]
    return [f"{host}:{binding['port']}".lower() for host in hosts if host]
