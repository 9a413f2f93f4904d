# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flow matrix has the flows without which runs fail, and docs/permissions.md names them."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365 import client
from emulators.windows.calendar_writer import _ENTRA, _GRAPH
from scripts.working_copy import ROOT
from tests.unit.inventories.test_inventories import ENVIRONMENTS, INVENTORIES, variables

FLOWS = yaml.safe_load((ROOT / "inventories/shared/firewall.yml").read_text(encoding="utf-8"))["firewall_flows"]


def to(source: str) -> set[tuple[str, int]]:
    """Return where the flows go that must be open from there, and to which port."""
    return {(flow["to"], flow["port"]) for flow in FLOWS if flow["from"] == source and flow.get("expect") != "shut"}


def test_that_every_host_that_ansible_works_on_is_reached_from_the_control_node() -> None:
    assert {("windows", 5986), ("linux", 22), ("business_intelligence", 22)} <= to("control_node")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_that_each_name_of_microsoft_365_that_is_connected_to_is_probed(environment: str) -> None:
    hosts = variables(INVENTORIES / environment / "hosts.yml")["all"]["children"]["office365"]["hosts"]
    names = {name: variables_of["exam_fqdn"] for name, variables_of in hosts.items()}
    connected = (client.ENTRA, client.GRAPH, client.EXCHANGE)
    assert {f"https://{name}" for name in names.values()} == set(connected)
    assert ("office365", 443) in to("control_node")
    assert {names[host] for host, port in to("calsync") if host in names and port == 443} == {_ENTRA, _GRAPH}
    page = (ROOT / "docs/permissions.md").read_text(encoding="utf-8").partition("## Flows from the controller")[2]
    assert all(name in page for name in names.values())
