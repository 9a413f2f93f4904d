# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be done on an IIS host so that its site serves a certificate: from what was gathered, without I/O.

Windows (http.sys) chooses a certificate by address and port exactly, then by name (SNI), then by port alone; all
bindings without SNI on the same address and port share one certificate, whichever site they belong to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Binding = Mapping[str, Any]
STORE = "My"
ANY_ADDRESS = "*"


def exchange(
    certificate: Mapping[str, Any],
    *,
    issued: Sequence[Mapping[str, Any]],
    sites: Sequence[Mapping[str, Any]],
    store: Sequence[Mapping[str, Any]],
    replaced: Mapping[str, str],
    now: dt.datetime,
    keep_days: float,
) -> dict[str, Any]:
    """Return what is to be done on one IIS host.

    Args:
        certificate: as in the inventory: `host`, `site`, `names`, `port`.
        issued: the return value of `https_certificate`; nothing of this host where it is not issued yet.
        sites: what `microsoft.iis.website_info` returned for all sites.
        store: what `ansible.windows.win_certificate_info` returned for LocalMachine's store My.
        replaced: what this function returned as `replaced` in an earlier run.
        now: aware of its offset.
        keep_days: days that a replaced certificate stays in the store.

    Returns:
        `problems` (texts; nothing may be done while there are any), `refused` (as these, of bindings whose options
        would be lost: known only once it is known which are due), `thumbprint` (None before the certificate exists),
        `import` (whether it is to be imported), `bind` (bindings for its names, as `microsoft.iis.website` adds them),
        `follow` (bindings without SNI that are brought to it once the names are proven), `restore` (`add` and `remove`:
        what undoes `bind`), `replaced` (thumbprints of certificates that were unbound, with the time), `due` (those of
        them that are to be removed), `needed` (whether anything is to be imported or bound).
    """
    problems = _problems(certificate, sites)
    of_host = next((entry for entry in issued if entry["name"] == certificate["host"]), {})
    thumbprint = str(of_host.get("fingerprint_sha1") or "").upper()
    nowhere: Mapping[str, Any] = {"name": "", "bindings": []}
    own = next((site for site in sites if same(site["name"], certificate.get("site"))), nowhere)
    there = {each["thumbprint"].upper() for each in store}
    with_key = {each["thumbprint"].upper() for each in store if each["has_private_key"]}

    bind = [] if problems else [*_named(certificate, own, thumbprint)]
    follow = list[dict[str, Any]]()
    for wanted in [] if problems else _without_sni(certificate, own, sites, thumbprint):
        # an exact address outdoes every name, so it cannot wait until the names are proven
        (follow if wanted["ip"] == ANY_ADDRESS else bind).append(wanted)
    refused = _losing(certificate, own, [*bind, *follow])
    if refused:
        bind, follow = [], []
    before = _bound(sites)
    after = _bound([site for site in sites if site is not own], _with(own["bindings"], [*bind, *follow]))
    record = {**replaced, **{each: f"{now.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}" for each in before & there - after}}
    imports = not problems and not refused and thumbprint not in with_key
    return {
        "problems": problems,
        "refused": refused,
        "thumbprint": thumbprint or None,
        "import": imports,
        "bind": bind,
        "follow": follow,
        "restore": _restore(own["bindings"], bind),
        "replaced": record,
        "due": sorted(
            each
            for each, since in replaced.items()
            if each in there - before - {thumbprint}
            and now - dt.datetime.fromisoformat(since) >= dt.timedelta(days=keep_days)
        ),
        "needed": imports or bool(bind or follow),
    }


def _problems(certificate: Mapping[str, Any], sites: Sequence[Mapping[str, Any]]) -> list[str]:
    host, name, port = certificate["host"], certificate.get("site"), certificate["port"]
    where = f"https_certificates, host {host}"
    if not name:
        return [f"{where}: deployment is iis, and no site is named. Add site, the name of the IIS site."]
    site = next((each for each in sites if same(each["name"], name)), None)
    if site is None:
        known = ", ".join(sorted(each["name"] for each in sites)) or "none"
        return [
            f"{where}: IIS has no site {name!r}; it has {known}. Correct site, or have the product installed that "
            "makes it (line 1.4)."
        ]
    problems = []
    if site["state"] != "Started":
        problems.append(f"{where}: the site {name!r} is {site['state'].lower()}, so nothing could be proven. Start it.")
    wanted = {(ANY_ADDRESS, port, each.lower()) for each in certificate["names"]}
    for other in sites:
        taken = sorted({identity(binding) for binding in other["bindings"]} & wanted)
        if other is not site and taken:
            shown = ", ".join(":".join(map(str, each)) for each in taken)
            problems.append(
                f"{where}: the site {other['name']!r} has {shown}, which the site {name!r} is to have. "
                "Remove it there, or correct site or names."
            )
    return problems


