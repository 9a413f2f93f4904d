# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault matrix: what is run for each role, and which faults of which emulator meet it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

NAME_SERVER, LINUX, WINDOWS, SQL, ORACLE = "name server", "Linux host", "Windows host", "SQL Server", "Oracle"
OFFICE, BI, RUN = "Microsoft 365", "BI platform", "control node"


@dataclass(frozen=True)
class Step:
    """What a role does in one stage, and the parts of the estate that it changes."""

    name: str
    role: str
    playbook: str
    """Of playbooks/stages; run with the role's tag."""
    parts: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """Steps without which it has nothing to work on."""


@dataclass(frozen=True)
class Fault:
    """One fault that an emulator knows."""

    system: str
    kind: str
    where: str
    """The part of the estate, or the Windows host, that has it."""
    entry: Mapping[str, Any] = field(default_factory=dict)
    """What else the emulator is told."""
    within: int = 0
    """It waits for fewer than so many requests, by chance, before it strikes."""


@dataclass(frozen=True)
class Case:
    """A fault in a step."""

    step: Step
    fault: Fault

    @property
    def name(self) -> str:
        """What tables and files call it."""
        return f"{self.step.name}: {self.fault.where} {self.fault.kind}"

    def chance(self, seed: int) -> random.Random:
        """Return where its randomness comes from: the same for a seed, whatever other cases are run."""
        return random.Random(f"{seed}/{self.name}")  # noqa: S311 - reproducible, and nothing secret


DNS = ("dns1", "dns2", "resolver1")
WEB = ("web1-live", "web2-live")
STEPS = {
    step.name: step
    for step in (
        Step("change_control", "change_control", "servers"),
        Step("virtual_machine", "virtual_machine", "servers", ("windows",)),
        Step(
            "firewall",
            "firewall",
            "servers",
            (*DNS, *WEB, "ssh", "windows", "sql-server", "eugex-live", "bi-live", "graph"),
        ),
        Step("dns", "dns", "servers", DNS),
        Step("https", "https", "servers", ("windows", *WEB, "sql-server")),
        Step("sql_server", "sql_server", "servers", ("sql-server",), needs=("https",)),
        Step("exam_scheduler", "exam_scheduler", "servers", ("windows",)),
        Step("connect", "connect", "servers", ("windows",)),
        Step("calsync", "calsync", "servers", ("windows",)),
        Step("vendor_access", "vendor_access", "servers", ("windows",)),
        Step("eugex", "eugex", "hub", ("eugex-live",)),
        Step("database", "exam_scheduler", "database", ("sql-server",), needs=("sql_server",)),
        Step(
            "configuration",
            "connect",
            "connect",
            ("windows", "sql-server", "eugex-live"),
            needs=("https", "connect", "eugex", "database"),
        ),
        Step("office365", "calsync", "calsync", ("windows", "graph"), needs=("calsync",)),
        Step("business_intelligence", "business_intelligence", "publishing", ("bi-live",)),
        Step("web_timetables", "web_timetables", "publishing", WEB, needs=("https", "database")),
        Step(
            "publication",
            "publication",
            "population",
            ("windows", "graph", *WEB),
            needs=("office365", "web_timetables"),
        ),
        Step(
            "data_population",
            "data_population",
            "population",
            ("windows", "sql-server", "eugex-live"),
            needs=("configuration", "publication"),
        ),
        Step("validation", "validation", "validation", needs=("data_population",)),
    )
}
"""In the order in which the plan is carried out."""

CONNECT_SERVICE, CALSYNC_SERVICE = "ScientiaConnect", "CalSync"
CONNECT_FILES = "C:\\Program Files\\Scientia\\Connect"
CONNECT_LOG = "C:\\ProgramData\\Scientia\\Connect\\logs\\connect.log"
CALSYNC_FILES = "C:\\Program Files\\S2Unified\\CalSync"


def _of_windows(host: str, **kinds: Any) -> list[Fault]:
    """Return faults of a Windows host; those that every step on such a host can meet are among them."""
    lost = {"refuse": True, "drop": "*", "drop_before": "*", "down_after": "*", "delay_seconds": 1.0}
    return [Fault(WINDOWS, kind, host, {"value": value}) for kind, value in {**lost, **kinds}.items()]


def _of_service(service: str) -> dict[str, list[str]]:
    kinds = ("service_does_not_start", "service_stops_again", "service_starts_again", "service_does_not_stop")
    return {kind: [service] for kind in kinds}


def _requests(system: str, where: str, within: int, kinds: Mapping[str, Mapping[str, Any]]) -> list[Fault]:
    """Return faults that meet one request each."""
    return [Fault(system, kind, where, {"times": 1, **entry}, within) for kind, entry in kinds.items()]


