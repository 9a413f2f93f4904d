# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a proof ends: all differences at once, in one table, and what could not be looked at told apart from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

PROOF_ARGUMENTS: dict[str, dict[str, object]] = {
    "on_difference": {"type": "str", "choices": ["fail", "report"], "default": "fail"},
}
"""Arguments of every module that proves something (doc fragment `proof`)."""


@dataclass(frozen=True)
class Finding:
    """One thing that is not as expected, or could not be looked at."""

    where: str
    """Which system, as its owner would name it."""
    what: str
    """The defect's or the item's name: `expired`, `www.exams.example. A`, `tcp/1433`."""
    expected: str
    found: str
    remedy: str = ""


def conclude(
    module: AnsibleModule,
    *,
    subject: str,
    count: int,
    differences: Sequence[Finding],
    not_proven: Sequence[Finding] = (),
    **facts: object,
) -> None:
    """End a module that proves something, the same way in check mode, since it changes nothing.

    Args:
        module: the module to end.
        subject: what was looked at, in the plural: `flows`, `endpoints`, `DNS records`.
        count: how many of them.
        differences: what was seen and is not as expected. They fail the task, unless `on_difference=report`.
        not_proven: what could not be seen, because a system did not answer. A warning, never a failure, never a proof.
        facts: further return values.
    """
    result = {**facts, **conclusion(subject=subject, count=count, differences=differences, not_proven=not_proven)}
    in_full = f"{result['msg']}:\n{result['table']}"
    if differences and module.params["on_difference"] == "fail":
        module.fail_json(**{**result, "msg": in_full})
    if result["state"] != "proven":
        module.warn(in_full)
    module.exit_json(**result)


def conclusion(
    *, subject: str, count: int, differences: Sequence[Finding], not_proven: Sequence[Finding] = ()
) -> dict[str, object]:
    """Return what a proof returns: state, whether it is proven, the findings, a table of them, a summary as `msg`."""
    state = "different" if differences else "not_proven" if not_proven else "proven"
    table = render_table(
        ("where", "what", "expected", "found", "what to do"),
        [(f.where, f.what, f.expected, f.found, f.remedy) for f in (*differences, *not_proven)],
    )
    summary = f"{count} {subject}: differences {len(differences)}, not proven {len(not_proven)}"
    return {
        "changed": False,
        "msg": f"{count} {subject} proven" if state == "proven" else summary,
        "state": state,
        "proven": state == "proven",
        "count": count,
        "differences": [asdict(finding) for finding in differences],
        "not_proven": [asdict(finding) for finding in not_proven],
        "table": table,
    }


def render_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return the rows under the header, columns aligned, for a terminal; nothing if there are no rows."""
    if not rows:
        return ""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    lines = [header, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
