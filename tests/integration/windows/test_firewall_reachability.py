# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows probed from an emulated Windows host beside the same flows from Linux: the same words for the same ports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulators.certificates import Authority
from emulators.greeters import Kind
from emulators.listeners import Listener, ThreadedListeners
from scripts.working_copy import ROOT
from tests.integration.reachability.conftest import listening, shut, silent
from tests.integration.windows.conftest import Host

ADDRESS = "127.61.9.1"
MODULE = "uoe.exam_scheduling.firewall_reachability"


@pytest.fixture(scope="module")
def services() -> Iterator[dict[str, int]]:
    """Real listeners that greet, one of them wrongly."""
    context = Authority.create("Test root").issue([ADDRESS]).server_context()
    kinds: tuple[Kind, ...] = ("tls", "tds", "tns", "winrm")
    listeners = [Listener(ADDRESS, 0, kind, lambda: context) for kind in kinds]
    listeners.append(Listener(ADDRESS, 0, "tds", lambda: context, fault="wrong"))
    with ThreadedListeners(*listeners) as serving:
        yield dict(zip((*kinds, "wrong"), serving.ports, strict=True))


def from_linux(flows: list[dict[str, Any]], tmp_path: Path) -> dict[str, Any]:
    """Return what the same task returns on this machine."""
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [{MODULE: {"flows": flows, "on_difference": "report", "deadline": 2.5, "source": "here"}}],
    }
    (tmp_path / "linux.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", "-c", "local", tmp_path / "linux.yml"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "LANG": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    content = json.loads(done.stdout[done.stdout.index("{\n") :])
    result: dict[str, Any] = content["plays"][0]["tasks"][0]["hosts"]["localhost"]
    return result


def without_measures(flows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: each for name, each in flow.items() if name not in ("latency_ms", "source_address")} for flow in flows
    ]


def test_a_windows_host_says_what_a_linux_host_says(host: Host, services: dict[str, int], tmp_path: Path) -> None:
    with listening(ADDRESS) as opened, shut(ADDRESS) as refused, silent(ADDRESS) as filtered:
        flows: list[dict[str, Any]] = [
            {"destination": ADDRESS, "port": opened},
            {"destination": ADDRESS, "port": refused, "expect": "shut"},
            {"destination": ADDRESS, "port": filtered},
            {"destination": ADDRESS, "port": services["wrong"], "greeting": "tds"},
            *(
                {
                    "destination": "server.exams.example",
                    "connect_address": ADDRESS,
                    "port": services[kind],
                    "greeting": kind,
                }
                for kind in ("tls", "tds", "tns", "winrm")
            ),
        ]
        flows = [{**flow, "purpose": "a test"} for flow in flows]
        linux = from_linux(flows, tmp_path)
        (windows,) = host.run({MODULE: {"flows": flows, "on_difference": "report", "deadline": 2.5, "source": "here"}})
    assert without_measures(windows["flows"]) == without_measures(linux["flows"])
    for key in ("state", "proven", "msg", "differences", "not_proven", "table"):
        assert windows[key] == linux[key], key
    keys = {"changed", "firewall_request", "flows", "msg", "proven", "state", "differences", "not_proven", "table"}
    assert keys <= windows.keys() & linux.keys()
    assert f"| {host.address} " in windows["firewall_request"], "the packets left from the host's own address"


def test_a_difference_fails_and_check_mode_looks_all_the_same(host: Host) -> None:
    with shut(ADDRESS) as refused:
        flow = {"destination": ADDRESS, "port": refused, "purpose": "a test"}
        (result,) = host.run({MODULE: {"flows": [flow]}})
        assert result["failed"]
        assert "found: refused" in result["msg"].replace("  ", " ") or "refused" in result["msg"]
        ((checked,),) = host.ansible.run(
            [{MODULE: {"flows": [{**flow, "expect": "shut"}]}}], [host.name], check=True
        ).values()
        assert checked["proven"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"deadline": 1}, "deadline=1.0 is refused"),
        ({"resolver": {"address": "192.0.2.55", "port": 5353}}, "resolver.port=5353 is refused"),
        ({"flows": [{"destination": "es", "port": 70000, "purpose": "a test"}]}, "flows[0].port=70000 is refused"),
        ({"source_address": "192.0.2.99"}, "this host has no such source address"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(host: Host, changed: dict[str, Any], said: str) -> None:
    flows = [{"destination": ADDRESS, "port": 9, "purpose": "a test"}]
    (result,) = host.run({MODULE: {"flows": flows, **changed}})
    assert result["failed"]
    assert said in result["msg"]