_SQL = _requests(
    SQL,
    "sql-server",
    8,
    {
        "refuse": {},
        "late": {"seconds": 2},
        "throttle": {"rows_per_second": 200},
        "drop": {},
        "lose": {},
        "error": {"number": 1205},
        "halt": {"seconds": 2},
    },
)
_ORACLE = _requests(
    ORACLE,
    "eugex-live",
    8,
    {
        "refuse": {},
        # no password was refused, which would have to be changed before anybody tries again
        "login": {"number": 1033, "message": "ORA-01033: ORACLE initialization or shutdown in progress"},
        "late": {"seconds": 2},
        "drop": {},
        "lose": {},
        "error": {"number": 1653},
        "lock": {"object": "EUGEX.INVIGILATORS"},
    },
)
_OFFICE = _requests(
    OFFICE,
    "graph",
    8,
    {
        "throttle": {"seconds": 1},
        "error": {"status": 503},
        "late": {"seconds": 2},
        "drop": {},
        "lose": {},
        # settings of the services, which last as long as they are there
        "skew": {"seconds": 120},
        "propagation": {"seconds": 3},
        "consistency": {"seconds": 2},
        "replica": {"seconds": 2},
    },
)
_BI = [
    *_requests(
        BI,
        "bi-live",
        4,
        {
            "drop": {},
            "late": {"seconds": 2},
            "error": {"status": 503},
            "nonsense": {},
            "redirect": {},
            "licence": {},
        },
    ),
    *_requests(
        BI,
        "bi-live",
        1,
        {
            "partial": {},
            "failed": {},
            "lie": {},
            "rebound": {"connection": "AYuEugexConnectionOfTest"},
            "hang": {},
            "crash": {},
        },
    ),
]
_SETTINGS = ("skew", "propagation", "consistency", "replica", "lock")


def _of_process(system: str, *hosts: str) -> list[Fault]:
    """Return what can happen to servers that are real ones, and know no faults."""
    kinds = ("stopped", "frozen") if system == NAME_SERVER else ("stopped",)
    return [Fault(system, kind, host) for host in hosts for kind in kinds]


FAULTS: Mapping[str, Sequence[Fault]] = {
    "change_control": (),
    "virtual_machine": _of_windows("calsync-live", reboot_pending=True),
    "firewall": [*_of_windows("es-live"), *_of_process(NAME_SERVER, "resolver1"), *_of_process(LINUX, "web1-live")],
    "dns": _of_process(NAME_SERVER, *DNS),
    "https": [
        *_of_windows("es-live", disk_full=True, certificate_import_breaks=True),
        *_of_process(LINUX, "web2-live"),
    ],
    "sql_server": _SQL,
    "exam_scheduler": _of_windows(
        "es-live",
        disk_full=True,
        installer_exit_code=1603,
        service_does_not_start=["ScientiaExamScheduler"],
        service_stops_again=["ScientiaExamScheduler"],
    ),
    "connect": _of_windows("connect-live"),
    "calsync": _of_windows(
        "calsync-live", files_locked=[f"{CALSYNC_FILES}\\log4net.config"], **_of_service(CALSYNC_SERVICE)
    ),
    "vendor_access": _of_windows("laptop-live"),
    "eugex": _ORACLE,
    "database": _SQL,
    "configuration": [
        *_of_windows(
            "connect-live",
            disk_full=True,
            files_locked=[f"{CONNECT_FILES}\\Connect.exe.config"],
            files_written=[CONNECT_LOG],
            config_files_killed_at=3,
            **_of_service(CONNECT_SERVICE),
        ),
        *_ORACLE[:1],
        *_SQL[:1],
    ],
    "office365": [
        *_OFFICE,
        *_of_windows(
            "calsync-live", files_locked=[f"{CALSYNC_FILES}\\Templates\\exam.xml"], **_of_service(CALSYNC_SERVICE)
        ),
    ],
    "business_intelligence": _BI,
    "web_timetables": _of_process(LINUX, "web1-live"),
    "publication": _of_windows("calsync-live", **_of_service(CALSYNC_SERVICE)),
    "data_population": [*_of_windows("connect-live", job_fails_after=100, job_waits_after=100), *_ORACLE, *_SQL],
    "validation": (),
}
"""Of each step; and in each one `ansible-playbook` itself is killed."""

KILLS = [Fault(RUN, kind, "ansible-playbook") for kind in ("killed", "killed_within")]
"""As a task begins, when handlers may be waiting; and in the midst of one that changes something."""


def cases() -> Iterator[Case]:
    """Yield the whole matrix, in the order of the steps."""
    for name, step in STEPS.items():
        for fault in (*KILLS, *FAULTS[name]):
            yield Case(step, fault)


def entry_of(case: Case, chance: random.Random) -> dict[str, Any]:
    """Return what an emulator that reads a list of faults is told of one."""
    entry = {"kind": case.fault.kind, **case.fault.entry}
    if case.fault.kind in _SETTINGS:
        entry.pop("times")
    elif case.fault.within > 1:
        entry["after"] = chance.randrange(case.fault.within)
    return entry


def closure(wanted: Iterable[str]) -> list[Step]:
    """Return these steps and those that they need, in the plan's order."""
    found: set[str] = set()
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting += [each for each in STEPS[name].needs if each not in found]
    return [step for name, step in STEPS.items() if name in found]
