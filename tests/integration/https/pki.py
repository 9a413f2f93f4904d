# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authorities of the tests here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from emulators.certificates import Authority


@dataclass(frozen=True)
class Pki:
    """A root, an intermediate under it, and another authority that nobody trusts."""

    directory: Path
    root: Authority
    issuing: Authority
    stranger: Authority

    @property
    def roots(self) -> list[str]:
        """What clients trust."""
        return [str(self.directory / "root" / "root.pem")]

    @property
    def intermediates(self) -> list[str]:
        """What issues for the estate."""
        return [str(self.directory / "issuing" / "certificate.pem")]

    @property
    def own_ca(self) -> dict[str, str]:
        """The option `own_ca` with the intermediate."""
        issuing = self.directory / "issuing"
        return {"certificate": str(issuing / "certificate.pem"), "key": str(issuing / "key.pem")}
