# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be imported, bound, put back and removed on an IIS host."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.iis import as_added, exchange

NOW = dt.datetime(2027, 2, 3, 10, 0, tzinfo=dt.UTC)
OLD, NEW, OTHER = "A" * 40, "B" * 40, "C" * 40
CERTIFICATE: dict[str, Any] = {
    "host": "es",
    "site": "Exam Scheduler",
    "names": ["s.exams.example", "es.exams.example"],
    "port": 443,
}
ISSUED = [{"name": "es", "fingerprint_sha1": NEW.lower()}]


def binding(hostname: str = "", certificate: str = OLD, **changes: Any) -> dict[str, Any]:
    return {
        "ip": "*",
        "port": 443,
        "hostname": hostname,
        "protocol": "https",
        "use_sni": bool(hostname),
        "use_ccs": False,
        "certificate_hash": certificate,
        "certificate_store_name": "My" if certificate else "",
        **changes,
    }


def site(*bindings: dict[str, Any], name: str = "Exam Scheduler", state: str = "Started") -> dict[str, Any]:
    return {"name": name, "state": state, "bindings": list(bindings)}


def stored(*thumbprints: str, key: bool = True) -> list[dict[str, Any]]:
    return [{"thumbprint": thumbprint, "has_private_key": key} for thumbprint in thumbprints]