def _losing(certificate: Mapping[str, Any], site: Mapping[str, Any], due: Sequence[Binding]) -> list[str]:
    """Return which bindings that are due have options that `microsoft.iis.website` would take away.

    Of a binding's `sslFlags` it knows SNI (1) and the Central Certificate Store (2), sets exactly these, and reads all
    that is greater than 1 as that store: a binding that has a certificate of its own has other options.
    """
    changed = {identity(binding) for binding in due}
    losing = [each for each in site["bindings"] if identity(each) in changed and each["use_ccs"] and _has_own(each)]
    return [
        f"https_certificates, host {certificate['host']}: the binding {':'.join(map(str, identity(each)))} of the site "
        f"{site['name']!r} has options that this run would take away, such as HTTP/2 or old versions of TLS disabled. "
        "Clear them in IIS Manager, run again, and set them again: a binding that has its certificate is left as it is."
        for each in losing
    ]


def _named(certificate: Mapping[str, Any], site: Mapping[str, Any], thumbprint: str) -> Iterator[dict[str, Any]]:
    """Yield the bindings of the certificate's names that are not as they shall be, as they shall be."""
    present = {identity(binding): binding for binding in site["bindings"]}
    for name in certificate["names"]:
        there = present.get((ANY_ADDRESS, certificate["port"], name.lower()))
        if there is None or not (there["protocol"] == "https" and there["use_sni"] and _serves(there, thumbprint)):
            hostname = name if there is None else there["hostname"]
            yield _wanted(ANY_ADDRESS, certificate["port"], hostname, thumbprint, sni=True)


def _without_sni(
    certificate: Mapping[str, Any], site: Mapping[str, Any], sites: Sequence[Mapping[str, Any]], thumbprint: str
) -> Iterator[dict[str, Any]]:
    """Yield the site's bindings without SNI that serve another certificate, unless another site shares it."""
    names = {name.lower() for name in certificate["names"]}
    shared = {
        (binding["ip"], binding["port"])
        for other in sites
        if other is not site
        for binding in other["bindings"]
        if binding["protocol"] == "https" and not binding["use_sni"]
    }
    for binding in site["bindings"]:
        if (
            binding["protocol"] == "https"
            and binding["port"] == certificate["port"]
            and not binding["use_sni"]
            and not _serves(binding, thumbprint)
            and (binding["ip"], binding["port"]) not in shared
            and not (binding["ip"] == ANY_ADDRESS and (binding["hostname"] or "").lower() in names)
        ):
            yield _wanted(binding["ip"], binding["port"], binding["hostname"] or "", thumbprint, sni=False)


def _wanted(ip: str, port: int, hostname: str, thumbprint: str, *, sni: bool) -> dict[str, Any]:
    return {
        "ip": ip,
        "port": port,
        "hostname": hostname,
        "protocol": "https",
        "use_sni": sni,
        "use_ccs": False,
        "certificate_hash": thumbprint,
        "certificate_store_name": STORE,
    }


def _restore(present: Sequence[Binding], bind: Sequence[Binding]) -> dict[str, Any]:
    """Return what brings a site's bindings back to what they were before `bind`."""
    before = {identity(binding): binding for binding in present}
    changed = [identity(binding) for binding in bind]
    return {
        "add": [
            as_added(there)
            for there in (before[each] for each in changed if each in before)
            # a binding for HTTPS that had no certificate cannot be made so again
            if there["protocol"] != "https" or there["certificate_hash"] or there["use_ccs"]
        ],
        "remove": [
            {key: each[key] for key in ("ip", "port", "hostname")} for each in bind if identity(each) not in before
        ],
    }


def as_added(there: Binding) -> dict[str, Any]:
    """Return a binding that is there as `microsoft.iis.website` adds it."""
    own = {key: there[key] for key in ("certificate_hash", "certificate_store_name")} if _has_own(there) else {}
    return {
        **{key: there[key] for key in ("ip", "port", "hostname", "protocol", "use_sni")},
        "use_ccs": there["use_ccs"] and not own,
        **own,
    }


def _has_own(binding: Binding) -> bool:
    """Return whether a binding has a certificate of its own, and none of the Central Certificate Store."""
    return bool(binding["certificate_hash"])


def _with(present: Sequence[Binding], wanted: Sequence[Binding]) -> list[Binding]:
    """Return a site's bindings as they are once the wanted ones are there."""
    return [*{**{identity(b): b for b in present}, **{identity(b): b for b in wanted}}.values()]


def _bound(sites: Sequence[Mapping[str, Any]], further: Sequence[Binding] = ()) -> set[str]:
    """Return the thumbprints that are bound."""
    bindings = [binding for site in sites for binding in site["bindings"]]
    return {str(each["certificate_hash"]).upper() for each in (*bindings, *further) if each["certificate_hash"]}


def _serves(binding: Binding, thumbprint: str) -> bool:
    return (
        bool(thumbprint)
        and str(binding["certificate_hash"]).upper() == thumbprint
        and same(binding["certificate_store_name"], STORE)
    )


def identity(binding: Binding) -> tuple[str, int, str]:
    """Return what tells one binding of a site from another: address, port and name."""
    return str(binding["ip"]), int(binding["port"] or 0), str(binding["hostname"] or "").lower()


def same(one: Any, other: Any) -> bool:
    """Return whether two names are the same to Windows."""
    return str(one or "").lower() == str(other or "").lower()
