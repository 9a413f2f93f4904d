# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Layouts of logs: what they write, and whether a log shows it."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
import yaml

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import log_layout
from scripts.working_copy import ROOT

OLD = "%date %level %message%newline"
NEW = "%date %level %property{uun} %message%newline"
DECLARED = {
    "layout": NEW,
    "element": ".//appender[@name='RollingFile']/layout",
    "attribute": "value",
    "allowed": ["date", "level", "message", "newline", "property{uun}"],
    "service": "CalSync",
}


def file(layout: str, *, at: float = 100.0, encoding: str = "utf-8") -> dict[str, Any]:
    text = f"""<?xml version="1.0" encoding="{encoding}"?>
<log4net><appender name="Other"><layout value="x"/></appender>
<appender name="RollingFile"><layout value="{layout}"/></appender></log4net>"""
    return {
        "content": base64.b64encode(text.encode(encoding)).decode(),
        "stat": {"exists": True, "lastwritetime": at},
    }


def log(at: float) -> dict[str, Any]:
    return {"stat": {"exists": True, "lastwritetime": at}}


MATCHES: dict[str, Any] = {"elapsed": 0.0}
DOES_NOT = {"msg": "timeout while waiting"}


@pytest.mark.parametrize(
    ("layout", "names"),
    [
        (NEW, ["date", "level", "property{uun}", "message", "newline"]),
        ("%d{ISO8601} [%-5level] 100%% %.30logger{2}", ["d", "level", "logger{2}"]),
        ("%date{HH:mm} %X{email} %mdc{name} %identity %aspnet-request{AUTH_USER}", None),
        ("no conversion at all", []),
    ],
)
def test_what_a_layout_writes(layout: str, names: list[str] | None) -> None:
    expected = names or (
        ["date", "X{email}", "mdc{name}", "identity", "aspnet-request{AUTH_USER}"] if names is None else []
    )
    assert log_layout.conversions(layout) == expected


@pytest.mark.parametrize("layout", ["%", "50% of it", "%date %-5", "%date %{x}"])
def test_that_a_percent_sign_without_a_name_is_refused(layout: str) -> None:
    with pytest.raises(InvalidParameter, match="nothing follows the percent sign"):
        log_layout.conversions(layout)


def test_that_other_personal_data_is_found_each_once() -> None:
    layout = NEW + "%property{email} %username %property{email}"
    assert log_layout.forbidden(layout, DECLARED["allowed"]) == ["property{email}", "username"]
    assert log_layout.forbidden(NEW, DECLARED["allowed"]) == []


@pytest.mark.parametrize(
    ("layout_file", "line", "log_file", "shown", "differs"),
    [
        (file(NEW), MATCHES, log(101.0), True, set()),
        (file(OLD), DOES_NOT, log(101.0), False, {"layout", "last line of the log"}),
        (file(NEW), DOES_NOT, log(101.0), False, {"last line of the log"}),
        (file(NEW), MATCHES, log(99.0), False, {"last line written"}),
        (file(NEW + "%username"), MATCHES, log(101.0), True, {"layout", "fields that may not be logged"}),
        (file(NEW), DOES_NOT, {"stat": {"exists": False}}, False, {"last line of the log", "last line written"}),
        ({"stat": {"exists": False}}, {"skipped": True}, {"skipped": True}, False, set(log_layout.judgement(
            DECLARED, {}, {}, {})["expected"])),
    ],
)  # fmt: skip
def test_how_a_log_is_judged(
    layout_file: dict[str, Any], line: dict[str, Any], log_file: dict[str, Any], shown: bool, differs: set[str]
) -> None:
    said = log_layout.judgement(DECLARED, layout_file, line, log_file)
    assert said["shown"] is shown
    assert {name for name, value in said["expected"].items() if said["found"].get(name) != value} == differs
    assert said["remedies"].keys() == said["expected"].keys()


def test_that_of_a_service_that_is_not_to_run_the_layout_alone_is_judged() -> None:
    said = log_layout.judgement(DECLARED, file(NEW), DOES_NOT, log(99.0), running=False)
    assert said["found"] == said["expected"] == {"layout": NEW, "fields that may not be logged": "none"}
    assert said["remedies"].keys() == said["expected"].keys()
    assert said["shown"] is False
    assert log_layout.judgement(DECLARED, file(OLD), DOES_NOT, log(99.0), running=False)["found"]["layout"] == OLD


@pytest.mark.parametrize("environment", ["dev", "test", "live"])
def test_that_the_declared_line_is_one_of_the_declared_layout_and_none_of_the_old_one(environment: str) -> None:
    text = (ROOT / f"inventories/{environment}/group_vars/all/calsync.yml").read_text(encoding="utf-8")
    declared = yaml.safe_load(text.replace("!vault ", ""))["calsync_log"]
    assert not log_layout.forbidden(declared["layout"], declared["allowed"])
    pattern = log_layout.line_regex(declared["line"]).removeprefix("(?-i)").replace(r"\z", r"\Z")
    old = "2027-02-03 10:00:00,123 INFO Synchronisation started\r\n"
    new = "2027-02-03 10:00:00,124 INFO s1234567 Synchronisation started\r\n"
    assert re.search(pattern, old + new)
    assert re.search(pattern, new.replace("s1234567", "(null)"))
    assert not re.search(pattern, new + old), "only the last line counts"
    assert not re.search(pattern, new.replace("s1234567", "S1234567")), "case counts"
    stack = (
        "System.Net.WebException: The remote name could not be resolved\r\nParameter name: host\r\n"
        "   at CalSync.Program.Main(String[] args)\r\n   --- End of inner exception stack trace ---\r\n\r\n"
    )
    assert re.search(pattern, old + new + stack), "the stack of an error belongs to its line"
    for line in (old, "[7] " + old, "INFO Synchronisation started\r\n"):
        assert not re.search(pattern, new + stack + line)
        assert not re.search(pattern, new + line + stack)