def planned(*sites: dict[str, Any], **changes: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {"issued": ISSUED, "store": stored(OLD), "replaced": {}, "now": NOW, "keep_days": 14}
    certificate = {**CERTIFICATE, **changes.pop("certificate", {})}
    return exchange(certificate, sites=sites, **{**arguments, **changes})


def done(*further: dict[str, Any]) -> dict[str, Any]:
    return site(*(binding(name, NEW) for name in CERTIFICATE["names"]), *further)


def test_the_first_day_names_are_bound_and_the_binding_without_sni_follows() -> None:
    plan = planned(site(binding(), binding(port=8443), binding("x.exams.example", OTHER)))
    assert plan["import"] is True
    assert plan["bind"] == [binding(name, NEW) for name in CERTIFICATE["names"]]
    assert plan["follow"] == [binding("", NEW)]
    assert plan["restore"] == {
        "add": [],
        "remove": [{"ip": "*", "port": 443, "hostname": name} for name in CERTIFICATE["names"]],
    }
    assert plan["replaced"] == {}, "another port still serves the old one"
    assert planned(site(binding()))["replaced"] == {OLD: "2027-02-03T10:00:00Z"}


def test_before_the_certificate_exists_the_same_is_predicted() -> None:
    later, now = planned(site(binding())), planned(site(binding()), issued=[])
    assert now["thumbprint"] is None
    for key in ("import", "needed", "replaced", "due"):
        assert now[key] == later[key]
    for key in ("bind", "follow"):
        assert len(now[key]) == len(later[key])


def test_what_is_as_it_shall_be_stays() -> None:
    there = [each | {"certificate_hash": NEW.lower(), "certificate_store_name": "MY"} for each in done()["bindings"]]
    plan = planned(site(*there, binding("", NEW)), store=stored(OLD, NEW), replaced={OLD: "2027-02-01T00:00:00Z"})
    assert (plan["needed"], plan["bind"], plan["follow"], plan["due"]) == (False, [], [], [])
    assert plan["replaced"] == {OLD: "2027-02-01T00:00:00Z"}


def test_a_renewal_goes_back_to_the_old_certificate() -> None:
    old = [binding(name.upper(), OLD) for name in CERTIFICATE["names"]]
    plan = planned(site(*old), store=stored(OLD, NEW))
    assert plan["import"] is False
    assert [each["hostname"] for each in plan["bind"]] == [name.upper() for name in CERTIFICATE["names"]]
    assert plan["restore"] == {"add": old, "remove": []}


@pytest.mark.parametrize(
    ("there", "back"),
    [
        (binding("s.exams.example", use_sni=False), True),
        (binding("s.exams.example", NEW, use_sni=False), True),
        (binding("s.exams.example", "", protocol="http", use_sni=False), True),
        (binding("s.exams.example", "", use_ccs=True), True),
        (binding("s.exams.example", ""), False),
        (binding("s.exams.example", NEW, certificate_store_name="WebHosting"), True),
    ],
)
def test_a_name_that_is_bound_otherwise_is_bound_with_sni(there: dict[str, Any], back: bool) -> None:
    plan = planned(site(there), store=stored(OLD, NEW))
    assert binding("s.exams.example", NEW) in plan["bind"]
    assert plan["follow"] == []
    assert bool(plan["restore"]["add"]) is back
    if back:
        (restored,) = plan["restore"]["add"]
        wanted = {key: value for key, value in there.items() if key in restored}
        assert restored == wanted
        assert ("certificate_hash" in restored) is bool(there["certificate_hash"])


def test_a_certificate_without_its_key_is_imported_again() -> None:
    assert planned(done(), store=stored(NEW, key=False))["import"] is True


def test_an_exact_address_outdoes_names_and_is_bound_with_them() -> None:
    plan = planned(site(binding(ip="192.0.2.10")))
    assert plan["follow"] == []
    assert plan["bind"][-1] == binding("", NEW, ip="192.0.2.10")
    assert plan["restore"]["add"] == [binding(ip="192.0.2.10")]


def test_what_another_site_shares_is_left_as_it_is() -> None:
    other = site(binding("y.exams.example", use_sni=False), name="Other")
    plan = planned(site(binding()), other)
    assert plan["follow"] == []
    assert plan["replaced"] == {}


def test_a_replaced_certificate_is_due_once_its_days_are_over_and_nothing_has_it_bound() -> None:
    old, unbound = "2027-01-20T10:00:00Z", stored(OLD, NEW)
    assert planned(done(), store=unbound, replaced={OLD: old})["due"] == [OLD]
    assert planned(done(), store=unbound, replaced={OLD: "2027-01-20T10:00:01Z"})["due"] == []
    assert planned(done(), site(binding(), name="Other"), store=unbound, replaced={OLD: old})["due"] == []
    assert planned(done(), store=stored(NEW), replaced={OLD: old})["due"] == []
    assert planned(done(), store=unbound, replaced={NEW: old})["due"] == []


def test_a_certificate_that_was_not_in_the_store_is_not_recorded() -> None:
    assert planned(site(binding("s.exams.example", OTHER)))["replaced"] == {}


@pytest.mark.parametrize(
    ("sites", "change", "message"),
    [
        ([site()], {"site": None}, "no site is named"),
        ([site(name="Default")], {}, r"IIS has no site 'Exam Scheduler'; it has Default\. .* \(line 1\.4\)"),
        ([], {}, "it has none"),
        ([site(state="Stopped")], {}, "is stopped, so nothing could be proven"),
        (
            [site(), site(binding("ES.exams.example", OTHER), name="Other")],
            {},
            r"'Other' has \*:443:es\.exams\.example, which the site 'Exam Scheduler' is to have",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_planned(
    sites: list[dict[str, Any]], change: dict[str, Any], message: str
) -> None:
    plan = planned(*sites, certificate=change)
    assert len(plan["problems"]) == 1
    assert re.search(message, plan["problems"][0])
    assert (plan["needed"], plan["bind"], plan["follow"]) == (False, [], [])


@pytest.mark.parametrize(
    "there",
    [
        binding("s.exams.example", use_ccs=True),
        binding(use_ccs=True),
        binding(ip="192.0.2.10", use_ccs=True),
    ],
)
def test_a_binding_whose_options_would_be_lost_is_refused_once_it_is_due(there: dict[str, Any]) -> None:
    """As `microsoft.iis.website_info` shows what has, say, HTTP/2 disabled: like the Central Certificate Store's."""
    for issued in (ISSUED, []):
        plan = planned(site(there), issued=issued)
        (told,) = plan["refused"]
        assert re.search(r"host es: the binding .*:443:.* options that this run would take away.*Clear them", told)
        assert (plan["needed"], plan["import"], plan["bind"], plan["follow"]) == (False, False, [], [])
        assert plan["replaced"] == {}
        assert plan["restore"] == {"add": [], "remove": []}
    due_no_more = planned(done({**there, "certificate_hash": NEW, "hostname": "", "use_sni": False}))
    assert (due_no_more["refused"], due_no_more["bind"], due_no_more["follow"]) == ([], [], [])


def test_options_of_bindings_that_have_their_certificate_stay() -> None:
    names = [binding(name, NEW, use_ccs=True) for name in CERTIFICATE["names"]]
    plan = planned(site(*names, binding("x.exams.example", OTHER, use_ccs=True)), store=stored(NEW))
    assert (plan["refused"], plan["needed"]) == ([], False)


def test_a_binding_with_options_is_put_back_with_its_certificate() -> None:
    assert as_added(binding("s.exams.example", use_ccs=True)) == binding("s.exams.example")
    store = as_added(binding("s.exams.example", "", use_ccs=True))
    assert store["use_ccs"] is True
    assert "certificate_hash" not in store


def test_names_of_sites_have_no_case() -> None:
    assert planned(site(name="EXAM scheduler"))["problems"] == []
