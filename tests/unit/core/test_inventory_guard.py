# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which runs are refused before anything is touched."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.inventory_guard import (
    DECLARED_IN_LIVE,
    GUARDED_VARIABLES,
    inventory_refusals,
    plan_refusals,
    rehearsal_refusals,
)


def test_the_right_inventory_is_let_through() -> None:
    assert inventory_refusals("live", {"exam_environment": "live"}, ["dns_deadline"]) == []
    assert inventory_refusals(None, {"exam_environment": "dev"}, []) == []


def test_the_wrong_inventory_is_refused_by_name() -> None:
    (refusal,) = inventory_refusals("live", {"exam_environment": "test"}, [])
    assert "this playbook is for LIVE, the inventory is TEST's" in refusal


@pytest.mark.parametrize("value", [None, "production", ""])
def test_an_inventory_without_environment_is_refused(value: str | None) -> None:
    assert "expected one of dev, test, live" in inventory_refusals("live", {"exam_environment": value}, [])[0]


@given(st.sets(st.sampled_from(sorted(GUARDED_VARIABLES)), min_size=1))
def test_each_guarded_variable_on_the_command_line_is_refused(names: set[str]) -> None:
    refusals = inventory_refusals("live", {"exam_environment": "live"}, names)
    assert len(refusals) == len(names)
    assert all(any(name in refusal for refusal in refusals) for name in names)


@pytest.mark.parametrize(
    ("environment", "rehearsal", "refused"), [("live", False, True), ("live", True, False), ("test", False, False)]
)
def test_that_what_is_opened_and_cleared_in_live_is_declared_by_its_inventory(
    environment: str, rehearsal: bool, refused: bool
) -> None:
    variables = {"exam_environment": environment, "exam_rehearsal": rehearsal}
    refusals = inventory_refusals(None, variables, [*DECLARED_IN_LIVE, "dns_deadline"])
    assert len(refusals) == (len(DECLARED_IN_LIVE) if refused else 0)
    assert all(f"run without -e {name}." in " ".join(refusals) for name in DECLARED_IN_LIVE if refused)


@given(st.ip_addresses())
def test_only_loopback_addresses_make_a_rehearsal(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    refusals = rehearsal_refusals({"es-live": {"exam_connect_address": str(address)}})
    assert bool(refusals) is not address.is_loopback


@pytest.mark.parametrize("value", [None, "", "localhost", "es-live.exams.example", "127.0.0.1.example"])
def test_a_name_is_no_loopback_address(value: str | None) -> None:
    (refusal,) = rehearsal_refusals({"es-live": {"ansible_host": value}})
    assert refusal.startswith(f"es-live: ansible_host={value!r} is not a loopback address")


def test_every_line_needs_a_party() -> None:
    plan = [{"line": "1.1"}, {"line": "1.2"}]
    responsibilities = {"1.1": {"carried_out_by": "nobody"}, "9": {"carried_out_by": "team"}}
    refusals = plan_refusals(plan, responsibilities)
    assert len(refusals) == 3
    assert plan_refusals(plan[:1], {"1.1": {"carried_out_by": "vendor"}}) == []
