# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Interim access of vendors: records of it, and the state in which they want the agents of a host. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.windows import parse_time, spoken

LONGEST = timedelta(days=90)
"""How long interim access may last; whoever needs it for longer asks again."""
KINDS = {"remote_control": "a remote-control agent", "shared_session": "an attended shared session"}
KEYS = ("vendor", "kind", "host", "approver", "from", "until")
TASK_FOLDER = "\\Exam scheduling"


@dataclass(frozen=True)
class Record:
    """Access that somebody approved. Times are aware."""

    vendor: str
    kind: str
    host: str
    approver: str
    start: datetime
    end: datetime
    agent: str | None = None
    """The service of the agent; None for a shared session, which leaves nothing installed."""

    @classmethod
    def parse(cls, name: str, declared: Mapping[str, Any], agents: Mapping[str, Any], hosts: Collection[str]) -> Record:
        """Return the record.

        Args:
            name: what to call it in an error.
            declared: as in the inventory.
            agents: the agents that are known, by service.
            hosts: the Windows hosts of the inventory.

        Raises:
            InvalidParameter: a part is missing, unknown or cannot be meant; it has no end, or lasts for too long.
        """
        if not isinstance(declared, Mapping):
            raise InvalidParameter(name, declared, "it is no record", f"Give {', '.join(KEYS)}.")
        for key in declared:
            if key not in (*KEYS, "agent"):
                raise InvalidParameter(f"{name}.{key}", declared[key], "no record has it", f"Known: {', '.join(KEYS)}.")
        for key in KEYS:
            if not str(declared.get(key) or "").strip():
                why = "access without an end is not given" if key == "until" else "it is missing"
                raise InvalidParameter(f"{name}.{key}", declared.get(key), why, "Say it in the record.")
        kind, host, agent = str(declared["kind"]), str(declared["host"]), declared.get("agent")
        if kind not in KINDS:
            raise InvalidParameter(
                f"{name}.kind", kind, "no such kind of access is known", f"One of {', '.join(KINDS)}."
            )
        if host not in hosts:
            raise InvalidParameter(f"{name}.host", host, "it is no Windows host of this inventory", "Correct it.")
        if kind == "remote_control" and agent not in agents:
            raise InvalidParameter(
                f"{name}.agent",
                agent,
                "no such agent is known",
                f"One of {', '.join(agents)}, or add it to vendor_access_agents.",
            )
        if kind == "shared_session" and agent is not None:
            raise InvalidParameter(f"{name}.agent", agent, "a shared session has no agent", "Leave it out.")
        start, end = (parse_time(f"{name}.{key}", str(declared[key])) for key in ("from", "until"))
        if end <= start:
            raise InvalidParameter(f"{name}.until", declared["until"], "it is not after from", "Correct one of them.")
        if end - start > LONGEST:
            raise InvalidParameter(
                f"{name}.until",
                declared["until"],
                f"that is {spoken(end - start)} after from, and interim access lasts at most {LONGEST.days} days",
                "Shorten it; whoever needs it for longer asks again.",
            )
        return cls(str(declared["vendor"]), kind, host, str(declared["approver"]), start, end, agent)

    def open_at(self, now: datetime) -> bool:
        """Return whether access is granted at that time: from its start up to, and not including, its end."""
        return self.start <= now < self.end

    def explain(self, now: datetime) -> str:
        """Say how it stands to a time: `closes in 26 days 8 hours`."""
        if self.open_at(now):
            return f"open, closes in {spoken(self.end - now)}"
        return f"opens in {spoken(self.start - now)}" if now < self.start else f"closed {spoken(now - self.end)} ago"

    def __str__(self) -> str:
        what = f"{KINDS[self.kind]} ({self.agent})" if self.agent else KINDS[self.kind]
        return f"{self.vendor}, {what} on {self.host}, {minutes(self.start)} to {minutes(self.end)}"


def parse_records(
    records: Sequence[Mapping[str, Any]], agents: Mapping[str, Any], hosts: Collection[str]
) -> tuple[list[Record], dict[str, str]]:
    """Return the records, and by name what is wrong with those that are none.

    Args:
        records: as in the inventory.
        agents: the agents that are known, by service, each with `firewall_rule`.
        hosts: the Windows hosts of the inventory.
    """
    good, wrong = [], {}
    for number, declared in enumerate(records):
        name = f"vendor_access_records[{number}]"
        try:
            good.append(Record.parse(name, declared, agents, hosts))
        except InvalidParameter as error:
            wrong[name] = str(error)
    return good, wrong


