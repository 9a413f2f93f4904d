# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""microsoft.iis.website."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulators.windows.model import Binding, Site
from emulators.windows.module import Call, Module, ModuleFailure

Identity = tuple[str, int, str]


def run(call: Call) -> None:
    """Bring a site to what is declared."""
    sites = call.machine.state.sites
    site = next((each for each in sites if each.name.lower() == call["name"].lower()), None)
    if call["state"] == "absent":
        if site is not None and call.changed():
            sites.remove(site)
        return
    if site is None:
        site = _create(call)
        if call.check:
            # there is no site yet whose bindings could be compared
            return
    _settings(call, site)
    _bindings(call, site)
    _state(call, site)


def _create(call: Call) -> Site:
    if not call["physical_path"]:
        raise ModuleFailure("missing required arguments: physical_path")
    _check_folder(call)
    ids = {each.site_id for each in call.machine.state.sites}
    site = Site(
        name=call["name"],
        site_id=int(call["site_id"] or min(set(range(1, len(ids) + 2)) - ids)),
        physical_path=call["physical_path"],
        application_pool=call["application_pool"] or "DefaultAppPool",
    )
    if call.changed():
        call.machine.state.sites.append(site)
    return site


def _check_folder(call: Call) -> None:
    folder = call.machine.files.find(call["physical_path"])
    if folder is None:
        raise ModuleFailure("specified folder must already exist: physical_path")


def _settings(call: Call, site: Site) -> None:
    if call["physical_path"]:
        _check_folder(call)
    for option in ("physical_path", "application_pool"):
        if call[option] and call[option] != getattr(site, option) and call.changed():
            setattr(site, option, call[option])


def _bindings(call: Call, site: Site) -> None:
    asked = call["bindings"] or {}
    exact, add, remove = asked.get("set"), asked.get("add") or [], asked.get("remove") or []
    present = {_identity(vars(binding)): binding for binding in site.bindings}
    declared = exact if exact is not None else add
    gone: Sequence[Identity] = (
        [each for each in present if each not in [_identity(binding) for binding in declared]]
        if exact is not None
        else [_identity(binding) for binding in remove]
    )
    for wanted in declared:
        there = present.get(_identity(wanted))
        if there is None:
            _add(call, site, wanted)
        else:
            _edit(call, there, wanted)
    for identity in gone:
        if identity in present and call.changed():
            site.bindings.remove(present[identity])


def _identity(binding: dict[str, Any]) -> Identity:
    return (binding.get("ip") or "", int(binding.get("port") or 0), binding.get("hostname") or "")


def _add(call: Call, site: Site, wanted: dict[str, Any]) -> None:
    _check(call, wanted)
    _check_conflict(call, site, wanted)
    if call.changed():
        ip, port, hostname = _identity(wanted)
        binding = Binding(
            protocol=wanted["protocol"],
            ip=ip,
            port=port,
            hostname=hostname,
            use_sni=bool(wanted["use_sni"]),
            use_ccs=bool(wanted["use_ccs"]),
        )
        site.bindings.append(binding)
        _assign(call, binding, wanted)


def _edit(call: Call, there: Binding, wanted: dict[str, Any]) -> None:
    """Change a binding as microsoft.iis 1.1 does.

    A new certificate alone is not reported as a change, and it is bound in check mode too.
    """
    for flag in ("use_sni", "use_ccs"):
        if wanted[flag] is None:
            wanted[flag] = getattr(there, flag)
    _check(call, wanted)
    for field in ("protocol", "use_sni", "use_ccs"):
        if getattr(there, field) != wanted[field] and call.changed():
            setattr(there, field, wanted[field])
    _assign(call, there, wanted)


def _assign(call: Call, binding: Binding, wanted: dict[str, Any]) -> None:
    """Bind a certificate, if one is given; whatever shares the binding's place in http.sys gets it too."""
    if not wanted["certificate_hash"]:
        return
    for site in call.machine.state.sites:
        for each in site.bindings:
            if each.protocol == "https" and _place(each) == _place(binding):
                each.certificate_hash = wanted["certificate_hash"].upper()
                each.certificate_store_name = wanted["certificate_store_name"]


def _place(binding: Binding) -> tuple[str, int]:
    """Return under what http.sys keeps a certificate: the name with SNI, the address without, and the port."""
    return binding.hostname.lower() if binding.use_sni else binding.ip, binding.port


def _check(call: Call, wanted: dict[str, Any]) -> None:
    secure, thumbprint = wanted["protocol"] == "https", wanted["certificate_hash"]
    for flag in ("use_sni", "use_ccs"):
        if wanted[flag] and not secure:
            raise _failure(f"{flag} can only be set for https protocol")
        if wanted[flag] and not wanted["hostname"]:
            raise _failure(f"must specify hostname value when {flag} is set.")
    if wanted["use_ccs"]:
        raise _failure("use_ccs is not emulated")
    if secure and not thumbprint:
        raise _failure("must either specify a certificate_hash or use_ccs.")
    if not thumbprint:
        return
    if not secure:
        raise _failure("You can only provide a certificate thumbprint when protocol is set to https")
    store = wanted["certificate_store_name"]
    there = [
        each
        for each in call.machine.state.certificates
        if each.thumbprint == thumbprint.upper()
        and each.store_name.lower() == store.lower()
        and each.store_location == "LocalMachine"
    ]
    if not there:
        raise _failure(f"Unable to locate certificate at cert:\\LocalMachine\\{store}\\{thumbprint}")
    if there[0].key_pem is None:
        raise _failure(
            "A specified logon session does not exist. It may already have been terminated. "
            "(Exception from HRESULT: 0x80070520)"
        )


def _check_conflict(call: Call, site: Site, wanted: dict[str, Any]) -> None:
    for other in call.machine.state.sites:
        taken = [_identity(vars(binding)) for binding in other.bindings]
        if other is not site and other.state == "Started" and _identity(wanted) in taken and call["state"] != "stopped":
            raise _failure(
                "Cannot create a file when that file already exists. (Exception from HRESULT: 0x800700B7): "
                f"the site {other.name} has the binding {':'.join(map(str, _identity(wanted)))}"
            )


def _failure(message: str) -> ModuleFailure:
    return ModuleFailure(f"System.Collections.Hashtable - {message}")


def _state(call: Call, site: Site) -> None:
    wanted = call["state"]
    if wanted in ("stopped", "restarted") and site.state == "Started" and call.changed():
        site.state = "Stopped"
    if (wanted == "restarted" or (wanted == "started" and site.state == "Stopped")) and call.changed():
        site.state = "Started"


MODULE = Module("microsoft.iis.website", run)
