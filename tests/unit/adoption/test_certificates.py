# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that are served become certificates that are declared, and the role leaves them alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.adoption_certificates import adopted_certificates
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.iis import exchange

NAMES = ["scheduler.exams.example", "es-live.exams.example"]
NGINX: dict[str, Any] = {"host": "web1", "names": NAMES, "deployment": "nginx", "port": 443}
IIS: dict[str, Any] = {"host": "es", "names": NAMES, "deployment": "iis", "site": "Exam Scheduler", "port": 443}
THUMBPRINT = "AB" * 20
ISSUED = [{"name": "es", "fingerprint_sha1": THUMBPRINT}, {"name": "web1", "fingerprint_sha1": THUMBPRINT}]
STORE = {"es": [{"thumbprint": THUMBPRINT, "has_private_key": True}]}


def leaf(*names: str) -> dict[str, Any]:
    return {"names": list(names), "issuer": "CN=Other authority", "not_after": "2027-06-01T10:00:00Z"}


def served(*leaves: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [{"chain": [each] if each else []} for each in leaves]


def binding(hostname: str, thumbprint: str = THUMBPRINT) -> dict[str, Any]:
    return {
        "ip": "*",
        "port": 443,
        "hostname": hostname,
        "protocol": "https",
        "use_sni": True,
        "use_ccs": False,
        "certificate_hash": thumbprint,
        "certificate_store_name": "My",
    }


def site(name: str, *bindings: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "state": "Started", "bindings": list(bindings)}


def adopted(
    certificate: dict[str, Any],
    answers: list[dict[str, Any]],
    *,
    foreign: bool,
    sites: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    return adopted_certificates(
        [certificate],
        issued=ISSUED,
        served=answers,
        foreign=[certificate["host"]] if foreign else [],
        sites={"es": sites or []},
        stores=STORE,
    )


def test_that_what_is_as_declared_stays() -> None:
    found = adopted(NGINX, served(leaf(*NAMES), leaf(*NAMES)), foreign=False)
    assert found["certificates"] == [NGINX]
    assert found["expected"] == found["found"]


def test_that_a_certificate_whose_key_is_not_here_is_left_alone_and_named() -> None:
    found = adopted(NGINX, served(leaf(*NAMES), leaf(*NAMES)), foreign=True)
    assert found["certificates"] == [{**NGINX, "deployed": False}]
    assert found["found"]["certificate of web1"] == (
        "scheduler.exams.example, es-live.exams.example: one by CN=Other authority until 2027-06-01"
    )
    assert found["expected"]["certificate of web1"].endswith(": that of the state directory")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["ES-LIVE.exams.example", "old.exams.example"], ["es-live.exams.example", "old.exams.example"]),
        (["*.exams.example"], NAMES),
        (["*.exams.example", "exams.example"], [*NAMES, "exams.example"]),
        (["*.live.exams.example"], NAMES),
        (["other.example"], NAMES),
    ],
)
def test_that_names_are_those_that_are_served(names: list[str], expected: list[str]) -> None:
    found = adopted(NGINX, served(leaf(*names), leaf(*names)), foreign=True)
    assert found["certificates"][0]["names"] == expected


def test_that_names_with_certificates_of_their_own_are_all_kept() -> None:
    found = adopted(NGINX, served(leaf(NAMES[0]), leaf(NAMES[1])), foreign=True)
    assert found["certificates"][0]["names"] == NAMES
    assert found["found"]["certificate of web1"].count("CN=Other authority") == 2


def test_that_an_endpoint_that_serves_none_stays_as_declared_and_is_named() -> None:
    found = adopted(NGINX, served(None, None), foreign=True)
    assert found["certificates"] == [NGINX]
    assert found["found"]["certificate of web1"] == "none is served"


def test_that_of_a_host_with_iis_that_was_not_read_nothing_is_said() -> None:
    found = adopted_certificates(
        [IIS], issued=ISSUED, served=served(leaf(*NAMES), leaf(*NAMES)), foreign=[], sites={}, stores={}
    )
    assert found["certificates"] == [IIS]
    assert found["found"] == {"certificate of es": "IIS was not read"}


@pytest.mark.parametrize("deployed", [True, False])
def test_that_what_is_as_declared_is_not_bound_otherwise_whatever_is_declared(deployed: bool) -> None:
    declared = {**NGINX, "deployed": deployed}
    found = adopted(declared, served(leaf(*NAMES), leaf(*NAMES)), foreign=False)
    assert found["certificates"] == [declared]
    assert found["expected"] == found["found"]


def test_that_each_certificate_is_told_by_its_own_answers() -> None:
    other = {**NGINX, "host": "web2", "names": ["web2.exams.example"]}
    found = adopted_certificates(
        [NGINX, other],
        issued=ISSUED,
        served=served(None, None, leaf("web2.exams.example")),
        foreign=["web1", "web2"],
        sites={},
        stores={},
    )
    assert found["certificates"] == [NGINX, {**other, "deployed": False}]


def test_that_the_site_is_the_one_that_serves_the_port() -> None:
    sites = [site("Default Web Site", *map(binding, NAMES)), site("Other", {**binding(""), "protocol": "http"})]
    found = adopted(IIS, served(leaf(*NAMES), leaf(*NAMES)), foreign=False, sites=sites)
    assert found["certificates"] == [{**IIS, "site": "Default Web Site"}]
    assert (found["expected"]["site of es"], found["found"]["site of es"]) == ("Exam Scheduler", "Default Web Site")


@pytest.mark.parametrize("sites", [[], [site("One", binding("a")), site("Two", binding("b"))]])
def test_that_the_site_stays_where_it_cannot_be_told(sites: list[dict[str, Any]]) -> None:
    found = adopted(IIS, served(leaf(*NAMES), leaf(*NAMES)), foreign=True, sites=sites)
    assert found["certificates"] == [{**IIS, "deployed": False}]


@pytest.mark.parametrize(
    ("bindings", "kept"),
    [
        (list(map(binding, NAMES)), True),
        ([binding(NAMES[0])], False),  # the other name is served by a binding without a name
        ([*map(binding, NAMES), {**binding("", "CD" * 20), "use_sni": False}], False),
    ],
)
def test_that_a_site_that_the_role_would_bind_anew_is_left_alone(bindings: list[dict[str, Any]], kept: bool) -> None:
    sites = [site("Exam Scheduler", *bindings)]
    found = adopted(IIS, served(leaf(*NAMES), leaf(*NAMES)), foreign=False, sites=sites)
    (certificate,) = found["certificates"]
    assert certificate.get("deployed", True) is kept
    assert (found["expected"] == found["found"]) is kept
    plan = exchange(
        IIS, issued=ISSUED, sites=sites, store=STORE["es"], replaced={}, now=dt.datetime.now(dt.UTC), keep_days=0
    )
    assert plan["needed"] is not kept