@dataclass(frozen=True)
class Agent:
    """A known agent on a host: what the records want of it, and its service as it was found."""

    service: str
    firewall_rule: str | None
    end: datetime | None
    """When access ends that is granted now; None where none is."""
    declared: bool
    """Whether any record is about it, so that it is this collection's to switch."""
    found: Mapping[str, Any] | None
    """Its service as `win_service_info` shows it; None where there is none."""

    @property
    def task(self) -> str:
        """The name of the scheduled task that ends it."""
        return f"End of access {self.service}"

    @property
    def actions(self) -> list[dict[str, str]]:
        """What ends it. Stopping comes last: where that fails, it is disabled and shut by then."""
        system, service = "C:\\Windows\\System32", f'"{self.service}"' if " " in self.service else self.service
        shut = f'advfirewall firewall set rule name="{self.firewall_rule}" new enable=no'
        return [
            {"path": f"{system}\\sc.exe", "arguments": f"config {service} start= disabled"},
            *([{"path": f"{system}\\netsh.exe", "arguments": shut}] if self.firewall_rule else []),
            {"path": f"{system}\\sc.exe", "arguments": f"stop {service}"},
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return it as tasks take it."""
        return {
            "service": self.service,
            "firewall_rule": self.firewall_rule,
            "granted": self.end is not None,
            "end": utc(self.end) if self.end else None,
            "declared": self.declared,
            "installed": self.found is not None,
            "task": self.task,
            "folder": TASK_FOLDER,
            "actions": self.actions,
        }


def agents_of(
    host: str,
    records: Sequence[Record],
    agents: Mapping[str, Any],
    services: Sequence[Mapping[str, Any]],
    now: datetime,
) -> list[Agent]:
    """Return every known agent with what is wanted of it on a host at a time.

    Args:
        host: its name in the inventory.
        records: all records.
        agents: the agents that are known, by service, each with `firewall_rule`.
        services: the services of the host, as `win_service_info` returns them.
        now: the time, aware.
    """
    by_name = {str(each["name"]).lower(): each for each in services}
    found = []
    for service, about in agents.items():
        own = [record for record in records if record.host == host and record.agent == service]
        ends = [record.end for record in own if record.open_at(now)]
        rule = (about or {}).get("firewall_rule")
        found.append(Agent(service, rule, max(ends, default=None), bool(own), by_name.get(service.lower())))
    return found


def expected_of(agent: Agent) -> dict[str, Any]:
    """Return what must be found of an agent, item by item, as `prove` takes it."""
    name = agent.service
    if agent.end is not None:
        return {
            f"{name}: service": "started",
            f"{name}: start mode": "manual",
            **({f"{name}: firewall rule": "on"} if agent.firewall_rule else {}),
            f"{name}: ends by itself": utc(agent.end),
        }
    if agent.found is None:
        return {f"{name}: service": {"one_of": ["stopped", "not installed"]}}
    return {
        f"{name}: service": {"one_of": ["stopped", "not installed"]},
        f"{name}: start mode": "disabled",
        **({f"{name}: firewall rule": {"one_of": ["off", "none"]}} if agent.firewall_rule else {}),
    }


def found_of(agent: Agent, rules: Mapping[str, str], tasks: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what was found of an agent, item by item.

    Args:
        agent: with its service as it was found.
        rules: what `win_firewall_rule` said in check mode of switching its rule on, by the rule's name.
        tasks: what `win_scheduled_task_stat` returned, by service.
    """
    name = agent.service
    if agent.found is None:
        return {f"{name}: service": "not installed"}
    return {
        f"{name}: service": agent.found["state"],
        f"{name}: start mode": agent.found["start_mode"],
        f"{name}: firewall rule": rule_state(rules.get(agent.firewall_rule or "", "")),
        f"{name}: ends by itself": _end(agent, tasks.get(name) or {}),
    }


def remedy_of(agent: Agent, error: str = "") -> str:
    """Return what to do where an agent is not as it must be.

    Args:
        agent: with its service as it was found.
        error: what Windows said when its service was switched, if that failed.
    """
    said = f"Windows said: {' '.join(error.split())} " if error else ""
    if agent.end is not None:
        return said + ("Have the vendor install it, and run again." if agent.found is None else "Run again.")
    if not agent.declared:
        return "No record grants it: add one to vendor_access_records, or remove the agent."
    return f"{said}End its process on the host by hand, and run again."


def rule_state(said: str) -> str | None:
    """Return whether a firewall rule is on, by what `win_firewall_rule` said in check mode of switching it on.

    Several rules may have the name; one that is on is enough.
    """
    if said.endswith("created."):
        return "none"
    unchanged = said.rpartition("unchanged ")[2]
    if not said or unchanged == said:
        return None
    return "off" if unchanged == "''" else "on"


def _end(agent: Agent, task: Mapping[str, Any]) -> str:
    """Return when a task ends the access, or in what way it does not."""
    if not task.get("task_exists"):
        return "never: no scheduled task"
    return _doubt(agent, task) or _moment(task)


def _moment(task: Mapping[str, Any]) -> str:
    """Return the time of a task's only trigger."""
    boundary = str(task["triggers"][0]["start_boundary"])
    try:
        return utc(parse_time("start_boundary", boundary))
    except InvalidParameter:
        return f"at {boundary} in some time zone"


def _doubt(agent: Agent, task: Mapping[str, Any]) -> str:
    """Return why a task may not end the access; nothing if it will."""
    settings, triggers = task.get("settings") or {}, task.get("triggers") or []
    on = [each for each in triggers if each.get("enabled") and each.get("type") == "TASK_TRIGGER_TIME"]
    actions = [(each.get("path"), each.get("arguments")) for each in task.get("actions") or []]
    if not settings.get("enabled") or not on or triggers != on[:1]:
        return "never: its scheduled task is switched off, or has another trigger"
    if actions != [(each["path"], each["arguments"]) for each in agent.actions]:
        return "not wholly: its scheduled task does something else"
    if str((task.get("principal") or {}).get("user_id")).upper().rpartition("\\")[2] != "SYSTEM":
        return "perhaps: its scheduled task does not run as SYSTEM"
    if not settings.get("start_when_available") or settings.get("disallow_start_if_on_batteries"):
        return "perhaps: not if the host is off at that time, or on its battery"
    return ""


def utc(time: datetime) -> str:
    """Return a time to the second in UTC: `2027-03-01T18:00:00Z`."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def minutes(time: datetime) -> str:
    """Return a time to the minute in UTC, as people write it."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
