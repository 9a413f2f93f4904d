# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role concludes by its own variables, from what a test says that it has seen."""

from __future__ import annotations

from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from emulators.estate.estate import ROOT


def concluded(role: str, name: str, **seen: Any) -> Any:
    """Return a variable of `vars/main.yml` as a task gets it; what was seen takes precedence."""
    loader = DataLoader()
    variables = loader.load_from_file(str(ROOT / f"roles/{role}/vars/main.yml"), cache="none", trusted_as_template=True)
    return Templar(loader, variables=variables | seen).template(variables[name])
