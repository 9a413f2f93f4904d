# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates as they are declared, turned into what endpoints serve. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.iis import exchange

OURS = "that of the state directory"


def adopted_certificates(
    declared: Sequence[Mapping[str, Any]],
    *,
    issued: Sequence[Mapping[str, Any]],
    served: Sequence[Mapping[str, Any]],
    foreign: Collection[str],
    sites: Mapping[str, Sequence[Mapping[str, Any]]],
    stores: Mapping[str, Sequence[Mapping[str, Any]]],
) -> dict[str, Any]:
    """Return the certificates as they are: their names, their site in IIS, and whether this collection deploys them.

    Args:
        declared: the certificates, as the role takes them.
        issued: what `https_certificate` said of those in the state directory.
        served: what `https_endpoint_info` said of each name of each, in their order.
        foreign: the hosts that serve another certificate than that of the state directory, or none.
        sites: what `microsoft.iis.website_info` returned, by host.
        stores: what `ansible.windows.win_certificate_info` returned, by host.

    Returns:
        `certificates` as the role takes them. One that is not in the state directory has a key that nobody can read:
        `deployed` is false, so that it stays. An endpoint that serves none is left as it is declared, and so is one on
        a host with IIS that is not among `sites`: of what nobody has looked at, nothing is known. `expected` and
        `found` tell what differs by host, for a proof.
    """
    certificates = list[dict[str, Any]]()
    expected, found = dict[str, Any](), dict[str, Any]()
    answers = iter(served)
    for certificate in declared:
        host = certificate["host"]
        leaves = _leaves([next(answers) for _name in certificate["names"]])
        subject = f"certificate of {host}"
        expected[subject] = _told(certificate["names"], OURS)
        on_iis = certificate["deployment"] == "iis"
        unknown = "none is served" if not leaves else "IIS was not read" if on_iis and host not in sites else None
        if unknown:
            certificates.append({**certificate})
            found[subject] = unknown
            continue
        adopted = {**certificate, "names": _names(certificate["names"], leaves)}
        if on_iis:
            adopted["site"] = _site(certificate, sites[host])
            expected[f"site of {host}"], found[f"site of {host}"] = certificate.get("site"), adopted["site"]
        ours = host not in foreign
        stays = not ours or (on_iis and _is_bound_otherwise(adopted, issued, sites[host], stores.get(host, [])))
        if stays:
            adopted["deployed"] = False
        certificates.append(adopted)
        others = ", and ".join(f"one by {leaf['issuer']} until {leaf['not_after'][:10]}" for leaf in leaves)
        what = others if not ours else f"{OURS}, bound otherwise" if stays else OURS
        found[subject] = _told(adopted["names"], what)
    return {"certificates": certificates, "expected": expected, "found": found}


def _told(names: Sequence[str], what: str) -> str:
    return f"{', '.join(names)}: {what}"


def _leaves(answers: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the certificates of servers among what endpoints answered, each once."""
    leaves = [answer["chain"][0] for answer in answers if answer.get("chain")]
    return [leaf for number, leaf in enumerate(leaves) if leaf not in leaves[:number]]


def _names(declared: Sequence[str], leaves: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names that are served: the declared ones that a certificate is for, then the others that it names.

    No client can be asked to call a wildcard, so that none is taken over. Where no declared name is served, they all
    stay: somebody has to be able to ask for the endpoint.
    """
    there = [name.lower() for leaf in leaves for name in leaf["names"]]
    known = [name for name in declared if any(name.lower() in {each, *_covered(each, name)} for each in there)]
    further = dict.fromkeys(name for name in there if "*" not in name)
    if not known:
        return [*declared]
    return [*known, *(name for name in further if name not in {each.lower() for each in known})]


def _covered(pattern: str, name: str) -> Iterator[str]:
    """Yield the name if a wildcard stands for it."""
    if pattern.startswith("*.") and name.lower().partition(".")[2] == pattern[2:]:
        yield name.lower()


def _site(certificate: Mapping[str, Any], sites: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the site that serves HTTPS on the port: the declared one if it does, or the only one that does."""
    names = [
        site["name"]
        for site in sites
        if any(each["protocol"] == "https" and each["port"] == certificate["port"] for each in site["bindings"])
    ]
    wanted = certificate.get("site")
    if len(names) != 1 or str(wanted).lower() in {name.lower() for name in names}:
        return wanted
    return str(names[0])


def _is_bound_otherwise(
    certificate: Mapping[str, Any],
    issued: Sequence[Mapping[str, Any]],
    sites: Sequence[Mapping[str, Any]],
    store: Sequence[Mapping[str, Any]],
) -> bool:
    """Return whether the role would bind something on an IIS host."""
    plan = exchange(
        certificate,
        issued=issued,
        sites=sites,
        store=store,
        replaced={},
        now=dt.datetime.now(dt.UTC),
        keep_days=0,
    )
    return bool(plan["problems"] or plan["needed"])
