# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What module `data_reconciliation` does with its arguments, and what it returns of a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import sealed_file
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.arguments import SIDE_ARGUMENT, side_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.columns import SIDES, Column, SideName
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.declaration import COLUMN_ARGUMENTS, columns_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.findings import KINDS, Findings
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.masking import Mask
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.reconciliation import reconcile
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import Finding
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

RECONCILIATION_ARGUMENTS: dict[str, dict[str, object]] = {
    "source": SIDE_ARGUMENT,
    "target": SIDE_ARGUMENT,
    **COLUMN_ARGUMENTS,
    "allow_empty": {"type": "bool", "default": False},
    "samples": {"type": "int", "default": 10},
    "show_values": {"type": "bool", "default": False},
    "shown_columns": {"type": "list", "elements": "str", "default": []},
    "differences_file": {"type": "path"},
    "differences_passphrase": {"type": "str", "no_log": True},
}

_OF_SIDES = (
    "Correct the data or the query: a key has to be there, and once. All but the first row of a key are left out."
)
_LISTED = 3
"""Keys that a message has."""
_REMEDIES = {
    "missing": "See why what fills the target has left them out, and run it again.",
    "extra": "See where they come from: the source has not got them.",
    "different": "See the columns; where the same is only written otherwise, declare in columns how.",
}


class Reconciliation:
    """What came of comparing what the arguments say."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Compare.

        Raises:
            InvalidParameter: the arguments cannot be meant; nothing was read.
            Problem: a side cannot be read, or the values cannot be compared as they are declared.
        """
        _check(params)
        self._params = params
        sides = {side: side_from(side, params[side]) for side in SIDES}
        self._where = {side: each.label for side, each in sides.items()}
        where = {side: each.where for side, each in sides.items()}
        self.compared = reconcile(
            sides, lambda names: columns_from(params, names, where), len(params["key"]), self._findings
        )

    @contextmanager
    def _findings(self, columns: Sequence[Column]) -> Iterator[Findings]:
        """Provide an observer that nothing was told yet, which writes the sealed file if there is to be one."""
        params = self._params
        with ExitStack() as stack:
            file = None
            if params["differences_file"] is not None:
                path = Path(params["differences_file"])
                file = stack.enter_context(sealed_file.writing(path, params["differences_passphrase"]))
            mask = Mask(params["shown_columns"], everything=params["show_values"])
            yield Findings(columns, len(params["key"]), mask, params["samples"], file)

    def facts(self) -> dict[str, Any]:
        """Return what the module returns beside its conclusion."""
        found = self.compared.findings
        return {
            "rows": dict(self.compared.rows),
            "equal": self.compared.equal,
            "found": {kind: found.counts[kind] for kind in KINDS},
            "columns_that_differ": dict(found.columns_that_differ),
            "unreadable": dict(found.unreadable),
            "samples": found.sampled,
            "orders": dict(self.compared.orders),
            "differences_file": self._params["differences_file"],
        }

    def differences(self) -> list[Finding]:
        """Return what keeps the two sides from being the same."""
        listed = [self._difference(kind) for kind in KINDS if self.compared.findings.counts[kind]]
        if self.compared.rows["source"] or self._params["allow_empty"]:
            return listed
        remedy = "See whether it is filled; where it may be empty, say allow_empty: true."
        return [Finding(self._where["source"], "rows", "at least one", "none", remedy), *listed]

    def _difference(self, kind: str) -> Finding:
        found, rows = self.compared.findings, self.compared.rows
        count = found.counts[kind]
        side: SideName = "source" if kind.endswith("in_source") else "target"
        of = rows["source" if kind == "missing" else side]
        columns = ", ".join(f"{name} in {number}" for name, number in found.columns_that_differ.most_common())
        listed = [" ".join(each["key"].values()) for each in found.sampled.get(kind, ())][:_LISTED]
        keys = "; ".join([*listed, *(["…"] if count > len(listed) else [])])
        return Finding(
            self._where[side],
            kind.replace("_", " "),
            "none",
            f"{count} of {of}{f' ({columns})' if kind == 'different' else ''}: {keys}",
            _REMEDIES.get(kind, _OF_SIDES),
        )


def _check(params: Mapping[str, Any]) -> None:
    if params["samples"] not in range(1001):
        raise InvalidParameter("samples", params["samples"], "it is out of range", "Give 0 to 1000.")
    path, passphrase = params["differences_file"], params["differences_passphrase"]
    if path is None:
        if passphrase is not None:
            raise InvalidParameter("differences_passphrase", "********", "there is no differences_file", "Name one.")
        return
    if passphrase is None or len(passphrase) < sealed_file.MINIMUM:
        raise InvalidParameter(
            "differences_file",
            path,
            "it would hold people's data: it is only written encrypted, and differences_passphrase is "
            + ("not given" if passphrase is None else "too short"),
            f"Give differences_passphrase, {sealed_file.MINIMUM} characters or more, from the vault.",
        )
    if not Path(path).is_absolute() or not Path(path).parent.is_dir():
        raise InvalidParameter("differences_file", path, "it is no path in a directory that is there", "Give one.")
