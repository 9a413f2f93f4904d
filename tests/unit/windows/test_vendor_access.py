# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interim access of vendors: what is granted when, and what of it is found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.filter.vendor_access import (
    vendor_access_agents_of,
    vendor_access_problems,
    vendor_access_proof,
    vendor_access_record_proof,
    vendor_access_shown,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.comparison import compare
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.vendor_access import parse_records, rule_state

AGENTS: dict[str, Any] = {"Agent": {"firewall_rule": "Agent in"}, "Other": {}}
HOSTS = ["laptop", "es"]
START, END = datetime(2027, 2, 1, 8, tzinfo=UTC), datetime(2027, 3, 1, 18, tzinfo=UTC)
RECORD: dict[str, Any] = {
    "vendor": "A vendor",
    "kind": "remote_control",
    "host": "laptop",
    "agent": "Agent",
    "approver": "Head of infrastructure",
    "from": "2027-02-01T08:00+00:00",
    "until": "2027-03-01T18:00+00:00",
}
SESSION = {k: v for k, v in RECORD.items() if k != "agent"} | {"kind": "shared_session", "host": "es"}
ON = {"name": "Agent", "state": "started", "start_mode": "manual"}
OFF = {"name": "agent", "state": "stopped", "start_mode": "disabled"}
RULE_ON, RULE_OFF = (
    "Firewall rule(s) changed '' - unchanged 'Agent in'",
    "Firewall rule(s) changed 'Agent in' - unchanged ''",
)
INSIDE, AFTER = "2027-02-03T10:00:00+00:00", "2027-03-01T18:00:00+00:00"


def access(*records: Any, now: str = INSIDE, host: str = "laptop") -> dict[str, Any]:
    return {"records": list(records), "agents": AGENTS, "hosts": HOSTS, "host": host, "now": now}


def agent(*records: dict[str, Any], services: list[dict[str, Any]], now: str = INSIDE) -> dict[str, Any]:
    return vendor_access_agents_of(services, access(*records, now=now))[0]


def task(**changes: Any) -> dict[str, Any]:
    granted = agent(RECORD, services=[ON])
    return {
        "task_exists": True,
        "settings": {"enabled": True, "start_when_available": True, "disallow_start_if_on_batteries": False},
        "triggers": [{"enabled": True, "type": "TASK_TRIGGER_TIME", "start_boundary": "2027-03-01T18:00:00+00:00"}],
        "actions": [{**each, "working_directory": None} for each in granted["actions"]],
        "principal": {"user_id": "SYSTEM"},
        **changes,
    }


def differing(
    *records: dict[str, Any], service: dict[str, Any] | None, rule: str = RULE_ON, end: Any = None, now: str = INSIDE
) -> dict[str, str]:
    services = [service] if service else []
    known = access(*records, now=now)
    item = {"service": "Agent", "firewall_rule": "Agent in"}
    rules, tasks = [{"item": item, "msg": rule}], [{"item": item, **(end or {"task_exists": False})}]
    proof = vendor_access_proof(services, known, rules if service else [], tasks if service else [])
    return {each.what: each.found for each in compare(proof["expected"], proof["found"], where="laptop")}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"until": None}, r"vendor_access_records\[0\]\.until=None is refused: access without an end is not given"),
        ({"until": "2027-05-03T08:00+00:00"}, r"until=.* 91 days after from, and .* at most 90 days"),
        ({"until": "2027-02-01T08:00+00:00"}, r"until=.* not after from"),
        ({"until": "2027-03-01T18:00"}, r"until=.* no offset from UTC"),
        ({"until": "in spring"}, r"until=.* it is no time"),
        ({"from": ""}, r"\.from='' is refused: it is missing"),
        ({"approver": " "}, r"\.approver=' ' is refused: it is missing"),
        ({"kind": "modem"}, r"\.kind='modem' is refused"),
        ({"host": "nowhere"}, r"\.host='nowhere' is refused: it is no Windows host"),
        ({"agent": "Unknown"}, r"\.agent='Unknown' is refused: no such agent is known"),
        ({"agent": None}, r"\.agent=None is refused"),
        ({"kind": "shared_session"}, r"\.agent='Agent' is refused: a shared session has no agent"),
        ({"valid": "yes"}, r"\.valid='yes' is refused: no record has it"),
    ],
)
def test_access_that_cannot_be_given_is_refused_by_name(change: dict[str, Any], message: str) -> None:
    (problem,) = vendor_access_problems(access({**RECORD, **change}))
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(problem)


def test_what_is_no_mapping_is_refused() -> None:
    assert "it is no record" in vendor_access_problems(access("A vendor"))[0]


def test_good_records_are_proven_and_bad_ones_differ() -> None:
    proof = vendor_access_record_proof(access(RECORD, SESSION, {**RECORD, "until": None}))
    (difference,) = compare(proof["expected"], proof["found"], where="records")
    assert difference.what == "vendor_access_records[2]"
    assert "access without an end" in difference.found


@given(st.timedeltas(min_value=timedelta(days=-60), max_value=timedelta(days=120)))
def test_access_is_open_from_its_start_up_to_and_not_including_its_end(after: timedelta) -> None:
    record = parse_records([RECORD], AGENTS, HOSTS)[0][0]
    now = START + after
    assert record.open_at(now) is (timedelta() <= after < END - START)
    assert record.explain(now).startswith("open,") is record.open_at(now)


