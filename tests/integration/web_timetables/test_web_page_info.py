# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a real nginx, proven over verified TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulators.certificates import Authority
from emulators.linux_host import LinuxHost
from tests.module_runner import run_module

ADDRESS = "127.43.0.30"
NAME = "timetables.exams.example"


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A web server with a trusted certificate; the root that it is trusted by."""
    root = tmp_path_factory.mktemp("host")
    host = LinuxHost(root)
    authority = Authority.create("Test root")
    certificate, key = authority.issue([NAME]).write(root / "issued")
    host.nginx.seed(ADDRESS, NAME)
    certificate.replace(root / f"etc/nginx/tls/{NAME}.pem")
    key.replace(root / f"etc/nginx/tls/{NAME}.key")
    authority.save(root / "authority")
    host.start()
    yield root / "authority/certificate.pem"
    host.stop()


def prove(roots: Path | None, **page: Any) -> dict[str, Any]:
    given = {"url": f"https://{NAME}/", "connect_address": ADDRESS, **page}
    trusted = [] if roots is None else [str(roots)]
    return run_module("web_page_info", {"pages": [given], "roots": trusted, "on_difference": "report", "timeout": 5})


def test_a_page_is_what_it_has_to_be(roots: Path) -> None:
    proof = prove(roots, contains=[f"EMULATED {NAME}"], lacks=["Traceback"])
    assert (proof["proven"], proof["pages"][0]["status"]) == (True, 200)


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ({"status": 503}, "200 EMULATED"),
        ({"contains": ["TEST10001"]}, "not on the page"),
        ({"lacks": ["EMULATED"]}, "on the page"),
    ],
)
def test_what_differs_is_named(roots: Path, page: dict[str, Any], found: str) -> None:
    proof = prove(roots, **page, remedy="Look at the log.")
    assert proof["state"] == "different"
    assert found in proof["differences"][0]["found"]
    assert proof["differences"][0]["remedy"] == "Look at the log."


def test_a_certificate_that_nobody_trusts_is_a_difference_and_no_answer_is_none(roots: Path) -> None:
    assert prove(None)["differences"][0]["what"] == "TLS"
    assert "ostname mismatch" in prove(roots, url="https://other.exams.example/")["differences"][0]["found"]
    silent = prove(roots, connect_address="127.43.0.99")
    assert (silent["state"], silent["differences"]) == ("not_proven", [])
    assert "refused" in silent["not_proven"][0]["found"]


def test_what_must_not_be_served_any_more_is_a_difference_where_it_is(roots: Path) -> None:
    there = prove(roots, contains=["EMULATED"], served=False)
    assert (there["state"], there["differences"][0]["expected"]) == ("different", "not served")
    assert prove(roots, contains=["TEST10001"], served=False)["proven"]
    assert prove(roots, status=503, served=False)["proven"]
    assert prove(None, served=False)["proven"], "clients do not trust it"
    assert prove(roots, connect_address="127.43.0.99", served=False)["proven"], "nothing listens there"


def test_plain_http_is_refused(roots: Path) -> None:
    assert "it is no address of HTTPS" in prove(roots, url=f"http://{NAME}/")["msg"]
