# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report for continuous integration, as JUnit writes it: a suite a heading, a case a line and each proof. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.states import SHOWN, attention

FAILED = ("failed", "not proven")
"""States that fail a case: the plan is not met, or nobody could see whether it is."""
PASSED = ("proven", "proven in part", "attested", "applied")
"""States that pass it. All others skip it: there was nothing to test, or it is not due yet."""


def render(report: Mapping[str, Any]) -> str:
    """Return the report as XML."""
    root = ElementTree.Element("testsuites", name=f"implementation plan {report['environment'].upper()}")
    suites = [_suite(root, heading, report) for heading in report["headings"]]
    outside = report["failures_outside_lines"] or report["refused"]
    if outside:
        suites.append(_outside(root, report))
    for name in ("tests", "failures"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    root.set("errors", str(sum(int(suite.get("errors", "0")) for suite in suites)))
    root.set("time", f"{report['run']['seconds']:.3f}")
    ElementTree.indent(root)
    return "<?xml version='1.0' encoding='UTF-8'?>\n" + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: ElementTree.Element, heading: Mapping[str, Any], report: Mapping[str, Any]) -> ElementTree.Element:
    suite = _new_suite(root, f"{heading['heading']} {heading['title']}", report)
    for line in report["lines"]:
        if line["heading"] == heading["heading"]:
            _line(suite, line, report["environment"])
    return _counted(suite)


def _line(suite: ElementTree.Element, line: Mapping[str, Any], environment: str) -> None:
    classname = f"{environment}.{line['line']}"
    case = ElementTree.SubElement(
        suite, "testcase", classname=classname, name=f"{line['line']} {line['title']}", time=f"{line['seconds']:.3f}"
    )
    words = attention(line) or SHOWN[line["state"]].words
    if line["state"] in FAILED:
        _ended(case, "failure", line["state"], words, _details(line["evidence"]))
    elif line["state"] not in PASSED:
        _ended(case, "skipped", line["state"], words)
    for proof in line["evidence"]:
        if proof["kind"] == "proof":
            name = f"{line['line']} proven from {proof['host']}"
            case = ElementTree.SubElement(suite, "testcase", classname=classname, name=name, time="0.000")
            if proof["outcome"] != "proven" and line["state"] == "waiting":
                _ended(case, "skipped", "waiting", proof["words"])
            elif proof["outcome"] != "proven":
                _ended(case, "failure", proof["outcome"], proof["words"], _details([proof]))


def _outside(root: ElementTree.Element, report: Mapping[str, Any]) -> ElementTree.Element:
    """Return the suite of what went wrong outside the lines: a refusal, a question before anything is touched."""
    suite = _new_suite(root, "the run itself", report)
    for refusal in report["change"]["refusals"] if report["refused"] else ():
        case = ElementTree.SubElement(
            suite, "testcase", classname=report["environment"], name="change gate", time="0.000"
        )
        _ended(case, "error", "refused", refusal)
    for failure in report["failures_outside_lines"]:
        name = f"{failure['task']} on {failure['host']}"
        case = ElementTree.SubElement(suite, "testcase", classname=report["environment"], name=name, time="0.000")
        _ended(case, "error", "failed", failure["words"])
    return _counted(suite)


def _new_suite(root: ElementTree.Element, name: str, report: Mapping[str, Any]) -> ElementTree.Element:
    # the format has no time zone: this is UTC, as everywhere in the report
    return ElementTree.SubElement(
        root, "testsuite", name=name, timestamp=report["run"]["started"][:19], hostname=report["by"]["host"]
    )


def _ended(case: ElementTree.Element, how: str, kind: str, message: str, text: str = "") -> None:
    ElementTree.SubElement(case, how, type=kind, message=message).text = text or None


def _counted(suite: ElementTree.Element) -> ElementTree.Element:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for name, how in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(how) is not None for case in cases)))
    suite.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")
    return suite


def _details(evidence: list[Mapping[str, Any]]) -> str:
    lines = []
    for one in evidence:
        lines.append(f"{one['host'] or ''}: {one['words']}")
        for found in one["findings"]:
            lines.append(f"  {found['where']}: {found['what']}: expected {found['expected']}, found {found['found']}")
    return "\n".join(lines)