def test_ninety_days_are_allowed_and_not_a_second_more() -> None:
    longest = {**RECORD, "until": "2027-05-02T08:00:00+00:00"}
    assert vendor_access_problems(access(longest)) == []
    assert vendor_access_problems(access({**RECORD, "until": "2027-05-02T08:00:01+00:00"})) != []


def test_records_are_shown_with_how_they_stand() -> None:
    until = "2027-02-01 08:00 UTC to 2027-03-01 18:00 UTC, approved by Head of infrastructure"
    assert vendor_access_shown(access(RECORD, SESSION, now="2027-02-28T18:00:00+00:00")) == [
        f"A vendor, a remote-control agent (Agent) on laptop, {until}: open, closes in 1 day",
        f"A vendor, an attended shared session on es, {until}: open, closes in 1 day",
    ]
    assert vendor_access_shown(access(RECORD, now="2027-03-01T19:00:00+00:00"))[0].endswith(": closed 1 hour ago")
    assert vendor_access_shown(access(RECORD, now="2027-01-31T08:00:00+00:00"))[0].endswith(": opens in 1 day")


def test_the_latest_end_of_several_open_records_counts() -> None:
    later = {**RECORD, "until": "2027-03-05T18:00+00:00"}
    not_yet = {**RECORD, "from": "2027-02-20T08:00+00:00", "until": "2027-04-01T18:00+00:00"}
    assert agent(RECORD, later, not_yet, services=[ON])["end"] == "2027-03-05T18:00:00Z"
    assert agent(not_yet, services=[ON])["granted"] is False
    assert agent(RECORD, services=[ON], now=AFTER)["granted"] is False
    assert agent(services=[ON])["declared"] is False
    assert agent(RECORD, services=[])["installed"] is False


def test_the_end_disables_and_shuts_before_it_stops() -> None:
    assert [each["arguments"] for each in agent(RECORD, services=[ON])["actions"]] == [
        "config Agent start= disabled",
        'advfirewall firewall set rule name="Agent in" new enable=no',
        "stop Agent",
    ]
    named = {**access({**RECORD, "agent": "My Agent"}), "agents": {"My Agent": None}}
    assert [each["arguments"] for each in vendor_access_agents_of([], named)[0]["actions"]] == [
        'config "My Agent" start= disabled',
        'stop "My Agent"',
    ]


def test_granted_access_that_ends_by_itself_is_proven() -> None:
    assert differing(RECORD, service=ON, end=task()) == {}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"task_exists": False}, "never: no scheduled task"),
        ({"settings": {"enabled": False}}, "never: its scheduled task is switched off"),
        ({"triggers": []}, "never: its scheduled task"),
        ({"actions": []}, "not wholly: its scheduled task does something else"),
        ({"principal": {"user_id": "vendor"}}, "perhaps: its scheduled task does not run as SYSTEM"),
        ({"settings": {"enabled": True, "start_when_available": False}}, "perhaps: not if the host is off"),
        (
            {
                "triggers": [
                    {"enabled": True, "type": "TASK_TRIGGER_TIME", "start_boundary": "2027-04-01T18:00:00+01:00"}
                ]
            },
            "2027-04-01T17:00:00Z",
        ),
        (
            {"triggers": [{"enabled": True, "type": "TASK_TRIGGER_TIME", "start_boundary": "2027-03-01T18:00:00"}]},
            "at 2027-03-01T18:00:00 in some time zone",
        ),
    ],
)
def test_an_end_that_may_not_come_is_a_difference(change: dict[str, Any], found: str) -> None:
    differences = differing(RECORD, service=ON, end=task(**change))
    assert list(differences) == ["Agent: ends by itself"]
    assert differences["Agent: ends by itself"].startswith(found)


def test_granted_access_that_is_off_differs_in_all_at_once() -> None:
    assert differing(RECORD, service=OFF, rule=RULE_OFF) == {
        "Agent: service": "stopped",
        "Agent: start mode": "disabled",
        "Agent: firewall rule": "off",
        "Agent: ends by itself": "never: no scheduled task",
    }
    assert differing(RECORD, service=None)["Agent: service"] == "not installed"


@pytest.mark.parametrize("records", [[], [RECORD]])
def test_outside_every_window_an_agent_is_off_or_not_there(records: list[dict[str, Any]]) -> None:
    assert differing(*records, service=OFF, rule=RULE_OFF, now=AFTER) == {}
    assert differing(*records, service=OFF, rule="Firewall rule 'Agent in' created.", now=AFTER) == {}
    assert differing(*records, service=None, now=AFTER) == {}
    assert differing(*records, service=ON, now=AFTER) == {
        "Agent: service": "started",
        "Agent: start mode": "manual",
        "Agent: firewall rule": "on",
    }


def test_what_to_do_says_whether_there_is_a_record_and_what_windows_said() -> None:
    known = access(RECORD, now=AFTER)
    switched = [{"item": {"service": "Agent"}, "msg": "Cannot stop service"}]
    (remedy,) = set(vendor_access_proof([ON], known, [], [], switched)["remedies"].values()) - {
        "No record grants it: add one to vendor_access_records, or remove the agent."
    }
    assert remedy == "Windows said: Cannot stop service End its process on the host by hand, and run again."


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (RULE_ON, "on"),
        (RULE_OFF, "off"),
        ("Firewall rule(s) changed 'A' - unchanged 'A'", "on"),
        ("Firewall rule 'A' created.", "none"),
        ("", None),
        ("something else", None),
    ],
)
def test_what_a_rule_is_follows_from_what_would_be_done_to_it(said: str, state: str | None) -> None:
    assert rule_state(said) == state
